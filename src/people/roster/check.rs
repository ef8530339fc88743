//! Every problem of a roster at once, each with its row and column: a pure function of the lines and of what is known.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::{PEOPLE, Problem, Roster, UNITS, UnitLine};
use crate::people::{roles, setup};

/// What the installation holds already.
#[derive(Debug, Default)]
pub struct Known {
    /// Keys of units with their names.
    pub units: BTreeMap<String, String>,
    /// Keys of units whose people this administrator may enter.
    pub open: BTreeSet<String>,
    /// Addresses of persons with their names.
    pub persons: BTreeMap<String, String>,
}

/// All problems, in the order of the file.
#[must_use]
pub fn problems(roster: &Roster, known: &Known, today: NaiveDate) -> Vec<Problem> {
    let mut problems = unit_problems(roster, known);
    problems.extend(person_problems(roster, known, today));
    problems
}

fn unit_problems(roster: &Roster, known: &Known) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut say = |line: &UnitLine, column, vi: String, en: String| {
        problems.push(Problem {
            sheet: UNITS,
            row: line.row,
            column,
            vi,
            en,
        })
    };
    let mut seen: BTreeMap<&str, u32> = BTreeMap::new();
    for line in &roster.units {
        if line.key.is_empty() || line.key.chars().any(char::is_whitespace) {
            say(
                line,
                "Mã",
                "mã phải có và không chứa dấu cách".to_owned(),
                "a key without spaces is needed".to_owned(),
            );
        } else if let Some(first) = seen.insert(&line.key, line.row) {
            say(
                line,
                "Mã",
                format!("mã “{}” đã dùng ở dòng {first}", line.key),
                format!("the key “{}” stands in row {first}, too", line.key),
            );
        } else if let Some(name) = known
            .units
            .get(&line.key)
            .filter(|name| **name != line.name)
        {
            say(
                line,
                "Mã",
                format!("mã “{}” đang là của {name}", line.key),
                format!("the key “{}” is that of {name}", line.key),
            );
        }
        if line.name.is_empty() {
            say(
                line,
                "Tên đơn vị",
                "thiếu tên".to_owned(),
                "the name is missing".to_owned(),
            );
        }
        match line.kind() {
            None => say(
                line,
                "Loại",
                format!(
                    "“{}” không có trong các loại: {}",
                    line.kind,
                    super::KINDS.map(|kind| kind.text).join(", ")
                ),
                format!(
                    "“{}” is none of: {}",
                    line.kind,
                    super::KINDS.map(|kind| kind.text).join(", ")
                ),
            ),
            Some(kind) if !kind.account && line.email.is_empty() => {
                say(
                    line,
                    "Thư điện tử",
                    "cơ quan ngoài nhận văn bản qua thư nên phải có địa chỉ".to_owned(),
                    "an outside agency is reached by mail and needs an address".to_owned(),
                );
            }
            Some(_) => {}
        }
        if !line.email.is_empty() && setup::check_email("file", &line.email).is_err() {
            say(
                line,
                "Thư điện tử",
                format!("“{}” không phải địa chỉ thư", line.email),
                format!("“{}” is no e-mail address", line.email),
            );
        }
        let parent_known = |key: &str| {
            known.units.contains_key(key) || roster.units.iter().any(|other| other.key == key)
        };
        if !line.parent.is_empty() && !parent_known(&line.parent) {
            say(
                line,
                "Trực thuộc",
                format!("không có đơn vị mã “{}”", line.parent),
                format!("there is no unit “{}”", line.parent),
            );
        } else if let Some(circle) = circle(line, roster) {
            say(
                line,
                "Trực thuộc",
                format!("đơn vị trực thuộc vòng tròn: {circle}"),
                format!("the units are below each other in a circle: {circle}"),
            );
        }
    }
    problems
}

/// The way up from a line that comes back to it.
fn circle(line: &UnitLine, roster: &Roster) -> Option<String> {
    let mut way = vec![line.key.as_str()];
    let mut above = line.parent.as_str();
    // Longer than all lines together is a circle that does not hold this line; its own lines tell it.
    while !above.is_empty() && way.len() <= roster.units.len() {
        way.push(above);
        if above == line.key {
            return Some(way.join(" → "));
        }
        above = roster
            .units
            .iter()
            .find(|other| other.key == above)
            .map_or("", |other| other.parent.as_str());
    }
    None
}

fn person_problems(roster: &Roster, known: &Known, today: NaiveDate) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut names: BTreeMap<&str, (&str, u32)> = BTreeMap::new();
    let mut posts: BTreeMap<(&str, &str, &str), u32> = BTreeMap::new();
    for line in &roster.people {
        let mut say = |column, vi: String, en: String| {
            problems.push(Problem {
                sheet: PEOPLE,
                row: line.row,
                column,
                vi,
                en,
            })
        };
        if line.name.is_empty() {
            say(
                "Họ và tên",
                "thiếu tên".to_owned(),
                "the name is missing".to_owned(),
            );
        }
        if setup::check_email("file", &line.email).is_err() {
            say(
                "Thư điện tử",
                format!("“{}” không phải địa chỉ thư", line.email),
                format!("“{}” is no e-mail address", line.email),
            );
        } else {
            let (first, row) = *names.entry(&line.email).or_insert((&line.name, line.row));
            if first != line.name {
                say(
                    "Họ và tên",
                    format!(
                        "địa chỉ {} ở dòng {row} là của {first}; mỗi người một địa chỉ",
                        line.email
                    ),
                    format!(
                        "in row {row} the address {} is {first}'s; each person has its own",
                        line.email
                    ),
                );
            } else if let Some(name) = known
                .persons
                .get(&line.email)
                .filter(|name| **name != line.name)
            {
                say(
                    "Thư điện tử",
                    format!("địa chỉ {} đang là của {name}", line.email),
                    format!("the address {} is {name}'s", line.email),
                );
            }
        }
        let unit = line.unit.as_str();
        let ours = unit.is_empty()
            || known.open.contains(unit)
            || (!known.units.contains_key(unit)
                && roster.units.iter().any(|other| other.key == unit));
        if !ours {
            let (vi, en) = if known.units.contains_key(unit) {
                (
                    "đơn vị này do quản trị của cơ quan đó nhập người",
                    "its own administrator enters the people of this unit",
                )
            } else {
                ("không có đơn vị mã này", "there is no unit with this key")
            };
            say(
                "Mã đơn vị",
                format!("“{unit}”: {vi}"),
                format!("“{unit}”: {en}"),
            );
        }
        if line.title.is_empty() {
            say(
                "Chức vụ",
                "thiếu chức vụ".to_owned(),
                "the title is missing".to_owned(),
            );
        }
        match roles::of_text(&line.role) {
            None => say(
                "Vai trò",
                format!(
                    "“{}” không phải vai trò; xem trang Hướng dẫn của mẫu",
                    line.role
                ),
                format!("“{}” is no role; see the template's last sheet", line.role),
            ),
            Some(role) => {
                if let Some(row) = posts.insert((&line.email, unit, role), line.row) {
                    say(
                        "Vai trò",
                        format!("trùng với dòng {row}: cùng người, đơn vị và vai trò"),
                        format!("the same person, unit and role as row {row}"),
                    );
                }
            }
        }
        if line.from(today).is_none() {
            say(
                "Từ ngày",
                format!("“{}” không phải ngày; viết như 01/07/2025", line.from),
                format!("“{}” is no date; write it like 01/07/2025", line.from),
            );
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::super::PersonLine;
    use super::*;

    fn unit(row: u32, key: &str, kind: &str, parent: &str) -> UnitLine {
        UnitLine {
            row,
            key: key.to_owned(),
            name: key.to_owned(),
            kind: kind.to_owned(),
            parent: parent.to_owned(),
            ..UnitLine::default()
        }
    }

    fn person(row: u32, name: &str, email: &str, unit: &str, role: &str) -> PersonLine {
        PersonLine {
            row,
            name: name.to_owned(),
            email: email.to_owned(),
            unit: unit.to_owned(),
            title: "Chuyên viên".to_owned(),
            role: role.to_owned(),
            from: String::new(),
        }
    }

    #[test]
    fn all_problems_come_at_once_with_row_and_column() {
        let roster = Roster {
            units: vec![
                unit(2, "vp", "Văn phòng", ""),
                unit(3, "vp", "Phòng", ""),
                unit(4, "a", "Phòng", "b"),
                unit(5, "b", "Phòng", "a"),
                unit(6, "x y", "Cục", "nowhere"),
                unit(7, "so", "Cơ quan ngoài", ""),
            ],
            people: vec![
                person(2, "Lê Thị Hà", "ha@x.vn", "vp", "Văn thư"),
                person(3, "Lê Thị Hoa", "ha@x.vn", "", "Văn thư"),
                person(4, "Nguyễn An", "an", "nirgends", "Vua"),
                person(5, "Lê Thị Hà", "ha@x.vn", "vp", "văn thư"),
                PersonLine {
                    from: "31/02/2025".to_owned(),
                    ..person(6, "Bình", "binh@x.vn", "", "Văn thư")
                },
            ],
        };
        let day = NaiveDate::from_ymd_opt(2025, 7, 1).expect("a day");
        let found: Vec<(&str, u32, &str)> = problems(&roster, &Known::default(), day)
            .iter()
            .map(|p| (p.sheet, p.row, p.column))
            .collect();
        assert_eq!(
            found,
            [
                (UNITS, 3, "Mã"),
                (UNITS, 4, "Trực thuộc"),
                (UNITS, 5, "Trực thuộc"),
                (UNITS, 6, "Mã"),
                (UNITS, 6, "Loại"),
                (UNITS, 6, "Trực thuộc"),
                (UNITS, 7, "Thư điện tử"),
                (PEOPLE, 3, "Họ và tên"),
                (PEOPLE, 4, "Thư điện tử"),
                (PEOPLE, 4, "Mã đơn vị"),
                (PEOPLE, 4, "Vai trò"),
                (PEOPLE, 5, "Vai trò"),
                (PEOPLE, 6, "Từ ngày"),
            ]
        );
        let right = Roster {
            units: vec![unit(2, "vp", "văn phòng", "")],
            people: vec![person(2, "Hà", "ha@x.vn", "vp", "Văn thư")],
        };
        assert!(problems(&right, &Known::default(), day).is_empty());
    }

    #[test]
    fn a_unit_that_another_office_administers_takes_no_people_even_when_the_file_lists_it() {
        let known = Known {
            units: BTreeMap::from([("xa-khac".to_owned(), "xa-khac".to_owned())]),
            ..Known::default()
        };
        let roster = Roster {
            units: vec![unit(2, "xa-khac", "văn phòng", "")],
            people: vec![person(2, "Hà", "ha@x.vn", "xa-khac", "Văn thư")],
        };
        let day = NaiveDate::from_ymd_opt(2025, 7, 1).expect("a day");
        let found: Vec<(&str, u32, &str)> = problems(&roster, &known, day)
            .iter()
            .map(|p| (p.sheet, p.row, p.column))
            .collect();
        assert_eq!(found, [(PEOPLE, 2, "Mã đơn vị")]);
    }
}
