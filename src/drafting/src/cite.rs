//! Documents that a text names by number, symbol and day.

use std::sync::LazyLock;

use chrono::NaiveDate;
use regex::Regex;

/// A document as a sentence names it: `Quyết định số 05/QĐ-UBND ngày 24 tháng 3 năm 2023`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Citation {
    pub number: u32,
    /// `QĐ-UBND`
    pub symbol: String,
    /// None where the sentence names no day.
    pub issued_on: Option<NaiveDate>,
}

impl Citation {
    /// Whether both mean the same document, as far as both say.
    #[must_use]
    pub fn fits(&self, other: &Self) -> bool {
        let same_day = self
            .issued_on
            .zip(other.issued_on)
            .is_none_or(|(one, two)| one == two);
        self.number == other.number
            && self.symbol.to_lowercase() == other.symbol.to_lowercase()
            && same_day
    }
}

/// The documents that a text names, in its order.
#[must_use]
pub fn citations(text: &str) -> Vec<Citation> {
    let Some(regex) = NAMED.as_ref() else {
        return Vec::new();
    };
    let number = |captures: &regex::Captures, name: &str| {
        captures
            .name(name)
            .and_then(|found| found.as_str().parse::<u32>().ok())
    };
    let day = |captures: &regex::Captures| {
        let year = captures.name("year")?.as_str().parse().ok()?;
        let (month, day) = (number(captures, "month")?, number(captures, "day")?);
        NaiveDate::from_ymd_opt(year, month, day)
    };
    regex
        .captures_iter(text)
        .filter_map(|captures| {
            Some(Citation {
                number: number(&captures, "number")?,
                symbol: captures.name("symbol")?.as_str().to_owned(),
                issued_on: day(&captures),
            })
        })
        .collect()
}

static NAMED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?i)\bsố:?\s+(?P<number>\d{1,6})(?:/\d{4})?/(?P<symbol>[\p{L}&\d]+(?:-[\p{L}&\d]+)*)(?:,?\s+ngày\s+(?P<day>\d{1,2})(?:\s+tháng\s+|/|-)(?P<month>\d{1,2})(?:\s+năm\s+|/|-)(?P<year>\d{4}))?",
    )
    .ok()
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_named_by_number_symbol_and_day() {
        let named = |text: &str| {
            citations(text)
                .into_iter()
                .map(|one| (one.number, one.symbol, one.issued_on))
                .collect::<Vec<_>>()
        };
        let day = |y, m, d| NaiveDate::from_ymd_opt(y, m, d);
        assert_eq!(
            named("Căn cứ Nghị định số 30/2020/NĐ-CP ngày 05 tháng 3 năm 2020 của Chính phủ;"),
            [(30, "NĐ-CP".to_owned(), day(2020, 3, 5))]
        );
        assert_eq!(
            named("tại Tờ trình số 092/TTr-VP ngày 20/3/2023; Quyết định số 05/QĐ-UBND."),
            [
                (92, "TTr-VP".to_owned(), day(2023, 3, 20)),
                (5, "QĐ-UBND".to_owned(), None)
            ]
        );
        // A day that is none is no day.
        assert_eq!(
            named("Quyết định số 5/QĐ-UBND ngày 31 tháng 02 năm 2023"),
            [(5, "QĐ-UBND".to_owned(), None)]
        );
        assert!(named("Căn cứ Luật Tổ chức chính quyền địa phương ngày 19/6/2015;").is_empty());
    }

    #[test]
    fn a_citation_without_a_day_fits_each_of_that_number() {
        let one = &citations("số 05/QĐ-UBND")[0];
        let other = &citations("số 5/qđ-ubnd ngày 24/3/2023")[0];
        assert!(one.fits(other) && other.fits(one));
        assert!(!other.fits(&citations("số 5/QĐ-UBND ngày 24/3/2022")[0]));
        assert!(!one.fits(&citations("số 5/KH-UBND")[0]));
    }
}
