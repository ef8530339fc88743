//! Keys of a device that is a few lines of this file, and what a site must not believe of them.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;
use ciborium::Value;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};
use sha2::{Digest as _, Sha256};

use super::ceremony::{Answer, Made, Party, challenge, made, used};

/// There, and recognised by the device.
const BOTH: u8 = 0b101;

/// An authenticator with one key on P-256.
struct Device {
    pair: EcdsaKeyPair,
    random: SystemRandom,
}

impl Device {
    fn new() -> Self {
        let random = SystemRandom::new();
        let kind = &ECDSA_P256_SHA256_ASN1_SIGNING;
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(kind, &random).expect("a key");
        let pair = EcdsaKeyPair::from_pkcs8(kind, pkcs8.as_ref(), &random).expect("a key");
        Self { pair, random }
    }

    fn makes(&self, client: &str, site: &str, flags: u8) -> Made {
        let point = self.pair.public_key().as_ref();
        let pair = |label: i64, value: Value| (Value::from(label), value);
        let key = Value::Map(vec![
            pair(1, 2.into()),
            pair(3, (-7).into()),
            pair(-1, 1.into()),
            pair(-2, Value::Bytes(point[1..33].to_vec())),
            pair(-3, Value::Bytes(point[33..].to_vec())),
        ]);
        let mut data = head(site, flags | 1 << 6, 0);
        data.extend([0; 16]);
        data.extend([0, 4]);
        data.extend(*b"key1");
        ciborium::into_writer(&key, &mut data).expect("written");
        let object = Value::Map(vec![
            ("fmt".into(), "none".into()),
            ("attStmt".into(), Value::Map(Vec::new())),
            ("authData".into(), Value::Bytes(data)),
        ]);
        let mut written = Vec::new();
        ciborium::into_writer(&object, &mut written).expect("written");
        Made {
            client: BASE64URL.encode(client),
            data: BASE64URL.encode(written),
        }
    }

    fn answers(&self, client: &str, site: &str, flags: u8, uses: u32) -> Answer {
        let data = head(site, flags, uses);
        let message = [&data[..], &Sha256::digest(client)[..]].concat();
        let signature = self.pair.sign(&self.random, &message).expect("signed");
        Answer {
            id: BASE64URL.encode("key1"),
            client: BASE64URL.encode(client),
            data: BASE64URL.encode(data),
            signature: BASE64URL.encode(signature),
            user: String::new(),
        }
    }
}

fn head(site: &str, flags: u8, uses: u32) -> Vec<u8> {
    let mut data = Sha256::digest(site).to_vec();
    data.push(flags);
    data.extend(uses.to_be_bytes());
    data
}

fn client(kind: &str, origin: &str) -> String {
    format!(
        r#"{{"type":"webauthn.{kind}","challenge":"Zm9v","origin":"{origin}","crossOrigin":false,"other":1}}"#
    )
}

fn ours() -> Party {
    Party::of("https://trinhky.example").expect("a site")
}

#[test]
fn a_site_has_a_name_and_a_secure_address() {
    let party = |url| Party::of(url).map(|party| (party.id, party.origin));
    let some = |id: &str, origin: &str| Some((id.to_owned(), origin.to_owned()));
    assert_eq!(
        party("https://Trinhky.example/"),
        some("trinhky.example", "https://trinhky.example")
    );
    assert_eq!(
        party("https://trinhky.example:443"),
        some("trinhky.example", "https://trinhky.example")
    );
    assert_eq!(
        party("http://localhost:8080"),
        some("localhost", "http://localhost:8080")
    );
    for none in [
        "http://trinhky.example",
        "http://127.0.0.1:8080",
        "https://10.0.0.1",
        "https://[::1]",
        "",
    ] {
        assert_eq!(party(none), None, "{none}");
    }
}

#[test]
fn a_key_is_made_and_used_and_counted() {
    let (device, party) = (Device::new(), ours());
    let making = client("create", "https://trinhky.example");
    let key = made(&party, &device.makes(&making, "trinhky.example", BOTH)).expect("made");
    assert_eq!(key.id, BASE64URL.encode("key1"));
    assert_eq!(key.uses, 0);
    let using = client("get", "https://trinhky.example");
    let answer = device.answers(&using, "trinhky.example", BOTH, 7);
    assert_eq!(challenge(&answer.client), Ok("Zm9v".to_owned()));
    assert_eq!(used(&party, &answer, &key.public_key, 6), Ok(7));
    assert!(
        used(&party, &answer, &key.public_key, 7)
            .expect_err("once more")
            .contains("copy")
    );
    let travelling = device.answers(&using, "trinhky.example", BOTH, 0);
    assert_eq!(used(&party, &travelling, &key.public_key, 0), Ok(0));
}

#[test]
fn what_is_another_sites_another_questions_or_unproved_is_refused() {
    let (device, party) = (Device::new(), ours());
    let right = client("create", "https://trinhky.example");
    let key = made(&party, &device.makes(&right, "trinhky.example", BOTH)).expect("made");
    for (client, site, flags) in [
        (client("get", &party.origin), "trinhky.example", BOTH),
        (
            client("create", "https://trinhky.example.evil"),
            "trinhky.example",
            BOTH,
        ),
        (right.replace("false", "true"), "trinhky.example", BOTH),
        (right.clone(), "evil.example", BOTH),
        (right.clone(), "trinhky.example", 0b001),
        (right.clone(), "trinhky.example", 0b100),
    ] {
        let new = device.makes(&client, site, flags);
        assert!(made(&party, &new).is_err(), "{client} {site} {flags:b}");
    }
    let using = client("get", &party.origin);
    let good = device.answers(&using, "trinhky.example", BOTH, 1);
    assert!(used(&party, &good, &key.public_key, 0).is_ok());
    let stranger = Device::new().answers(&using, "trinhky.example", BOTH, 1);
    let swapped = Answer {
        client: BASE64URL.encode(using.replace("Zm9v", "YmFy")),
        ..good.clone()
    };
    let unproved = device.answers(&using, "trinhky.example", 0b001, 1);
    let elsewhere = device.answers(&using, "evil.example", BOTH, 1);
    for wrong in [stranger, swapped, unproved, elsewhere] {
        assert!(used(&party, &wrong, &key.public_key, 0).is_err());
    }
}

#[test]
fn nothing_that_is_cut_off_or_changed_passes_or_panics() {
    let (device, party) = (Device::new(), ours());
    let using = client("get", &party.origin);
    let making = client("create", &party.origin);
    let new = device.makes(&making, "trinhky.example", BOTH);
    let key = made(&party, &new).expect("made");
    let answer = device.answers(&using, "trinhky.example", BOTH, 1);
    let whole = BASE64URL.decode(&new.data).expect("bytes");
    // The key is the last part of the object: without its end there is none.
    for length in 0..whole.len() {
        let cut = Made {
            data: BASE64URL.encode(&whole[..length]),
            ..new.clone()
        };
        assert!(made(&party, &cut).is_err(), "{length} bytes");
    }
    let data = BASE64URL.decode(&answer.data).expect("bytes");
    for place in 0..data.len() {
        for bit in 0..8 {
            let mut changed = data.clone();
            changed[place] ^= 1 << bit;
            let changed = Answer {
                data: BASE64URL.encode(changed),
                ..answer.clone()
            };
            assert!(used(&party, &changed, &key.public_key, 0).is_err());
        }
    }
}
