//! Bech32 (BIP 173) for 32 bytes: how keys of age are written.

const LETTERS: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";
/// Letters of the check sum.
const CHECK: usize = 6;

/// The bytes behind a prefix, in small letters.
pub fn encode(prefix: &str, bytes: &[u8; 32]) -> String {
    let mut values = regroup(bytes, 8, 5);
    let mut checked = expanded(prefix);
    checked.extend(&values);
    checked.extend([0; CHECK]);
    let sum = checksum(&checked) ^ 1;
    values.extend((0..CHECK).map(|at| (sum >> (5 * (CHECK - 1 - at)) & 31) as u8));
    let letters = values
        .into_iter()
        .map(|value| char::from(LETTERS[usize::from(value)]));
    format!("{prefix}1{}", letters.collect::<String>())
}

/// The bytes of a text in small letters with this prefix; none where anything is mistyped.
pub fn decode(prefix: &str, text: &str) -> Option<[u8; 32]> {
    let letters = text.strip_prefix(prefix)?.strip_prefix('1')?;
    let values = letters
        .bytes()
        .map(|letter| LETTERS.iter().position(|known| *known == letter))
        .map(|at| u8::try_from(at?).ok())
        .collect::<Option<Vec<u8>>>()?;
    let mut checked = expanded(prefix);
    checked.extend(&values);
    let (values, _) = values.split_at_checked(values.len().checked_sub(CHECK)?)?;
    let bytes: [u8; 32] = regroup(values, 5, 8).get(..32)?.try_into().ok()?;
    // Written anew it must be the same: nothing behind the 32 bytes, and the rest of the last letter empty.
    (checksum(&checked) == 1 && encode(prefix, &bytes) == text).then_some(bytes)
}

/// Values of so many bits as values of others; the last is filled up with zeros.
fn regroup(values: &[u8], from: u32, to: u32) -> Vec<u8> {
    let (mut regrouped, mut buffer, mut bits) = (Vec::new(), 0_u32, 0);
    let mask = (1 << to) - 1;
    for value in values {
        buffer = (buffer << from | u32::from(*value)) & 0xffff;
        bits += from;
        while bits >= to {
            bits -= to;
            regrouped.push((buffer >> bits & mask) as u8);
        }
    }
    if bits > 0 && from > to {
        regrouped.push((buffer << (to - bits) & mask) as u8);
    }
    regrouped
}

/// The prefix as the check sum reads it.
fn expanded(prefix: &str) -> Vec<u8> {
    let high = prefix.bytes().map(|letter| letter >> 5);
    let low = prefix.bytes().map(|letter| letter & 31);
    high.chain([0]).chain(low).collect()
}

fn checksum(values: &[u8]) -> u32 {
    const GENERATOR: [u32; 5] = [
        0x3b6a_57b2,
        0x2650_8e6d,
        0x1ea1_19fa,
        0x3d42_33dd,
        0x2a14_62b3,
    ];
    values.iter().fold(1, |sum, value| {
        let shifted = (sum & 0x01ff_ffff) << 5 ^ u32::from(*value);
        (0..5)
            .filter(|bit| sum >> (25 + bit) & 1 == 1)
            .fold(shifted, |sum, bit| sum ^ GENERATOR[bit as usize])
    })
}
