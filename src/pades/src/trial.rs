//! An installation's own trial authority: real keys and certificates without legal value, which say
//! so in their names.

use std::time::Duration;

use chrono::{DateTime, Datelike, Timelike, Utc};
use der::Decode;
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, SerialNumber, date_time_ymd,
};

use crate::names;
use crate::signer::{SignError, SoftwareSigner};

/// What a trial signature says on the page.
pub const TRIAL_LABEL: &str = "CHỮ KÝ THỬ NGHIỆM — không có giá trị pháp lý";
/// What a trial certificate's names end with.
pub const TRIAL_LABEL_SHORT: &str = "(CHỮ KÝ THỬ NGHIỆM)";

/// From when until when a certificate is valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Validity {
    pub from: DateTime<Utc>,
    pub until: DateTime<Utc>,
}

/// Whom a certificate is for. An agency's own certificate has the agency as its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    pub name: String,
    /// A person's post: "Chủ tịch".
    pub title: Option<String>,
    /// The agency.
    pub organisation: String,
}

/// A self-signed root and its key.
pub struct TrialAuthority {
    certificate: Vec<u8>,
    key: KeyPair,
    subject: Subject,
}

impl TrialAuthority {
    /// A new root with a new P-256 key.
    ///
    /// # Errors
    /// Where the key cannot be made.
    pub fn create(organisation: &str, serial: u64, validity: Validity) -> Result<Self, SignError> {
        let key = KeyPair::generate().map_err(bad)?;
        let subject = Subject {
            name: format!("Chứng thực thử nghiệm {organisation}"),
            title: None,
            organisation: organisation.to_owned(),
        };
        let certificate = root_params(&subject, serial, validity)
            .self_signed(&key)
            .map_err(bad)?
            .der()
            .to_vec();
        Ok(Self {
            certificate,
            key,
            subject,
        })
    }

    /// The root as it was stored.
    ///
    /// # Errors
    /// Where one of the two cannot be read.
    pub fn from_parts(certificate: &[u8], key_pem: &str) -> Result<Self, SignError> {
        let parsed = x509_cert::Certificate::from_der(certificate).map_err(bad)?;
        let name = names::part(&parsed.tbs_certificate.subject, names::COMMON_NAME);
        let organisation = names::part(&parsed.tbs_certificate.subject, names::ORGANISATION);
        let (Some(name), Some(organisation)) = (name, organisation) else {
            return Err(SignError::BadKey("the root certificate has no name".into()));
        };
        let name = name
            .trim_end_matches(TRIAL_LABEL_SHORT)
            .trim_end()
            .to_owned();
        let key = KeyPair::from_pem(key_pem).map_err(bad)?;
        Ok(Self {
            certificate: certificate.to_vec(),
            key,
            subject: Subject {
                name,
                title: None,
                organisation,
            },
        })
    }

    /// The root certificate, DER: what a verifier must trust.
    pub fn certificate(&self) -> &[u8] {
        &self.certificate
    }

    /// The same in PEM.
    pub fn certificate_pem(&self) -> String {
        certificate_pem(&self.certificate)
    }

    /// The root's key, PKCS#8 in PEM. Whoever has it can issue certificates.
    pub fn key_pem(&self) -> String {
        self.key.serialize_pem()
    }

    /// A new key and its certificate: a signer, and the key in PEM for storing it.
    ///
    /// # Errors
    /// Where the key cannot be made.
    pub fn issue(
        &self,
        subject: &Subject,
        serial: u64,
        validity: Validity,
    ) -> Result<(SoftwareSigner, String), SignError> {
        let key = KeyPair::generate().map_err(bad)?;
        let mut params = params(subject, serial, validity);
        params.key_usages = vec![
            KeyUsagePurpose::DigitalSignature,
            KeyUsagePurpose::ContentCommitment,
        ];
        params.use_authority_key_identifier_extension = true;
        let root = root_params(&self.subject, 0, validity);
        let certificate = params
            .signed_by(&key, &Issuer::from_params(&root, &self.key))
            .map_err(bad)?;
        let chain = vec![certificate.der().to_vec(), self.certificate.clone()];
        Ok((
            SoftwareSigner::from_der(key.serialized_der(), chain)?,
            key.serialize_pem(),
        ))
    }
}

/// A certificate in PEM, as [`SoftwareSigner::from_pem`] and [`crate::Trust::from_pem`] read it.
pub fn certificate_pem(der: &[u8]) -> String {
    // Bytes can always be written as PEM; the label is a constant.
    der::pem::encode_string("CERTIFICATE", der::pem::LineEnding::LF, der).unwrap_or_default()
}

fn root_params(subject: &Subject, serial: u64, validity: Validity) -> CertificateParams {
    let mut params = params(subject, serial, validity);
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params
}

fn params(subject: &Subject, serial: u64, validity: Validity) -> CertificateParams {
    let mut name = DistinguishedName::new();
    name.push(DnType::CountryName, "VN");
    name.push(DnType::OrganizationName, subject.organisation.as_str());
    if let Some(title) = &subject.title {
        name.push(DnType::CustomDnType(vec![2, 5, 4, 12]), title.as_str());
    }
    name.push(
        DnType::CommonName,
        format!("{} {TRIAL_LABEL_SHORT}", subject.name),
    );
    let mut params = CertificateParams::default();
    params.distinguished_name = name;
    params.serial_number = Some(SerialNumber::from(serial));
    let (year, month, day, rest) = day_and_rest(validity.from);
    params.not_before = date_time_ymd(year, month, day) + rest;
    let (year, month, day, rest) = day_and_rest(validity.until);
    params.not_after = date_time_ymd(year, month, day) + rest;
    params
}

/// A time as the certificate library takes it: a day, and what has passed of it.
fn day_and_rest(time: DateTime<Utc>) -> (i32, u8, u8, Duration) {
    let passed = Duration::from_secs(u64::from(time.num_seconds_from_midnight()));
    (time.year(), time.month() as u8, time.day() as u8, passed)
}

fn bad(error: impl std::fmt::Display) -> SignError {
    SignError::BadKey(error.to_string())
}
