//! The one way to other machines: one request, one answer, over plain HTTP or TLS. What authorities of certificates and
//! time are asked for is signed by whoever answers and names what it is about, so it needs no TLS; what is secret does.
//!
//! HTTP/1.0, so that an answer comes in one piece and ends with the connection. No redirect is followed, and bytes and time
//! are limited: who answers must not be able to hold up an office or send it elsewhere.

use std::io::{ErrorKind, Read, Write};
use std::net::{TcpStream, ToSocketAddrs as _};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use crate::clock::Stopwatch;

/// How long the other side may take, from the first byte to the last.
const PATIENCE: Duration = Duration::from_secs(10);

/// Something to send, with its media type.
#[derive(Debug, Clone, Copy)]
pub struct Body<'a> {
    pub media_type: &'static str,
    pub bytes: &'a [u8],
}

/// A request with all that it may need.
pub struct Request<'a> {
    pub url: &'a str,
    /// The value of the header `Authorization`.
    pub authorization: Option<&'a str>,
    pub body: Option<Body<'a>>,
    /// The longest answer in bytes, its heading included.
    pub most: u64,
    /// How long the other side may take, from the first byte to the last.
    pub patience: Duration,
    /// Whom an `https://` address must prove to be; without it none is asked.
    pub tls: Option<Arc<ClientConfig>>,
}

/// What came back, whatever its status says.
pub struct Answer {
    pub status: u16,
    pub content: Vec<u8>,
}

/// Sends a body over plain HTTP, or only asks; `most` is the longest answer in bytes, its heading included.
///
/// # Errors
/// One sentence: no such server, no answer in time, an answer that is none or says no, or too long a one.
pub fn exchange(url: &str, body: Option<Body<'_>>, most: u64) -> anyhow::Result<Vec<u8>> {
    let answer = send(&Request {
        url,
        authorization: None,
        body,
        most,
        patience: PATIENCE,
        tls: None,
    })?;
    anyhow::ensure!(answer.status == 200, "it answered with {}", answer.status);
    Ok(answer.content)
}

/// Sends a request.
///
/// # Errors
/// As [`exchange`], but an answer that says no is one.
pub fn send(request: &Request<'_>) -> anyhow::Result<Answer> {
    let started = Stopwatch::start();
    let left = || {
        let left = request
            .patience
            .checked_sub(Duration::from_secs_f64(started.seconds()));
        left.filter(|left| !left.is_zero())
            .context("it took too long")
    };
    let (secure, authority, path) = split(request.url)?;
    let with_port = match (authority.rsplit_once(':'), secure) {
        (Some((_, port)), _) if !port.ends_with(']') => authority.to_owned(),
        (_, false) => format!("{authority}:80"),
        (_, true) => format!("{authority}:443"),
    };
    let address = with_port
        .to_socket_addrs()?
        .next()
        .with_context(|| format!("{authority} has no address"))?;
    let wire = TcpStream::connect_timeout(&address, left()?)?;
    wire.set_write_timeout(Some(left()?))?;
    wire.set_read_timeout(Some(left()?))?;
    let mut stream = match (&request.tls, secure) {
        (_, false) => Stream::Plain(wire.try_clone()?),
        (Some(tls), true) => {
            let host = with_port
                .rsplit_once(':')
                .map_or(authority, |(host, _)| host);
            let name = ServerName::try_from(host.to_owned()).context("its name is none")?;
            let connection = ClientConnection::new(Arc::clone(tls), name)?;
            Stream::Tls(Box::new(StreamOwned::new(connection, wire.try_clone()?)))
        }
        (None, true) => anyhow::bail!("{} does not begin with http://", request.url),
    };
    stream.write_all(head(request, authority, &path).as_bytes())?;
    stream.write_all(request.body.map_or(&[], |body| body.bytes))?;
    stream.flush()?;
    let mut answer = Vec::new();
    let mut part = [0; 16 * 1024];
    loop {
        wire.set_read_timeout(Some(left()?))?;
        match stream.read(&mut part) {
            Ok(0) => break,
            Ok(count) => answer.extend(&part[..count]),
            // Many servers hang up without the farewell of TLS; whether all has come, the length says.
            Err(error) if error.kind() == ErrorKind::UnexpectedEof && has_length(&answer) => break,
            Err(error) => return Err(error.into()),
        }
        anyhow::ensure!(
            answer.len() as u64 <= request.most,
            "its answer is too long"
        );
    }
    read(&answer)
}

/// Whom to believe that it is the server of an `https://` address: these authorities, or without any those that browsers
/// believe.
///
/// # Errors
/// Where a certificate of an authority cannot be read.
pub fn tls(authorities: &[Vec<u8>]) -> anyhow::Result<Arc<ClientConfig>> {
    let mut roots = RootCertStore::empty();
    for der in authorities {
        roots.add(CertificateDer::from(der.clone()))?;
    }
    if authorities.is_empty() {
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    Ok(Arc::new(
        ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth(),
    ))
}

/// The server of an address, with its port where it names one; none where the address is not plain HTTP.
#[must_use]
pub fn server(url: &str) -> Option<&str> {
    let (secure, authority, _) = split(url).ok()?;
    (!secure).then_some(authority)
}

enum Stream {
    Plain(TcpStream),
    Tls(Box<StreamOwned<ClientConnection, TcpStream>>),
}

impl Read for Stream {
    fn read(&mut self, part: &mut [u8]) -> std::io::Result<usize> {
        match self {
            Self::Plain(stream) => stream.read(part),
            Self::Tls(stream) => stream.read(part),
        }
    }
}

impl Write for Stream {
    fn write(&mut self, part: &[u8]) -> std::io::Result<usize> {
        match self {
            Self::Plain(stream) => stream.write(part),
            Self::Tls(stream) => stream.write(part),
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        match self {
            Self::Plain(stream) => stream.flush(),
            Self::Tls(stream) => stream.flush(),
        }
    }
}

fn head(request: &Request<'_>, authority: &str, path: &str) -> String {
    let mut head = match request.body {
        None => format!("GET {path} HTTP/1.0\r\nHost: {authority}\r\n"),
        Some(body) => format!(
            "POST {path} HTTP/1.0\r\nHost: {authority}\r\nContent-Type: {}\r\nContent-Length: {}\r\n",
            body.media_type,
            body.bytes.len()
        ),
    };
    if let Some(authorization) = request.authorization {
        head.push_str(&format!("Authorization: {authorization}\r\n"));
    }
    head + "\r\n"
}

/// Whether an address is `https://`, then its server and path.
fn split(url: &str) -> anyhow::Result<(bool, &str, String)> {
    let (secure, rest) = match (url.strip_prefix("http://"), url.strip_prefix("https://")) {
        (Some(rest), _) => (false, rest),
        (_, Some(rest)) => (true, rest),
        _ => anyhow::bail!("{url} does not begin with http://"),
    };
    anyhow::ensure!(
        !rest.contains(|letter: char| letter.is_whitespace() || letter.is_control()),
        "{url:?} is no address"
    );
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    anyhow::ensure!(!authority.is_empty(), "{url} names no server");
    Ok((secure, authority, format!("/{path}")))
}

/// Where the content of an answer begins.
fn content_at(answer: &[u8]) -> Option<usize> {
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n")?;
    Some(end + 4)
}

/// The length that the heading announces.
fn length(heading: &str) -> Option<usize> {
    let value = heading.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then_some(value)
    });
    value?.trim().parse().ok()
}

fn has_length(answer: &[u8]) -> bool {
    content_at(answer).is_some_and(|at| length(&String::from_utf8_lossy(&answer[..at])).is_some())
}

/// What an answer brings, if all of it has come.
fn read(answer: &[u8]) -> anyhow::Result<Answer> {
    let at = content_at(answer).context("its answer is cut off")?;
    let heading = String::from_utf8_lossy(&answer[..at]);
    let first = heading.lines().next().unwrap_or_default();
    let status = first.split(' ').nth(1).and_then(|word| word.parse().ok());
    let content = answer[at..].to_vec();
    anyhow::ensure!(
        length(&heading).is_none_or(|length| length <= content.len()),
        "its answer is cut off"
    );
    Ok(Answer {
        status: status.with_context(|| format!("it answered `{first}`"))?,
        content,
    })
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
        for cut in [
            "HTTP/1.0 200 OK\r\n",
            "HTTP/1.0 200 OK\r\nContent-Length: 9\r\n\r\nhalf",
        ] {
            assert!(read(cut.as_bytes()).is_err(), "{cut:?}");
        }
    }

    /// A key and certificate for this machine, DER; none where OpenSSL is missing.
    fn identity() -> Option<(Vec<u8>, Vec<u8>)> {
        let folder = tempfile::tempdir().expect("a folder");
        let made = std::process::Command::new("openssl")
            .current_dir(folder.path())
            .args(["req", "-x509", "-nodes", "-newkey", "ec", "-pkeyopt"])
            .args([
                "ec_paramgen_curve:P-256",
                "-subj",
                "/CN=localhost",
                "-days",
                "2",
            ])
            .args(["-addext", "subjectAltName=DNS:localhost", "-outform", "DER"])
            .args(["-addext", "basicConstraints=critical,CA:FALSE"])
            .args(["-keyout", "key.pem", "-out", "certificate"])
            .output()
            .ok()?;
        assert!(made.status.success(), "{made:?}");
        let key = std::fs::read_to_string(folder.path().join("key.pem")).expect("a key");
        let key = pem(&key);
        let certificate = std::fs::read(folder.path().join("certificate")).expect("a certificate");
        Some((key, certificate))
    }

    fn pem(text: &str) -> Vec<u8> {
        use base64::Engine as _;
        let inside: String = text.lines().filter(|line| !line.starts_with('-')).collect();
        let bytes = base64::engine::general_purpose::STANDARD.decode(inside);
        bytes.expect("base 64")
    }

    #[test]
    fn a_server_that_must_prove_itself_is_heard_only_when_it_does() {
        let Some((key, certificate)) = identity() else {
            return;
        };
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let key = rustls::pki_types::PrivateKeyDer::try_from(key).expect("a key");
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(vec![CertificateDer::from(certificate.clone())], key)
            .expect("an identity");
        let config = Arc::new(config);
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let connection =
                    rustls::ServerConnection::new(Arc::clone(&config)).expect("a side");
                let mut stream = StreamOwned::new(connection, stream);
                // All of it: a connection that is closed on unread words is reset. Who does not believe this server hangs up
                // before it asks.
                let mut heard = Vec::new();
                let mut part = [0; 1024];
                while !heard.ends_with(REQUEST.bytes) {
                    match stream.read(&mut part) {
                        Ok(count) if count > 0 => heard.extend_from_slice(&part[..count]),
                        _ => break,
                    }
                }
                if heard.ends_with(REQUEST.bytes) {
                    let answer = b"HTTP/1.0 400 No\r\nContent-Length: 4\r\n\r\nwhat";
                    let _ = stream.write_all(answer);
                }
            }
        });
        let ask = |host: &str, tls| {
            send(&Request {
                url: &format!("https://{host}:{port}/csc/v2/info"),
                authorization: Some("Bearer T1"),
                body: Some(REQUEST),
                most: 1000,
                patience: Duration::from_secs(60),
                tls,
            })
        };
        let believed = tls(&[certificate]).expect("an authority");
        let answer = ask("localhost", Some(Arc::clone(&believed))).expect("an answer");
        assert_eq!((answer.status, answer.content), (400, b"what".to_vec()));
        assert!(ask("127.0.0.1", Some(believed)).is_err(), "another name");
        let browsers = tls(&[]).expect("authorities");
        assert!(ask("localhost", Some(browsers)).is_err(), "nobody's");
        assert!(ask("localhost", None).is_err(), "no authorities at all");
    }
}
