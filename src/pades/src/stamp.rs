//! Time stamps (RFC 3161): an authority attests that a signature was there at an instant of its own clock. A signature
//! that carries one is PAdES baseline B-T.
//!
//! How a request travels is the caller's: the crate makes it, and believes no answer that is not signed by a trusted
//! authority, about this very signature and this very request.

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use cms::content_info::ContentInfo;
use der::asn1::{AnyRef, ObjectIdentifier, OctetString, OctetStringRef, UintRef};
use der::{Decode, Encode, Reader, Sequence, SliceReader, Tag, Tagged};
use sha2::{Digest, Sha256};
use spki::AlgorithmIdentifierOwned;
use x509_cert::Certificate;
use x509_cert::ext::pkix::ExtendedKeyUsage;

use crate::oids;
use crate::signer::{Algorithm, SignError, Signer};
use crate::verify::{Container, Hash, Problem, chain};

/// Where time stamps come from.
pub trait TimeStamper {
    /// Takes a request to the authority (DER of `TimeStampReq`) and brings its answer (`TimeStampResp`).
    ///
    /// # Errors
    /// Where the authority cannot be reached.
    fn exchange(&self, request: &[u8]) -> Result<Vec<u8>, SignError>;

    /// A number that no request had before.
    fn nonce(&self) -> [u8; 8];

    /// The roots, DER, that the authority's certificate must lead to.
    fn roots(&self) -> Vec<Vec<u8>>;
}

/// A signer whose signatures are stamped.
pub struct Stamped {
    pub signer: Box<dyn Signer + Send>,
    pub stamper: Box<dyn TimeStamper + Send>,
}

impl Signer for Stamped {
    fn certificate_chain(&self) -> Vec<Vec<u8>> {
        self.signer.certificate_chain()
    }

    fn algorithm(&self) -> Algorithm {
        self.signer.algorithm()
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError> {
        self.signer.sign(message)
    }

    fn time_stamper(&self) -> Option<&dyn TimeStamper> {
        Some(&*self.stamper)
    }
}

/// What an authority attests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TimeStamp {
    pub(crate) at: DateTime<Utc>,
    /// The authority's name.
    pub(crate) authority: String,
    nonce: Option<Vec<u8>>,
}

/// Why a time stamp is not believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StampFault {
    #[error("the time-stamp authority refused: {0}")]
    Refused(String),
    #[error("the time stamp cannot be read: {0}")]
    Unreadable(String),
    #[error("the time stamp is about another signature")]
    OtherImprint,
    #[error("the time stamp answers another request")]
    OtherNonce,
    #[error("the time stamp was changed, or its authority did not sign it")]
    NotSigned,
    #[error("the certificate of {0} is not for time stamps")]
    NotForStamping(String),
    #[error("the time stamp is from {0}, whom this installation does not trust")]
    Untrusted(String),
    #[error("the certificate of {0} did not count when it stamped the time")]
    OutsideValidity(String),
    #[error("the certificate of {0} was revoked on {1}, before it stamped the time")]
    Revoked(String, String),
}

impl StampFault {
    /// The same sentence in Vietnamese, without its full stop.
    pub fn message_vi(&self) -> String {
        match self {
            Self::Refused(why) => format!("Máy chủ dấu thời gian từ chối: {why}"),
            Self::Unreadable(why) => format!("Không đọc được dấu thời gian: {why}"),
            Self::OtherImprint => "Dấu thời gian thuộc về chữ ký khác".into(),
            Self::OtherNonce => "Dấu thời gian trả lời một yêu cầu khác".into(),
            Self::NotSigned => {
                "Dấu thời gian đã bị sửa hoặc không do tổ chức cấp dấu thời gian ký".into()
            }
            Self::NotForStamping(name) => {
                format!("Chứng thư số của {name} không dùng để cấp dấu thời gian")
            }
            Self::Untrusted(name) => {
                format!("Dấu thời gian do {name} cấp, tổ chức này chưa được tin cậy")
            }
            Self::OutsideValidity(name) => {
                format!("Chứng thư số của {name} không có hiệu lực khi cấp dấu thời gian")
            }
            Self::Revoked(name, day) => {
                format!(
                    "Chứng thư số của {name} đã bị thu hồi ngày {day}, trước khi cấp dấu thời gian"
                )
            }
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Sequence)]
struct Imprint {
    algorithm: AlgorithmIdentifierOwned,
    digest: OctetString,
}

#[derive(Sequence)]
struct Request<'a> {
    version: u8,
    imprint: Imprint,
    nonce: UintRef<'a>,
    /// The answer shall carry the authority's certificate.
    with_certificate: bool,
}

/// Has a signature stamped; the result is the token, DER.
pub(crate) fn obtain(stamper: &dyn TimeStamper, signature: &[u8]) -> Result<Vec<u8>, SignError> {
    let nonce = stamper.nonce();
    let request = request(signature, &nonce).map_err(|error| fault(&error))?;
    let answer = stamper.exchange(&request)?;
    let token = token_of(&answer)?;
    let roots = stamper
        .roots()
        .iter()
        .map(|der| Certificate::from_der(der))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| fault(&error))?;
    let stamp = check(&token, signature, &roots)?;
    if stamp.nonce.as_deref() != Some(trimmed(&nonce)) {
        return Err(StampFault::OtherNonce.into());
    }
    Ok(token)
}

fn request(signature: &[u8], nonce: &[u8]) -> der::Result<Vec<u8>> {
    Request {
        version: 1,
        imprint: Imprint {
            algorithm: AlgorithmIdentifierOwned {
                oid: oids::SHA_256,
                parameters: Some(der::asn1::Any::null()),
            },
            digest: OctetString::new(Sha256::digest(signature).to_vec())?,
        },
        nonce: UintRef::new(nonce)?,
        with_certificate: true,
    }
    .to_der()
}

/// The token of an answer that grants one.
fn token_of(answer: &[u8]) -> Result<Vec<u8>, StampFault> {
    let bad = |error: der::Error| StampFault::Unreadable(error.to_string());
    let mut reader = SliceReader::new(answer).map_err(bad)?;
    let (status, said, token) = reader
        .sequence(|reader| {
            let (status, said) = reader.sequence(|reader| {
                let status = u8::decode(reader)?;
                let mut said = String::new();
                while !reader.is_finished() {
                    let part = AnyRef::decode(reader)?;
                    if part.tag() == Tag::Sequence {
                        said = words(part.value());
                    }
                }
                Ok((status, said))
            })?;
            let token = if reader.is_finished() {
                None
            } else {
                Some(AnyRef::decode(reader)?.to_der()?)
            };
            Ok((status, said, token))
        })
        .map_err(bad)?;
    match (status, token) {
        // Granted, or granted with changes.
        (0 | 1, Some(token)) => Ok(token),
        _ if said.is_empty() => Err(StampFault::Refused(format!("status {status}"))),
        _ => Err(StampFault::Refused(said)),
    }
}

/// The texts of a sequence of texts.
fn words(sequence: &[u8]) -> String {
    let Ok(mut reader) = SliceReader::new(sequence) else {
        return String::new();
    };
    let mut words = Vec::new();
    while !reader.is_finished() {
        let Ok(text) = AnyRef::decode(&mut reader) else {
            break;
        };
        words.push(String::from_utf8_lossy(text.value()).into_owned());
    }
    words.join(" ")
}

/// Checks a token about a signature: signed by an authority that the roots know, for stamping, when it stamped.
pub(crate) fn check(
    token: &[u8],
    signature: &[u8],
    roots: &[Certificate],
) -> Result<TimeStamp, StampFault> {
    let bad = |error: der::Error| StampFault::Unreadable(error.to_string());
    let (container, info) = open(token)?;
    let (imprint, stamp) = read_info(&info).map_err(bad)?;
    let hash = Hash::from_oid(imprint.algorithm.oid).map_err(|problem| unreadable(&problem))?;
    if hash.of(&[signature]) != imprint.digest.as_bytes() {
        return Err(StampFault::OtherImprint);
    }
    let signer = container.signer().map_err(|problem| unreadable(&problem))?;
    if !container.problems(&[&info], true).is_empty() {
        return Err(StampFault::NotSigned);
    }
    let authority = chain::name(signer);
    if !for_stamping(signer) {
        return Err(StampFault::NotForStamping(authority));
    }
    let problems = chain::problems(signer, &container.certificates, roots, stamp.at);
    match problems.into_iter().next() {
        None => {}
        Some(Problem::Expired(name) | Problem::NotYetValid(name)) => {
            return Err(StampFault::OutsideValidity(name));
        }
        Some(Problem::NotForSigning(name)) => return Err(StampFault::NotForStamping(name)),
        Some(_) => return Err(StampFault::Untrusted(authority)),
    }
    Ok(TimeStamp { authority, ..stamp })
}

/// The authority's certificate and those to the root that it leads to; none where there is no way.
pub(crate) fn path(token: &[u8], roots: &[Certificate]) -> Option<Vec<Certificate>> {
    let (container, _) = open(token).ok()?;
    let path = chain::path(container.signer().ok()?, &container.certificates, roots)?;
    Some(path.into_iter().cloned().collect())
}

/// A token's container and what it attests, DER.
fn open(token: &[u8]) -> Result<(Container, Vec<u8>), StampFault> {
    let content =
        ContentInfo::from_der(token).map_err(|error| StampFault::Unreadable(error.to_string()))?;
    Container::with_content(&content, oids::TST_INFO).map_err(|problem| unreadable(&problem))
}

/// RFC 3161, 2.3: for time stamps and nothing else, and the certificate insists on it.
fn for_stamping(certificate: &Certificate) -> bool {
    matches!(
        certificate.tbs_certificate.get::<ExtendedKeyUsage>(),
        Ok(Some((true, usage))) if usage.0 == [oids::TIME_STAMPING]
    )
}

/// What `TSTInfo` says; parts that follow the time are told apart by their tags.
fn read_info(info: &[u8]) -> der::Result<(Imprint, TimeStamp)> {
    let mut reader = SliceReader::new(info)?;
    reader.sequence(|reader| {
        let _version = u8::decode(reader)?;
        let _policy = ObjectIdentifier::decode(reader)?;
        let imprint = Imprint::decode(reader)?;
        let _serial = AnyRef::decode(reader)?;
        let time = AnyRef::decode(reader)?;
        let at = (time.tag() == Tag::GeneralizedTime)
            .then(|| generalized_time(time.value()))
            .flatten()
            .ok_or_else(|| Tag::GeneralizedTime.value_error())?;
        let mut nonce = None;
        while !reader.is_finished() {
            let part = AnyRef::decode(reader)?;
            if part.tag() == Tag::Integer {
                nonce = Some(trimmed(part.value()).to_vec());
            }
        }
        let stamp = TimeStamp {
            at,
            authority: String::new(),
            nonce,
        };
        Ok((imprint, stamp))
    })
}

/// `20230321010512Z`, also with a fraction of a second, which the library does not read.
fn generalized_time(text: &[u8]) -> Option<DateTime<Utc>> {
    let text = std::str::from_utf8(text).ok()?.strip_suffix('Z')?;
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let at = NaiveDateTime::parse_from_str(whole, "%Y%m%d%H%M%S").ok()?;
    let digits: String = fraction
        .chars()
        .chain("000000000".chars())
        .take(9)
        .collect();
    let nanoseconds: i64 = digits.parse().ok()?;
    Some(at.and_utc() + TimeDelta::nanoseconds(nanoseconds))
}

/// A number without the zeros before it.
fn trimmed(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|&&byte| byte == 0).count();
    &number[zeros..]
}

fn unreadable(problem: &Problem) -> StampFault {
    match problem {
        Problem::Algorithm(name) => StampFault::Unreadable(format!("algorithm {name}")),
        other => StampFault::Unreadable(other.message()),
    }
}

fn fault(error: &der::Error) -> SignError {
    StampFault::Unreadable(error.to_string()).into()
}

/// The content of a container that holds it.
pub(crate) fn octets(content: &der::asn1::Any) -> der::Result<Vec<u8>> {
    Ok(content
        .decode_as::<OctetStringRef<'_>>()?
        .as_bytes()
        .to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_with_and_without_a_fraction_are_read() {
        let at = |text: &str| generalized_time(text.as_bytes()).map(|at| at.to_rfc3339());
        assert_eq!(
            at("20230321010512Z").as_deref(),
            Some("2023-03-21T01:05:12+00:00")
        );
        assert_eq!(
            at("20230321010512.25Z").as_deref(),
            Some("2023-03-21T01:05:12.250+00:00")
        );
        for wrong in ["20230321010512", "2023Z", "20230321010512.xZ", ""] {
            assert_eq!(at(wrong), None, "{wrong}");
        }
    }
}
