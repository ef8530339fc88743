//! How instants are written in journals and states: as chrono writes them, `2023-03-20T08:00:00Z`, but in one piece. Chrono's own
//! way hands JSON one character after the other, each of which it looks at for escapes.

use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serializer;

fn text(instant: &DateTime<Utc>) -> String {
    instant.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

pub fn serialize<S: Serializer>(instant: &DateTime<Utc>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&text(instant))
}

/// For one that may be missing.
pub mod maybe {
    use super::{DateTime, Serializer, Utc, text};

    pub fn serialize<S: Serializer>(
        instant: &Option<DateTime<Utc>>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match instant {
            Some(instant) => serializer.serialize_some(&text(instant)),
            None => serializer.serialize_none(),
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Utc};

    #[derive(serde::Serialize)]
    struct Written {
        #[serde(serialize_with = "super::serialize")]
        one: DateTime<Utc>,
        #[serde(serialize_with = "super::maybe::serialize")]
        other: Option<DateTime<Utc>>,
    }

    #[test]
    fn instants_are_written_as_chrono_writes_them() {
        for text in [
            "1970-01-01T00:00:00Z",
            "2023-03-20T01:02:03.004Z",
            "2023-12-31T23:59:59.123456789Z",
            "2023-12-31T23:59:60Z",
            "-0044-03-15T12:00:00Z",
            "+12023-03-20T01:00:00.000001Z",
        ] {
            let one: DateTime<Utc> = text.parse().unwrap();
            for other in [Some(one), None] {
                assert_eq!(
                    serde_json::to_value(Written { one, other }).unwrap(),
                    serde_json::json!({"one": one, "other": other}),
                );
            }
        }
    }
}
