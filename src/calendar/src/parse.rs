//! Reads the text of a deadline rule.

use chrono::{DateTime, NaiveDate, Utc};

use crate::rule::{Anchor, Rule, RuleError};

/// No deadline is longer than a thousand years; a longer one is a slip of the hand and would take long to count.
const LONGEST: [(&str, u32); 5] = [
    ("working_days", 260_000),
    ("days", 366_000),
    ("weeks", 52_000),
    ("months", 12_000),
    ("years", 1_000),
];

pub(crate) fn rule(text: &str) -> Result<Rule, RuleError> {
    let mut reader = Reader {
        chars: text.chars().collect(),
        at: 0,
    };
    let rule = reader.rule()?;
    reader.skip_space();
    if reader.at < reader.chars.len() {
        return Err(reader.error(
            reader.at,
            "the rule ends here, but more text follows",
            "quy tắc đã kết thúc nhưng phía sau vẫn còn chữ",
        ));
    }
    Ok(rule)
}

struct Reader {
    chars: Vec<char>,
    at: usize,
}

impl Reader {
    fn rule(&mut self) -> Result<Rule, RuleError> {
        let (start, name) = self.word(|c| c.is_alphanumeric() || c == '_');
        match name.as_str() {
            "before" | "after" | "at_latest" => self.anchored(start, &name),
            _ => {
                self.at = start;
                self.duration()
            }
        }
    }

    fn anchored(&mut self, start: usize, name: &str) -> Result<Rule, RuleError> {
        self.expect('(')?;
        let anchor = self.anchor()?;
        self.skip_space();
        if self.peek() != Some(',') {
            self.expect(')')?;
            return match name {
                "before" => Ok(Rule::BeforeDate(anchor)),
                "at_latest" => Ok(Rule::AtLatest(anchor)),
                _ => Err(self.error(
                    start,
                    "after(…) needs how long after, for example after(2023-06-15, working_days(1))",
                    "after(…) cần thêm khoảng thời gian, ví dụ after(2023-06-15, working_days(1))",
                )),
            };
        }
        if name == "at_latest" {
            return Err(self.error(
                self.at,
                "at_latest(…) takes one date only",
                "at_latest(…) chỉ nhận một ngày",
            ));
        }
        self.expect(',')?;
        let duration = Box::new(self.duration()?);
        self.expect(')')?;
        Ok(if name == "before" {
            Rule::Before(anchor, duration)
        } else {
            Rule::After(anchor, duration)
        })
    }

    fn duration(&mut self) -> Result<Rule, RuleError> {
        let (start, name) = self.word(|c| c.is_alphanumeric() || c == '_');
        let Some(&(_, longest)) = LONGEST.iter().find(|(known, _)| *known == name) else {
            return Err(self.unknown(start, &name));
        };
        self.expect('(')?;
        let (digits_at, digits) =
            self.word(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '+' | '.'));
        let number = digits
            .parse::<u32>()
            .ok()
            .filter(|_| digits.chars().all(|c| c.is_ascii_digit()));
        let Some(number) = number.filter(|&number| number <= longest) else {
            return Err(self.error(
                digits_at,
                &format!("{name}(…) needs a whole number from 0 to {longest}, not `{digits}`"),
                &format!("{name}(…) cần một số nguyên từ 0 đến {longest}, không phải `{digits}`"),
            ));
        };
        self.expect(')')?;
        Ok(match name.as_str() {
            "working_days" => Rule::WorkingDays(number),
            "days" => Rule::Days(number),
            "weeks" => Rule::Weeks(number),
            "months" => Rule::Months(number),
            _ => Rule::Years(number),
        })
    }

    fn anchor(&mut self) -> Result<Anchor, RuleError> {
        let (start, text) = self.word(|c| !matches!(c, '(' | ')' | ',') && !c.is_whitespace());
        if text == "start" {
            return Ok(Anchor::Start);
        }
        if let Some(date) = iso_date(&text) {
            return Ok(Anchor::Date(date));
        }
        if text.starts_with(|c: char| c.is_ascii_digit()) {
            if let Ok(instant) = DateTime::parse_from_rfc3339(&text) {
                return Ok(Anchor::Instant(instant.with_timezone(&Utc)));
            }
        } else if is_name(&text) {
            return Ok(Anchor::Name(text));
        }
        Err(self.error(
            start,
            &format!("`{text}` is no date: write it as 2023-06-15, or as an instant 2023-06-15T17:00:00+07:00"),
            &format!("`{text}` không phải là ngày: viết 2023-06-15 hoặc thời điểm 2023-06-15T17:00:00+07:00"),
        ))
    }

    fn unknown(&self, start: usize, name: &str) -> RuleError {
        let known = "working_days(n), days(n), weeks(n), months(n), years(n), before(date), at_latest(date), \
                     before(date, rule), after(date, rule)";
        let (found, found_vi) = match (name.is_empty(), self.chars.get(start)) {
            (false, _) => (
                format!("`{name}` is no rule"),
                format!("`{name}` không phải là quy tắc"),
            ),
            (true, Some(found)) => (
                format!("`{found}` begins no rule"),
                format!("`{found}` không bắt đầu quy tắc nào"),
            ),
            (true, None) => ("the rule is missing".into(), "thiếu quy tắc".into()),
        };
        self.error(
            start,
            &format!("{found}; known here: {known}"),
            &format!("{found_vi}; có thể dùng: {known}"),
        )
    }

    fn expect(&mut self, wanted: char) -> Result<(), RuleError> {
        self.skip_space();
        if self.peek() == Some(wanted) {
            self.at += 1;
            return Ok(());
        }
        let (found, found_vi) = match self.peek() {
            Some(found) => (format!("`{found}`"), format!("`{found}`")),
            None => ("the end".into(), "hết chữ".into()),
        };
        Err(self.error(
            self.at,
            &format!("`{wanted}` is expected here, not {found}"),
            &format!("cần `{wanted}` ở đây, không phải {found_vi}"),
        ))
    }

    /// The place and text of the longest run of characters that `belongs`, after any space.
    fn word(&mut self, belongs: impl Fn(char) -> bool) -> (usize, String) {
        self.skip_space();
        let start = self.at;
        while self.peek().is_some_and(&belongs) {
            self.at += 1;
        }
        (start, self.chars[start..self.at].iter().collect())
    }

    fn skip_space(&mut self) {
        while self.peek().is_some_and(char::is_whitespace) {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    fn error(&self, at: usize, message: &str, message_vi: &str) -> RuleError {
        RuleError {
            column: at + 1,
            message: message.into(),
            message_vi: message_vi.into(),
        }
    }
}

/// `2023-06-15` and nothing looser: chrono alone would also take `2023-6-5` and `+12023-06-15`.
fn iso_date(text: &str) -> Option<NaiveDate> {
    let shape = text.len() == 10
        && text.bytes().enumerate().all(|(i, b)| match i {
            4 | 7 => b == b'-',
            _ => b.is_ascii_digit(),
        });
    if shape {
        NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()
    } else {
        None
    }
}

fn is_name(text: &str) -> bool {
    text.split('.').all(|part| {
        part.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    })
}
