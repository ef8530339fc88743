//! The codes that a message carries, and which status may follow which.

use serde::{Deserialize, Serialize};

/// What a message is about (`BussinessDocType`; the standard's own spelling).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BusinessType {
    /// A new document.
    #[default]
    New,
    /// An earlier document is taken back.
    Revoke,
    /// An earlier document's particulars or recipients change.
    Update,
    /// The document stands in place of earlier ones.
    Replace,
}

impl BusinessType {
    /// As the message writes it.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::New => 0,
            Self::Revoke => 1,
            Self::Update => 2,
            Self::Replace => 3,
        }
    }

    /// From the message's number.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        match code.trim() {
            "0" => Some(Self::New),
            "1" => Some(Self::Revoke),
            "2" => Some(Self::Update),
            "3" => Some(Self::Replace),
            _ => None,
        }
    }
}

/// What a receiver answers, and what a sender asks of it afterwards.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// 01: it lies in the receiver's system.
    Arrived,
    /// 02: refused, with the reason.
    Refused,
    /// 03: in the receiver's register of arrivals; the acknowledgement that counts.
    Accepted,
    /// 04: a leader has charged somebody with it.
    Assigned,
    /// 05: somebody works on it.
    InProgress,
    /// 06: done.
    Completed,
    /// 13: the sender asks to have it back.
    RecallAsked,
    /// 15: the receiver agrees to a recall or an update.
    ChangeAgreed,
    /// 16: the receiver does not agree.
    ChangeRefused,
}

impl Status {
    /// All of them, in the order of their codes.
    pub const ALL: [Self; 9] = [
        Self::Arrived,
        Self::Refused,
        Self::Accepted,
        Self::Assigned,
        Self::InProgress,
        Self::Completed,
        Self::RecallAsked,
        Self::ChangeAgreed,
        Self::ChangeRefused,
    ];

    /// The two digits that a message carries.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Arrived => "01",
            Self::Refused => "02",
            Self::Accepted => "03",
            Self::Assigned => "04",
            Self::InProgress => "05",
            Self::Completed => "06",
            Self::RecallAsked => "13",
            Self::ChangeAgreed => "15",
            Self::ChangeRefused => "16",
        }
    }

    /// From the code, also where its zero is missing.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        let code = code.trim();
        Self::ALL
            .into_iter()
            .find(|status| status.code() == code || status.code().strip_prefix('0') == Some(code))
    }

    /// How far a document is at its receiver; none for what is asked or answered afterwards.
    #[must_use]
    pub fn rank(self) -> Option<u8> {
        match self {
            Self::Arrived => Some(1),
            Self::Refused | Self::Accepted => Some(2),
            Self::Assigned => Some(3),
            Self::InProgress => Some(4),
            Self::Completed => Some(5),
            Self::RecallAsked | Self::ChangeAgreed | Self::ChangeRefused => None,
        }
    }

    /// Whether a receiver that has said `before` last may say this next: `01 → 02 | 03`, `03 → 04 | 05 | 06`,
    /// `04 → 05 | 06`, `05 → 06`; the answers to a recall or an update at any time.
    #[must_use]
    pub fn may_follow(self, before: Option<Self>) -> bool {
        if self.rank().is_none() {
            return true;
        }
        match before {
            None => self == Self::Arrived,
            Some(Self::Arrived) => matches!(self, Self::Refused | Self::Accepted),
            Some(before) => self.is_news_after(Some(before)),
        }
    }

    /// Whether this, heard from a receiver, is news after `before`: files may overtake each other, so steps may be left
    /// out, but nothing goes back and nothing follows a refusal.
    #[must_use]
    pub fn is_news_after(self, before: Option<Self>) -> bool {
        match (before, before.and_then(Self::rank), self.rank()) {
            (Some(Self::Refused), _, Some(_)) => false,
            (_, Some(before), Some(now)) => now > before,
            _ => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_read_as_they_are_written() {
        for status in Status::ALL {
            assert_eq!(Status::from_code(status.code()), Some(status));
        }
        assert_eq!(Status::from_code(" 3 "), Some(Status::Accepted));
        for unknown in ["", "0", "00", "07", "14", "003"] {
            assert_eq!(Status::from_code(unknown), None, "{unknown}");
        }
        for code in 0..4u8 {
            let kind = BusinessType::from_code(&code.to_string());
            assert_eq!(kind.map(BusinessType::code), Some(code));
        }
    }

    #[test]
    fn a_receiver_never_goes_back_and_says_each_thing_once() {
        use Status::{Accepted, Arrived, Assigned, Completed, InProgress, Refused};
        let allowed = [
            (None, vec![Arrived]),
            (Some(Arrived), vec![Refused, Accepted]),
            (Some(Refused), vec![]),
            (Some(Accepted), vec![Assigned, InProgress, Completed]),
            (Some(Assigned), vec![InProgress, Completed]),
            (Some(InProgress), vec![Completed]),
            (Some(Completed), vec![]),
        ];
        for (before, after) in allowed {
            for next in [Arrived, Refused, Accepted, Assigned, InProgress, Completed] {
                assert_eq!(
                    next.may_follow(before),
                    after.contains(&next),
                    "{before:?} → {next:?}"
                );
            }
            assert!(Status::ChangeAgreed.may_follow(before));
        }
    }

    #[test]
    fn what_was_overtaken_is_no_news() {
        assert!(Status::Accepted.is_news_after(None));
        assert!(!Status::Arrived.is_news_after(Some(Status::Accepted)));
        assert!(!Status::Accepted.is_news_after(Some(Status::Refused)));
        assert!(!Status::Refused.is_news_after(Some(Status::Accepted)));
        assert!(Status::ChangeAgreed.is_news_after(Some(Status::Completed)));
    }
}
