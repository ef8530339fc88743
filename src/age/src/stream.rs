//! What follows the heading: chunks of 64 KiB, each sealed under its number and whether it is the last.

use std::io::{self, Read, Write};

use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::hkdf;

use crate::header::FILE_KEY;
use crate::impossible;

/// Bytes that make the payload's key another one in each file.
pub const NONCE: usize = 16;
/// Bytes of a chunk, but for the last one, which may be shorter.
const CHUNK: usize = 64 * 1024;
/// Bytes by which a sealed chunk is longer.
const TAG: usize = 16;

/// The key of a file's payload.
pub fn key(file_key: &[u8; FILE_KEY], nonce: &[u8; NONCE]) -> io::Result<LessSafeKey> {
    let key: UnboundKey = hkdf::Salt::new(hkdf::HKDF_SHA256, nonce)
        .extract(file_key)
        .expand(&[b"payload"], &CHACHA20_POLY1305)
        .map_err(impossible)?
        .into();
    Ok(LessSafeKey::new(key))
}

/// Numbers the chunks of a file.
#[derive(Default)]
struct Counter(u64);

impl Counter {
    fn next(&mut self, last: bool) -> Nonce {
        let mut nonce = [0; NONCE_LEN];
        nonce[3..11].copy_from_slice(&self.0.to_be_bytes());
        nonce[11] = u8::from(last);
        self.0 += 1;
        Nonce::assume_unique_for_key(nonce)
    }
}

/// Encrypts what is written; nothing is whole before [`Encrypted::finish`].
pub struct Encrypted<W> {
    out: W,
    key: LessSafeKey,
    counter: Counter,
    chunk: Vec<u8>,
}

impl<W: Write> Encrypted<W> {
    pub(crate) fn new(out: W, key: LessSafeKey) -> Self {
        Self {
            out,
            key,
            counter: Counter::default(),
            chunk: Vec::with_capacity(CHUNK + TAG),
        }
    }

    fn seal(&mut self, last: bool) -> io::Result<()> {
        self.key
            .seal_in_place_append_tag(self.counter.next(last), Aad::empty(), &mut self.chunk)
            .map_err(impossible)?;
        self.out.write_all(&self.chunk)?;
        self.chunk.clear();
        Ok(())
    }

    /// Writes the end of the file, by which it is one.
    ///
    /// # Errors
    /// What the place written to reports.
    pub fn finish(mut self) -> io::Result<W> {
        self.seal(true)?;
        self.out.flush()?;
        Ok(self.out)
    }
}

impl<W: Write> Write for Encrypted<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // A full chunk is sealed only when more comes: it might be the last.
        if self.chunk.len() == CHUNK && !bytes.is_empty() {
            self.seal(false)?;
        }
        let taken = bytes.len().min(CHUNK - self.chunk.len());
        self.chunk.extend_from_slice(&bytes[..taken]);
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Decrypts what is read.
pub struct Decrypted<R> {
    input: R,
    key: LessSafeKey,
    counter: Counter,
    /// Read and not opened yet: the chunk after the present one tells whether that was the last.
    ahead: Vec<u8>,
    chunk: Vec<u8>,
    given: usize,
    done: bool,
}

impl<R: Read> Decrypted<R> {
    pub(crate) fn new(input: R, key: LessSafeKey) -> Self {
        Self {
            input,
            key,
            counter: Counter::default(),
            ahead: Vec::new(),
            chunk: Vec::new(),
            given: 0,
            done: false,
        }
    }

    /// Opens the next chunk.
    fn open(&mut self) -> io::Result<()> {
        let first = self.counter.0 == 0;
        let mut sealed = std::mem::take(&mut self.ahead);
        let wanted = (CHUNK + TAG + 1).saturating_sub(sealed.len());
        (&mut self.input)
            .take(u64::try_from(wanted).unwrap_or(u64::MAX))
            .read_to_end(&mut sealed)?;
        self.done = sealed.len() <= CHUNK + TAG;
        self.ahead = sealed.split_off(sealed.len().min(CHUNK + TAG));
        let nonce = self.counter.next(self.done);
        let opened = self
            .key
            .open_in_place(nonce, Aad::empty(), &mut sealed)
            .map_err(|_| altered())?;
        // Only an empty file ends with an empty chunk.
        if opened.is_empty() && !first {
            return Err(altered());
        }
        let length = opened.len();
        sealed.truncate(length);
        (self.chunk, self.given) = (sealed, 0);
        Ok(())
    }
}

impl<R: Read> Read for Decrypted<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.given == self.chunk.len() {
            if self.done || into.is_empty() {
                return Ok(0);
            }
            self.open()?;
        }
        let count = into.len().min(self.chunk.len() - self.given);
        into[..count].copy_from_slice(&self.chunk[self.given..self.given + count]);
        self.given += count;
        Ok(count)
    }
}

fn altered() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "the encrypted file was altered")
}
