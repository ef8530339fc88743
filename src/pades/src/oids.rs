//! The names of algorithms and attributes, each in one place.

use der::asn1::ObjectIdentifier;

macro_rules! oids {
    ($($name:ident = $text:literal;)*) => {
        $(pub(crate) const $name: ObjectIdentifier = ObjectIdentifier::new_unwrap($text);)*
    };
}

oids! {
    // What a container is about, and its attributes (RFC 5652, RFC 5035, RFC 3161).
    DATA = "1.2.840.113549.1.7.1";
    SIGNED_DATA = "1.2.840.113549.1.7.2";
    TST_INFO = "1.2.840.113549.1.9.16.1.4";
    CONTENT_TYPE = "1.2.840.113549.1.9.3";
    MESSAGE_DIGEST = "1.2.840.113549.1.9.4";
    SIGNING_CERTIFICATE = "1.2.840.113549.1.9.16.2.12";
    SIGNING_CERTIFICATE_V2 = "1.2.840.113549.1.9.16.2.47";
    TIME_STAMP_TOKEN = "1.2.840.113549.1.9.16.2.14";
    TIME_STAMPING = "1.3.6.1.5.5.7.3.8";

    // Revocation by question and answer (RFC 6960).
    OCSP = "1.3.6.1.5.5.7.48.1";
    OCSP_BASIC = "1.3.6.1.5.5.7.48.1.1";
    OCSP_SIGNING = "1.3.6.1.5.5.7.3.9";

    SHA_1 = "1.3.14.3.2.26";
    SHA_256 = "2.16.840.1.101.3.4.2.1";
    SHA_384 = "2.16.840.1.101.3.4.2.2";
    SHA_512 = "2.16.840.1.101.3.4.2.3";

    RSA = "1.2.840.113549.1.1.1";
    RSA_PSS = "1.2.840.113549.1.1.10";
    RSA_WITH_SHA_256 = "1.2.840.113549.1.1.11";
    RSA_WITH_SHA_384 = "1.2.840.113549.1.1.12";
    RSA_WITH_SHA_512 = "1.2.840.113549.1.1.13";
    EC_KEY = "1.2.840.10045.2.1";
    P_256 = "1.2.840.10045.3.1.7";
    P_384 = "1.3.132.0.34";
    ECDSA_WITH_SHA_256 = "1.2.840.10045.4.3.2";
    ECDSA_WITH_SHA_384 = "1.2.840.10045.4.3.3";
    ED25519 = "1.3.101.112";
}
