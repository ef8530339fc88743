//! The one way to other machines: one request over plain HTTP, one answer. What is asked for is signed by whoever answers
//! and names what it is about, so nobody on the way can change it unseen.
//!
//! HTTP/1.0, so that an answer comes in one piece and ends with the connection. No redirect is followed, and bytes and time
//! are limited: who answers must not be able to hold up an office or send it elsewhere.

use std::io::{Read as _, Write as _};
use std::net::{TcpStream, ToSocketAddrs as _};
use std::time::Duration;

use anyhow::Context as _;

use crate::clock::Stopwatch;

/// How long the other side may take, from the first byte to the last.
const PATIENCE: Duration = Duration::from_secs(10);

/// Something to send, with its media type.
#[derive(Debug, Clone, Copy)]
pub struct Body<'a> {
    pub media_type: &'static str,
    pub bytes: &'a [u8],
}

/// Sends a body, or only asks; `most` is the longest answer in bytes, its heading included.
///
/// # Errors
/// One sentence: no such server, no answer in time, an answer that is none, or too long a one.
pub fn exchange(url: &str, body: Option<Body<'_>>, most: u64) -> anyhow::Result<Vec<u8>> {
    let started = Stopwatch::start();
    let left = || {
        let left = PATIENCE.checked_sub(Duration::from_secs_f64(started.seconds()));
        left.filter(|left| !left.is_zero())
            .context("it took too long")
    };
    let (authority, path) = split(url)?;
    let with_port = if authority.contains(':') {
        authority.to_owned()
    } else {
        format!("{authority}:80")
    };
    let address = with_port
        .to_socket_addrs()?
        .next()
        .with_context(|| format!("{authority} has no address"))?;
    let mut stream = TcpStream::connect_timeout(&address, left()?)?;
    stream.set_write_timeout(Some(left()?))?;
    let head = match body {
        None => format!("GET {path} HTTP/1.0\r\nHost: {authority}\r\n\r\n"),
        Some(body) => format!(
            "POST {path} HTTP/1.0\r\nHost: {authority}\r\nContent-Type: {}\r\nContent-Length: {}\r\n\r\n",
            body.media_type,
            body.bytes.len()
        ),
    };
    stream.write_all(head.as_bytes())?;
    stream.write_all(body.map_or(&[], |body| body.bytes))?;
    let mut answer = Vec::new();
    let mut part = [0; 16 * 1024];
    loop {
        stream.set_read_timeout(Some(left()?))?;
        match stream.read(&mut part)? {
            0 => break,
            count => answer.extend(&part[..count]),
        }
        anyhow::ensure!(answer.len() as u64 <= most, "its answer is too long");
    }
    content(&answer)
}

/// The server of an address, with its port where it names one; none where the address is not plain HTTP.
#[must_use]
pub fn server(url: &str) -> Option<&str> {
    split(url).ok().map(|(authority, _)| authority)
}

/// Server and path of an address.
fn split(url: &str) -> anyhow::Result<(&str, String)> {
    let rest = url
        .strip_prefix("http://")
        .with_context(|| format!("{url} does not begin with http://"))?;
    anyhow::ensure!(
        !rest.contains(|letter: char| letter.is_whitespace() || letter.is_control()),
        "{url:?} is no address"
    );
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    anyhow::ensure!(!authority.is_empty(), "{url} names no server");
    Ok((authority, format!("/{path}")))
}

/// What an answer brings, if it says that it is one.
fn content(answer: &[u8]) -> anyhow::Result<Vec<u8>> {
    let end = answer
        .windows(4)
        .position(|window| window == b"\r\n\r\n")
        .context("its answer is cut off")?;
    let head = String::from_utf8_lossy(&answer[..end]);
    let status = head.lines().next().unwrap_or_default();
    anyhow::ensure!(
        status.split(' ').nth(1) == Some("200"),
        "it answered `{status}`"
    );
    Ok(answer[end + 4..].to_vec())
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    const REQUEST: Body<'_> = Body {
        media_type: "application/timestamp-query",
        bytes: b"the request",
    };

    /// A server that takes one request and answers so.
    fn answering(answer: &'static str) -> (String, std::thread::JoinHandle<Vec<u8>>) {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}/tsa", listener.local_addr().expect("an address"));
        let server = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().expect("a caller");
            let mut asked = Vec::new();
            while !asked.ends_with(b"the request") && !asked.starts_with(b"GET") {
                let mut part = [0; 512];
                let count = stream.read(&mut part).expect("read");
                asked.extend(&part[..count]);
            }
            // A caller who has heard enough hangs up.
            let _ = stream.write_all(answer.as_bytes());
            asked
        });
        (url, server)
    }

    #[test]
    fn the_request_arrives_and_the_answer_comes_back() {
        let (url, server) = answering("HTTP/1.0 200 OK\r\nContent-Length: 6\r\n\r\nanswer");
        let answer = exchange(&url, Some(REQUEST), 1000).expect("an answer");
        assert_eq!(answer, b"answer");
        let asked = String::from_utf8(server.join().expect("served")).expect("text");
        assert!(asked.starts_with("POST /tsa HTTP/1.0\r\n"), "{asked}");
        assert!(asked.contains("application/timestamp-query"), "{asked}");
        let (url, server) = answering("HTTP/1.1 200 OK\r\n\r\nlist");
        assert_eq!(exchange(&url, None, 1000).expect("an answer"), b"list");
        assert!(server.join().expect("served").starts_with(b"GET /tsa "));
    }

    #[test]
    fn what_is_no_answer_is_said() {
        let (url, server) = answering("HTTP/1.1 503 Service Unavailable\r\n\r\n");
        let error = exchange(&url, Some(REQUEST), 1000).expect_err("no answer");
        assert!(error.to_string().contains("503"), "{error}");
        server.join().expect("served");
        // Nobody is sent elsewhere.
        let (url, server) = answering("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/\r\n\r\n");
        let error = exchange(&url, None, 1000).expect_err("no answer");
        assert!(error.to_string().contains("302"), "{error}");
        server.join().expect("served");
        let (url, server) = answering("HTTP/1.1 200 OK\r\n\r\n0123456789");
        let error = exchange(&url, None, 20).expect_err("too long");
        assert!(error.to_string().contains("too long"), "{error}");
        server.join().expect("served");
        for wrong in [
            "https://tsa.example",
            "http://",
            "file:///etc/passwd",
            "http://a/b\r\nX: y",
        ] {
            assert!(exchange(wrong, None, 1000).is_err(), "{wrong:?}");
        }
        assert!(content(b"HTTP/1.0 200 OK\r\n").is_err(), "cut off");
    }
}
