//! The way to the time-stamp authority: one POST over plain HTTP. Its answer is signed and names the request, so nobody
//! on the way can change it unseen.

use std::io::{Read as _, Write as _};
use std::net::{TcpStream, ToSocketAddrs as _};
use std::time::Duration;

use trinhky_pades::{SignError, Stamped, TimeStamper};

use super::keys::BoxedSigner;
use super::verifier;
use crate::app::App;

/// How long the authority may take for each step.
const PATIENCE: Duration = Duration::from_secs(10);
/// Longest answer, in bytes: a token with a chain of certificates has a few thousand.
const MAX_ANSWER: u64 = 64 * 1024;

/// The signer as the installation is configured: with time stamps, or without.
///
/// # Errors
/// When a file of trusted authorities cannot be read.
pub fn stamped(app: &App, signer: BoxedSigner) -> anyhow::Result<BoxedSigner> {
    if app.config.signing.tsa_url.is_empty() {
        return Ok(signer);
    }
    let stamper = OverHttp {
        url: app.config.signing.tsa_url.clone(),
        roots: verifier::trust(app)?.roots,
        app: app.clone(),
    };
    Ok(Box::new(Stamped {
        signer,
        stamper: Box::new(stamper),
    }))
}

struct OverHttp {
    url: String,
    roots: Vec<Vec<u8>>,
    app: App,
}

impl TimeStamper for OverHttp {
    fn exchange(&self, request: &[u8]) -> Result<Vec<u8>, SignError> {
        post(&self.url, request).map_err(|error| SignError::NoTimeStamp(format!("{error:#}")))
    }

    fn nonce(&self) -> [u8; 8] {
        self.app.ids.bytes()
    }

    fn roots(&self) -> Vec<Vec<u8>> {
        self.roots.clone()
    }
}

/// RFC 3161, 3.4. HTTP/1.0, so that the answer comes in one piece and ends with the connection.
fn post(url: &str, request: &[u8]) -> anyhow::Result<Vec<u8>> {
    let (authority, path) = split(url)?;
    let with_port = if authority.contains(':') {
        authority.to_owned()
    } else {
        format!("{authority}:80")
    };
    let address = with_port
        .to_socket_addrs()?
        .next()
        .ok_or_else(|| anyhow::anyhow!("{authority} has no address"))?;
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let head = format!(
        "POST {path} HTTP/1.0\r\nHost: {authority}\r\nContent-Type: application/timestamp-query\r\nContent-Length: {}\r\n\r\n",
        request.len()
    );
    stream.write_all(head.as_bytes())?;
    stream.write_all(request)?;
    let mut answer = Vec::new();
    stream.take(MAX_ANSWER).read_to_end(&mut answer)?;
    body(&answer)
}

/// Host (with port) and path of an address.
fn split(url: &str) -> anyhow::Result<(&str, String)> {
    let rest = url
        .strip_prefix("http://")
        .ok_or_else(|| anyhow::anyhow!("{url} does not begin with http://"))?;
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    anyhow::ensure!(!authority.is_empty(), "{url} names no server");
    Ok((authority, format!("/{path}")))
}

/// What an answer brings, if it says that it is one.
fn body(answer: &[u8]) -> anyhow::Result<Vec<u8>> {
    let end = answer
        .windows(4)
        .position(|window| window == b"\r\n\r\n")
        .ok_or_else(|| anyhow::anyhow!("its answer is cut off"))?;
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

    /// A server that takes one request and answers so.
    fn answering(answer: &'static str) -> (String, std::thread::JoinHandle<Vec<u8>>) {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}/tsa", listener.local_addr().expect("an address"));
        let server = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().expect("a caller");
            let mut asked = Vec::new();
            while !asked.ends_with(b"the request") {
                let mut part = [0; 512];
                let count = stream.read(&mut part).expect("read");
                asked.extend(&part[..count]);
            }
            stream.write_all(answer.as_bytes()).expect("written");
            asked
        });
        (url, server)
    }

    #[test]
    fn the_request_arrives_and_the_answer_comes_back() {
        let (url, server) = answering("HTTP/1.0 200 OK\r\nContent-Length: 6\r\n\r\nanswer");
        assert_eq!(post(&url, b"the request").expect("an answer"), b"answer");
        let asked = String::from_utf8(server.join().expect("served")).expect("text");
        assert!(asked.starts_with("POST /tsa HTTP/1.0\r\n"), "{asked}");
        assert!(asked.contains("application/timestamp-query"), "{asked}");
    }

    #[test]
    fn what_is_no_answer_is_said() {
        let (url, server) = answering("HTTP/1.1 503 Service Unavailable\r\n\r\n");
        let error = post(&url, b"the request").expect_err("no answer");
        assert!(error.to_string().contains("503"), "{error}");
        server.join().expect("served");
        assert!(post("https://tsa.example", b"").is_err());
        assert!(post("http://", b"").is_err());
        assert!(body(b"HTTP/1.0 200 OK\r\n").is_err(), "cut off");
    }
}
