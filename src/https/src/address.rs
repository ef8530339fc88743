//! An address as somebody typed it.

use std::fmt;
use std::net::IpAddr;

use url::{Host, Url};

use crate::place::is_public;

/// Longest address, in bytes.
const MAX_ADDRESS: usize = 2000;

/// An address that may be called, as far as its text tells; where its name leads is seen when it is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    url: Url,
    host: Host<String>,
    port: u16,
    is_named: bool,
}

/// Why an address is not called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Wrong {
    #[error("it is no address of a server")]
    Unreadable,
    #[error("it does not begin with https://")]
    NotEncrypted,
    #[error("it carries a name or password")]
    WithPassword,
    #[error("it leads into the office's own network")]
    Inside,
}

impl Address {
    /// Reads an address; `named` are the servers (`host` or `host:port`) that the configuration lets be inside or unencrypted.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(text: &str, named: &[String]) -> Result<Self, Wrong> {
        let text = text.trim();
        if text.len() > MAX_ADDRESS {
            return Err(Wrong::Unreadable);
        }
        let url = Url::parse(text).map_err(|_| Wrong::Unreadable)?;
        if !matches!(url.scheme(), "https" | "http") {
            return Err(Wrong::NotEncrypted);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Wrong::WithPassword);
        }
        let host = url.host().ok_or(Wrong::Unreadable)?.to_owned();
        let port = url.port_or_known_default().ok_or(Wrong::Unreadable)?;
        let is_named = named.iter().any(|name| is_called(name, &url, port));
        let address = Self {
            url,
            host,
            port,
            is_named,
        };
        if address.is_named {
            return Ok(address);
        }
        if !address.is_encrypted() {
            return Err(Wrong::NotEncrypted);
        }
        match address.place() {
            Some(place) if !is_public(place) => Err(Wrong::Inside),
            _ => Ok(address),
        }
    }

    /// Whether it is spoken to over TLS.
    pub(crate) fn is_encrypted(&self) -> bool {
        self.url.scheme() == "https"
    }

    /// Whether the configuration names its server: then it may be inside.
    pub(crate) fn is_named(&self) -> bool {
        self.is_named
    }

    /// Where it leads if it is written as a number.
    pub(crate) fn place(&self) -> Option<IpAddr> {
        match &self.host {
            Host::Domain(_) => None,
            Host::Ipv4(place) => Some((*place).into()),
            Host::Ipv6(place) => Some((*place).into()),
        }
    }

    /// The server's name without brackets, as names are resolved and certificates say it.
    pub(crate) fn host(&self) -> String {
        match &self.host {
            Host::Ipv6(place) => place.to_string(),
            other => other.to_string(),
        }
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// What is asked for: path and query.
    pub(crate) fn path(&self) -> String {
        match self.url.query() {
            Some(query) => format!("{}?{query}", self.url.path()),
            None => self.url.path().to_owned(),
        }
    }

    /// The server as its own heading names it: with its port where that is not the usual one.
    pub(crate) fn authority(&self) -> String {
        match self.url.port() {
            Some(port) => format!("{}:{port}", self.host),
            None => self.host.to_string(),
        }
    }
}

/// As it is called, which is how it is kept and shown.
impl fmt::Display for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.url.as_str())
    }
}

/// Whether a name of the configuration means this server; without a port it is the scheme's usual one.
fn is_called(name: &str, url: &Url, port: u16) -> bool {
    let Some(host) = url.host_str() else {
        return false;
    };
    let same = |name: &str| name.eq_ignore_ascii_case(host);
    let with_port = name
        .rsplit_once(':')
        .and_then(|(name, port)| Some((name, port.parse::<u16>().ok()?)));
    match with_port {
        Some((name, named)) if same(name) => named == port,
        _ => same(name) && url.port().is_none(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_encrypted_and_outside() {
        let read = |text| Address::read(text, &[]);
        let address = read(" https://mot-cua.example/nhan?ky=2 ").expect("an address");
        assert_eq!(address.to_string(), "https://mot-cua.example/nhan?ky=2");
        assert_eq!(
            (address.authority(), address.path(), address.port()),
            ("mot-cua.example".to_owned(), "/nhan?ky=2".to_owned(), 443)
        );
        for (text, wrong) in [
            ("", Wrong::Unreadable),
            ("mot-cua.example", Wrong::Unreadable),
            ("https://", Wrong::Unreadable),
            ("http://mot-cua.example/", Wrong::NotEncrypted),
            ("ftp://mot-cua.example/", Wrong::NotEncrypted),
            ("file:///etc/passwd", Wrong::NotEncrypted),
            ("https://a:b@mot-cua.example/", Wrong::WithPassword),
            ("https://mot-cua.example@127.0.0.1/", Wrong::WithPassword),
            ("https://127.0.0.1/", Wrong::Inside),
            // As browsers read numbers, so do resolvers.
            ("https://0x7f.1/", Wrong::Inside),
            ("https://2130706433/", Wrong::Inside),
            ("https://[::1]/", Wrong::Inside),
            ("https://[::ffff:10.0.0.1]:8443/", Wrong::Inside),
            ("https://169.254.169.254/latest/meta-data", Wrong::Inside),
        ] {
            assert_eq!(read(text).expect_err("refused"), wrong, "{text}");
        }
        let long = format!("https://mot-cua.example/{}", "x".repeat(MAX_ADDRESS));
        assert_eq!(read(&long).expect_err("refused"), Wrong::Unreadable);
        assert!(
            read("https://mot-cua.example/\r\nX: y").is_ok_and(|url| !url.path().contains('\n'))
        );
    }

    #[test]
    fn the_configuration_lets_named_servers_be_inside() {
        let named = ["10.0.0.5:8080".to_owned(), "Mot-Cua.noi-bo".to_owned()];
        let read = |text| Address::read(text, &named);
        assert!(read("http://10.0.0.5:8080/nhan").is_ok_and(|address| address.is_named()));
        assert!(read("http://mot-cua.noi-bo/nhan").is_ok());
        assert!(read("https://mot-cua.noi-bo/nhan").is_ok());
        for other in [
            "http://10.0.0.5/nhan",
            "http://10.0.0.5:80/nhan",
            "http://mot-cua.noi-bo:8080/nhan",
            "http://mot-cua.noi-bo.example/nhan",
        ] {
            assert!(read(other).is_err(), "{other}");
        }
    }
}
