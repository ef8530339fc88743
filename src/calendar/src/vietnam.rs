//! The announced calendars for civil servants, 2023–2026, word by word from the notices.

use chrono::NaiveDate;

use crate::dates::ymd;
use crate::table::{Entry, EntryKind, Note};

/// One announced year.
pub(crate) struct AnnouncedYear {
    pub year: i32,
    pub sources: &'static [&'static str],
    pub days: &'static [AnnouncedDay],
}

/// Month, day, kind, reason, reason in Vietnamese, source.
type AnnouncedDay = (
    u32,
    u32,
    EntryKind,
    &'static str,
    &'static str,
    &'static str,
);

pub(crate) fn entries() -> impl Iterator<Item = (NaiveDate, Entry)> {
    YEARS.iter().flat_map(|year| {
        year.days
            .iter()
            .map(|&(month, day, kind, reason, reason_vi, source)| {
                let entry = Entry {
                    kind,
                    reason: reason.into(),
                    reason_vi: reason_vi.into(),
                    source: source.into(),
                };
                (ymd(year.year, month, day), entry)
            })
    })
}

/// Open points that an administrator should watch.
pub(crate) fn notes() -> Vec<(i32, Note)> {
    vec![(
        2026,
        Note {
            message: "a swap of Monday 23 November for Saturday 28 November was proposed in September 2026; no decision is known, so it is left out".into(),
            message_vi: "tháng 9/2026 có đề xuất hoán đổi thứ Hai 23/11 với thứ Bảy 28/11; chưa thấy quyết định nên chưa áp dụng".into(),
            source: PROPOSAL_2026.into(),
        },
    )]
}

use EntryKind::{Holiday, MakeUp, Proposed, SwappedOff, Worked};

const TB_5034: &str = "Thông báo 5034/TB-LĐTBXH";
const TB_5015: &str = "Thông báo 5015/TB-LĐTBXH";
const TB_1570: &str = "Thông báo 1570/TB-LĐTBXH";
const TB_6150: &str = "Thông báo 6150/TB-BLĐTBXH";
const CV_12729: &str = "Công văn 12729/VPCP-KGVX";
const TB_9441: &str = "Thông báo 9441/TB-BNV";
const CV_3383: &str = "Nghị quyết 28/2026/QH16, Điều 2; Công văn 3383/BNV-CVL";
const PROPOSAL_2026: &str = "Đề xuất tháng 9/2026, chưa có quyết định";

const NEW_YEAR: (&str, &str) = ("New Year's Day", "Tết Dương lịch");
const TET: (&str, &str) = ("Lunar New Year", "Tết Nguyên đán");
const TET_MAKE_UP: (&str, &str) = (
    "make-up day for Lunar New Year days on the weekend",
    "nghỉ bù Tết Nguyên đán trùng ngày nghỉ hằng tuần",
);
const GIO_TO: (&str, &str) = ("Hùng Kings' Commemoration Day", "Giỗ Tổ Hùng Vương");
const VICTORY: (&str, &str) = ("Victory Day", "Ngày Chiến thắng 30/4");
const LABOUR: (&str, &str) = ("International Labour Day", "Ngày Quốc tế Lao động 1/5");
const NATIONAL: (&str, &str) = ("National Day", "Quốc khánh 2/9");
const NATIONAL_2: (&str, &str) = ("National Day (second day)", "Quốc khánh (ngày thứ hai)");
const CULTURE: (&str, &str) = ("Việt Nam Culture Day", "Ngày Văn hóa Việt Nam");

const fn day(
    month: u32,
    day: u32,
    kind: EntryKind,
    name: (&'static str, &'static str),
    source: &'static str,
) -> AnnouncedDay {
    (month, day, kind, name.0, name.1, source)
}

pub(crate) const YEARS: &[AnnouncedYear] = &[
    AnnouncedYear {
        year: 2023,
        sources: &[TB_5034],
        days: &[
            day(1, 1, Holiday, NEW_YEAR, TB_5034),
            day(
                1,
                2,
                MakeUp,
                (
                    "make-up day for Sunday 1 January",
                    "nghỉ bù Tết Dương lịch trùng Chủ nhật 01/01",
                ),
                TB_5034,
            ),
            day(1, 20, Holiday, TET, TB_5034),
            day(1, 21, Holiday, TET, TB_5034),
            day(1, 22, Holiday, TET, TB_5034),
            day(1, 23, Holiday, TET, TB_5034),
            day(1, 24, Holiday, TET, TB_5034),
            day(1, 25, MakeUp, TET_MAKE_UP, TB_5034),
            day(1, 26, MakeUp, TET_MAKE_UP, TB_5034),
            day(4, 29, Holiday, GIO_TO, TB_5034),
            day(4, 30, Holiday, VICTORY, TB_5034),
            day(5, 1, Holiday, LABOUR, TB_5034),
            day(
                5,
                2,
                MakeUp,
                (
                    "make-up day for Saturday 29 April",
                    "nghỉ bù Giỗ Tổ Hùng Vương trùng thứ Bảy 29/04",
                ),
                TB_5034,
            ),
            day(
                5,
                3,
                MakeUp,
                (
                    "make-up day for Sunday 30 April",
                    "nghỉ bù Ngày Chiến thắng 30/4 trùng Chủ nhật",
                ),
                TB_5034,
            ),
            day(9, 1, Holiday, NATIONAL_2, TB_5034),
            day(9, 2, Holiday, NATIONAL, TB_5034),
            day(
                9,
                4,
                MakeUp,
                (
                    "make-up day for Saturday 2 September",
                    "nghỉ bù Quốc khánh trùng thứ Bảy 02/09",
                ),
                TB_5034,
            ),
        ],
    },
    AnnouncedYear {
        year: 2024,
        sources: &[TB_5015, TB_1570],
        days: &[
            day(1, 1, Holiday, NEW_YEAR, TB_5015),
            day(2, 8, Holiday, TET, TB_5015),
            day(2, 9, Holiday, TET, TB_5015),
            day(2, 10, Holiday, TET, TB_5015),
            day(2, 11, Holiday, TET, TB_5015),
            day(2, 12, Holiday, TET, TB_5015),
            day(2, 13, MakeUp, TET_MAKE_UP, TB_5015),
            day(2, 14, MakeUp, TET_MAKE_UP, TB_5015),
            day(4, 18, Holiday, GIO_TO, TB_5015),
            day(
                4,
                29,
                SwappedOff,
                (
                    "swapped with Saturday 4 May",
                    "hoán đổi, làm bù thứ Bảy 04/05",
                ),
                TB_1570,
            ),
            day(4, 30, Holiday, VICTORY, TB_5015),
            day(5, 1, Holiday, LABOUR, TB_5015),
            day(
                5,
                4,
                Worked,
                ("worked for Monday 29 April", "làm bù cho thứ Hai 29/04"),
                TB_1570,
            ),
            day(9, 2, Holiday, NATIONAL, TB_5015),
            day(9, 3, Holiday, NATIONAL_2, TB_5015),
        ],
    },
    AnnouncedYear {
        year: 2025,
        sources: &[TB_6150],
        days: &[
            day(1, 1, Holiday, NEW_YEAR, TB_6150),
            day(1, 27, Holiday, TET, TB_6150),
            day(1, 28, Holiday, TET, TB_6150),
            day(1, 29, Holiday, TET, TB_6150),
            day(1, 30, Holiday, TET, TB_6150),
            day(1, 31, Holiday, TET, TB_6150),
            day(4, 7, Holiday, GIO_TO, TB_6150),
            day(
                4,
                26,
                Worked,
                ("worked for Friday 2 May", "làm bù cho thứ Sáu 02/05"),
                TB_6150,
            ),
            day(4, 30, Holiday, VICTORY, TB_6150),
            day(5, 1, Holiday, LABOUR, TB_6150),
            day(
                5,
                2,
                SwappedOff,
                (
                    "swapped with Saturday 26 April",
                    "hoán đổi, làm bù thứ Bảy 26/04",
                ),
                TB_6150,
            ),
            day(9, 1, Holiday, NATIONAL_2, TB_6150),
            day(9, 2, Holiday, NATIONAL, TB_6150),
        ],
    },
    AnnouncedYear {
        year: 2026,
        sources: &[CV_12729, TB_9441, CV_3383],
        days: &[
            day(1, 1, Holiday, NEW_YEAR, CV_12729),
            day(
                1,
                2,
                SwappedOff,
                (
                    "swapped with Saturday 10 January",
                    "hoán đổi, làm bù thứ Bảy 10/01",
                ),
                CV_12729,
            ),
            day(
                1,
                10,
                Worked,
                ("worked for Friday 2 January", "làm bù cho thứ Sáu 02/01"),
                CV_12729,
            ),
            day(2, 16, Holiday, TET, TB_9441),
            day(2, 17, Holiday, TET, TB_9441),
            day(2, 18, Holiday, TET, TB_9441),
            day(2, 19, Holiday, TET, TB_9441),
            day(2, 20, Holiday, TET, TB_9441),
            day(4, 26, Holiday, GIO_TO, TB_9441),
            day(
                4,
                27,
                MakeUp,
                (
                    "make-up day for Sunday 26 April",
                    "nghỉ bù Giỗ Tổ Hùng Vương trùng Chủ nhật 26/04",
                ),
                TB_9441,
            ),
            day(4, 30, Holiday, VICTORY, TB_9441),
            day(5, 1, Holiday, LABOUR, TB_9441),
            day(
                8,
                22,
                Worked,
                ("worked for Monday 31 August", "làm bù cho thứ Hai 31/08"),
                TB_9441,
            ),
            day(
                8,
                31,
                SwappedOff,
                (
                    "swapped with Saturday 22 August",
                    "hoán đổi, làm bù thứ Bảy 22/08",
                ),
                TB_9441,
            ),
            day(9, 1, Holiday, NATIONAL_2, TB_9441),
            day(9, 2, Holiday, NATIONAL, TB_9441),
            day(
                11,
                23,
                Proposed,
                (
                    "proposed: off in exchange for Saturday 28 November",
                    "đề xuất nghỉ, làm bù thứ Bảy 28/11",
                ),
                PROPOSAL_2026,
            ),
            day(11, 24, Holiday, CULTURE, CV_3383),
            day(
                11,
                28,
                Proposed,
                (
                    "proposed: worked for Monday 23 November",
                    "đề xuất làm bù cho thứ Hai 23/11",
                ),
                PROPOSAL_2026,
            ),
        ],
    },
];
