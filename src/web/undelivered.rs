//! What a mail server's refusal means for people: one sentence that says what to do.

use super::Lang;

/// What to do about a mail that did not arrive, from the server's words (RFC 5321 codes, RFC 3463 details).
#[must_use]
pub fn what_to_do(reply: &str, lang: Lang) -> String {
    let key = match detail(reply) {
        Some((1 | 2, Some(1..=3 | 6))) if !is_full(reply) => "undelivered-address",
        Some((2, _)) => "undelivered-full",
        Some((7, _)) => "undelivered-policy",
        Some((4, _)) => "undelivered-silence",
        Some(_) => "undelivered-other",
        None if is_full(reply) => "undelivered-full",
        None if ["550", "551", "553"]
            .iter()
            .any(|code| reply.starts_with(code)) =>
        {
            "undelivered-address"
        }
        None if reply.starts_with('5') => "undelivered-other",
        None => "undelivered-silence",
    };
    lang.t(key)
}

/// Class and detail of a code like `5.1.1`.
fn detail(reply: &str) -> Option<(u8, Option<u8>)> {
    let code = reply
        .split([' ', '-', ';', '\n'])
        .find_map(|word| word.strip_prefix("5.").or_else(|| word.strip_prefix("4.")))?;
    let mut parts = code.split('.');
    let class = parts.next()?.parse().ok()?;
    Some((class, parts.next().and_then(|part| part.parse().ok())))
}

fn is_full(reply: &str) -> bool {
    reply.contains(".2.2") || reply.starts_with("552") || reply.starts_with("452")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_says_what_to_do() {
        for (reply, start) in [
            ("550 5.1.1 no such mailbox here", "Địa chỉ thư không có"),
            ("550 No such user", "Địa chỉ thư không có"),
            ("552 5.2.2 over quota", "Hộp thư đầy"),
            ("452 4.2.2 over quota", "Hộp thư đầy"),
            ("550 5.7.1 blocked", "Máy chủ thư nơi nhận không cho"),
            ("cannot connect to mail:25", "Máy chủ thư không trả lời"),
            ("554 rejected", "Máy chủ thư từ chối"),
        ] {
            assert!(
                what_to_do(reply, Lang::Vi).starts_with(start),
                "{reply}: {}",
                what_to_do(reply, Lang::Vi)
            );
        }
    }
}
