//! Calls to servers of this machine: over TLS and without, by names that lie, with answers that are none.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use trinhky_https::{Address, Client, Failure, MAX_ANSWER, Names, System};

/// Long enough for a machine under load.
const PATIENCE: Duration = Duration::from_secs(60);

/// A name server under somebody else's hand: each question gets the next answer.
struct Stub {
    answers: Vec<Vec<SocketAddr>>,
    asked: AtomicUsize,
}

impl Stub {
    fn new(answers: &[&[SocketAddr]]) -> Self {
        Self {
            answers: answers.iter().map(|answer| answer.to_vec()).collect(),
            asked: AtomicUsize::new(0),
        }
    }
}

impl Names for Stub {
    async fn resolve(&self, _: &str, _: u16) -> io::Result<Vec<SocketAddr>> {
        let asked = self.asked.fetch_add(1, Ordering::SeqCst);
        Ok(self.answers[asked.min(self.answers.len() - 1)].clone())
    }
}

fn client(more: &[Vec<u8>]) -> Client {
    Client::new(more, PATIENCE).expect("a client")
}

/// Takes a whole request, answers so and hangs up; returns what came.
async fn serve<S: AsyncRead + AsyncWrite + Unpin>(mut stream: S, answer: Vec<u8>) -> String {
    let mut asked = Vec::new();
    let mut part = [0; 1024];
    while !asked.ends_with(b"the body") {
        match stream.read(&mut part).await {
            Ok(count) if count > 0 => asked.extend(&part[..count]),
            _ => break,
        }
    }
    // A caller who has heard enough hangs up.
    let _ = stream.write_all(&answer).await;
    let _ = stream.shutdown().await;
    String::from_utf8_lossy(&asked).into_owned()
}

async fn answering(answer: impl Into<Vec<u8>>) -> (SocketAddr, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let place = listener.local_addr().expect("its address");
    let answer = answer.into();
    let task = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.expect("a caller");
        serve(stream, answer).await
    });
    (place, task)
}

/// A call without TLS to a server that the configuration names.
async fn call(place: SocketAddr) -> Result<trinhky_https::Answer, Failure> {
    let named = [place.to_string()];
    let address = Address::read(&format!("http://{place}/nhan?ky=2"), &named).expect("an address");
    let headings = [("content-type", "application/json")];
    client(&[])
        .post(&System, &address, &headings, b"the body".to_vec())
        .await
}

#[tokio::test]
async fn the_body_arrives_and_the_answer_comes_back() {
    let (place, server) = answering("HTTP/1.1 202 Accepted\r\nContent-Length: 2\r\n\r\nOK").await;
    let answer = call(place).await.expect("an answer");
    assert_eq!((answer.status, answer.body), (202, b"OK".to_vec()));
    let asked = server.await.expect("served");
    assert!(asked.starts_with("POST /nhan?ky=2 HTTP/1.1\r\n"), "{asked}");
    assert!(asked.contains(&format!("host: {place}\r\n")), "{asked}");
    let (place, _server) = answering(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nda\r\n1\r\nu\r\n0\r\n\r\n",
    )
    .await;
    assert_eq!(call(place).await.expect("an answer").body, b"dau");
}

#[tokio::test]
async fn nobody_is_sent_elsewhere() {
    let (inside, never) = answering("HTTP/1.1 200 OK\r\n\r\nsecret").await;
    let redirect = format!(
        "HTTP/1.1 307 Temporary Redirect\r\nLocation: http://{inside}/\r\nContent-Length: 0\r\n\r\n"
    );
    let (place, _server) = answering(redirect).await;
    assert_eq!(call(place).await.expect("an answer").status, 307);
    assert!(!never.is_finished(), "nobody came");
    never.abort();
}

#[tokio::test]
async fn a_long_answer_is_cut_and_no_answer_is_said() {
    let long = format!("HTTP/1.1 500 Oops\r\n\r\n{}", "x".repeat(1 << 20));
    let (place, _server) = answering(long).await;
    let answer = call(place).await.expect("an answer");
    assert_eq!((answer.status, answer.body.len()), (500, MAX_ANSWER));

    let heading = format!("HTTP/1.1 200 OK\r\nX: {}\r\n\r\n", "x".repeat(1 << 20));
    for none in ["", "SSH-2.0-OpenSSH\r\n", heading.as_str()] {
        let (place, _server) = answering(none).await;
        assert!(matches!(call(place).await, Err(Failure::NoAnswer(_))));
    }
    // A port that nobody listens on any more.
    let free = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let place = free.local_addr().expect("its address");
    drop(free);
    assert!(matches!(call(place).await, Err(Failure::Unreachable(_))));
}

#[tokio::test]
async fn who_says_nothing_is_left() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let place = listener.local_addr().expect("its address");
    let address =
        Address::read(&format!("http://{place}/"), &[place.to_string()]).expect("an address");
    let hasty = Client::new(&[], Duration::from_millis(50)).expect("a client");
    let answer = hasty.post(&System, &address, &[], Vec::new()).await;
    assert!(matches!(answer, Err(Failure::Slow)), "{answer:?}");
}

#[tokio::test]
async fn a_name_that_leads_inside_is_not_followed() {
    let (inside, never) = answering("HTTP/1.1 200 OK\r\n\r\nsecret").await;
    let special: SocketAddr = "192.0.0.8:443".parse().expect("a place");
    let public: SocketAddr = "113.160.0.1:443".parse().expect("a place");
    let url = format!("https://mot-cua.example:{}/", inside.port());
    let address = Address::read(&url, &[]).expect("an address");
    for answer in [vec![inside], vec![public, inside], vec![special]] {
        let names = Stub::new(&[&answer]);
        let said = client(&[])
            .post(&names, &address, &[], b"the body".to_vec())
            .await;
        assert!(matches!(said, Err(Failure::Inside { .. })), "{said:?}");
    }
    let names = Stub::new(&[&[]]);
    let said = client(&[]).post(&names, &address, &[], Vec::new()).await;
    assert!(matches!(said, Err(Failure::UnknownName(_))), "{said:?}");
    assert!(!never.is_finished(), "nobody came");
    never.abort();
}

#[tokio::test]
async fn a_name_is_asked_for_once_so_that_it_cannot_change_its_mind() {
    let (first, server) = answering("HTTP/1.1 204 No Content\r\n\r\n").await;
    let (second, never) = answering("HTTP/1.1 200 OK\r\n\r\nsecret").await;
    let name = format!("mot-cua.noi-bo:{}", first.port());
    let address =
        Address::read(&format!("http://{name}/"), std::slice::from_ref(&name)).expect("an address");
    let names = Stub::new(&[&[first], &[second]]);
    let answer = client(&[])
        .post(&names, &address, &[], b"the body".to_vec())
        .await
        .expect("an answer");
    assert_eq!(answer.status, 204);
    assert_eq!(names.asked.load(Ordering::SeqCst), 1);
    assert!(server.await.expect("served").contains(&name));
    assert!(!never.is_finished(), "nobody came");
    never.abort();
}

#[tokio::test]
async fn a_server_over_tls_is_trusted_by_its_authority_and_its_name_only() {
    let made = rcgen::generate_simple_self_signed(vec!["mot-cua.noi-bo".to_owned()]).expect("made");
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).expect("a key");
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .expect("a certificate");
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let place = listener.local_addr().expect("its address");
    let server = tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.expect("a caller");
            if let Ok(stream) = acceptor.accept(stream).await {
                serve(
                    stream,
                    b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".to_vec(),
                )
                .await;
            }
        }
    });
    let call = async |name: &str, more: &[Vec<u8>]| {
        let named = format!("{name}:{}", place.port());
        let url = format!("https://{named}/");
        let address = Address::read(&url, &[named]).expect("an address");
        client(more)
            .post(&Stub::new(&[&[place]]), &address, &[], b"the body".to_vec())
            .await
    };
    let authority = [made.cert.pem().into_bytes()];
    let answer = call("mot-cua.noi-bo", &authority).await;
    assert_eq!(answer.expect("an answer").status, 200);
    let stranger = call("mot-cua.noi-bo", &[]).await;
    assert!(
        matches!(stranger, Err(Failure::Untrusted(_))),
        "{stranger:?}"
    );
    let another = call("ke-khac.noi-bo", &authority).await;
    assert!(matches!(another, Err(Failure::Untrusted(_))), "{another:?}");
    server.abort();
    assert!(Client::new(&[b"no certificate".to_vec()], PATIENCE).is_err());
}
