//! The first sheet of an Excel package.

use roxmltree::Node;

use super::{Cell, MAX_COLUMNS, MAX_ROWS, Row, Sheet, too_many};
use crate::import::ImportError;
use crate::package::{Limits, Package};

const LIMITS: Limits = Limits {
    // Two thousand full rows are about half of it.
    part_bytes: 8 * 1024 * 1024,
    nodes: 600_000,
    broken,
    too_large: too_many,
};

pub(super) fn read(bytes: &[u8]) -> Result<Sheet, ImportError> {
    let mut archive = LIMITS.open(bytes)?;
    let name = first_sheet(&archive).ok_or_else(|| {
        ImportError::new(
            "the file has no sheet; save it as .xlsx from a spreadsheet program",
            "Tệp không có bảng tính nào; hãy lưu lại thành .xlsx từ phần mềm bảng tính.",
        )
    })?;
    let strings = match LIMITS.part(&mut archive, "xl/sharedStrings.xml")? {
        Some(text) => shared(&text)?,
        None => Vec::new(),
    };
    let text = LIMITS.part(&mut archive, &name)?.ok_or_else(broken)?;
    table(&text, &strings)
}

/// `xl/worksheets/sheet1.xml`, else the first by name.
fn first_sheet(archive: &Package<'_>) -> Option<String> {
    let mut names: Vec<&str> = archive
        .file_names()
        .filter(|name| name.starts_with("xl/worksheets/") && name.ends_with(".xml"))
        .collect();
    names.sort_by_key(|name| (name.len(), *name));
    names.first().map(|name| (*name).to_owned())
}

fn shared(text: &str) -> Result<Vec<String>, ImportError> {
    let document = LIMITS.parse(text)?;
    Ok(document
        .root_element()
        .children()
        .filter(|node| node.tag_name().name() == "si")
        .map(words)
        .collect())
}

/// The words of a string, without the phonetic help that some programs add.
fn words(node: Node<'_, '_>) -> String {
    node.descendants()
        .filter(|node| node.tag_name().name() == "t")
        .filter(|node| {
            node.ancestors()
                .all(|above| above.tag_name().name() != "rPh")
        })
        .filter_map(|node| node.text())
        .collect()
}

fn table(text: &str, strings: &[String]) -> Result<Sheet, ImportError> {
    let document = LIMITS.parse(text)?;
    let mut sheet = Sheet::default();
    for (place, node) in document
        .descendants()
        .filter(|node| node.tag_name().name() == "row")
        .enumerate()
    {
        if place >= MAX_ROWS {
            return Err(too_many());
        }
        let number = node
            .attribute("r")
            .and_then(|number| number.parse().ok())
            .unwrap_or(place + 1);
        let mut row = Row {
            number,
            ..Row::default()
        };
        for found in node.children().filter(|node| node.tag_name().name() == "c") {
            let column = found
                .attribute("r")
                .and_then(column)
                .unwrap_or(row.cells.len());
            if column >= MAX_COLUMNS {
                return Err(too_many());
            }
            if row.cells.len() <= column {
                row.cells.resize(column + 1, Cell::default());
            }
            row.cells[column] = cell(found, strings);
        }
        sheet.rows.push(row);
    }
    Ok(sheet)
}

fn cell(node: Node<'_, '_>, strings: &[String]) -> Cell {
    let child = |name: &str| {
        node.children()
            .find(|child| child.tag_name().name() == name)
    };
    let value = child("v")
        .and_then(|value| value.text())
        .unwrap_or_default();
    let text = match node.attribute("t") {
        Some("s") => value
            .parse::<usize>()
            .ok()
            .and_then(|at| strings.get(at))
            .cloned()
            .unwrap_or_default(),
        Some("inlineStr") => child("is").map(words).unwrap_or_default(),
        Some("str" | "b" | "e") => value.to_owned(),
        _ => number(value),
    };
    Cell {
        uncalculated: child("f").is_some() && text.is_empty(),
        text,
    }
}

/// A stored number as a person would type it: `412`, `98,5%` for 0.985, `1234,5`.
fn number(value: &str) -> String {
    let Ok(number) = value.parse::<f64>() else {
        return value.to_owned();
    };
    if number.fract() == 0.0 && number.abs() < 1e15 {
        return format!("{number:.0}");
    }
    let comma = |number: f64| {
        let text = format!("{number:.6}");
        text.trim_end_matches('0')
            .trim_end_matches('.')
            .replace('.', ",")
    };
    // A fraction below one is a share: spreadsheets store 98,5% so.
    if number > 0.0 && number < 1.0 {
        format!("{}%", comma(number * 100.0))
    } else {
        comma(number)
    }
}

/// The column of a place such as `AB12`, from 0.
fn column(place: &str) -> Option<usize> {
    let letters: Vec<u8> = place.bytes().take_while(u8::is_ascii_uppercase).collect();
    if letters.is_empty() || letters.len() > 3 {
        return None;
    }
    let number = letters.iter().fold(0_usize, |sum, letter| {
        sum * 26 + usize::from(letter - b'A') + 1
    });
    Some(number - 1)
}

fn broken() -> ImportError {
    ImportError::new(
        "the spreadsheet is damaged or protected by a password; open it, save it as a new .xlsx and import that",
        "Tệp bảng tính bị hỏng hoặc đặt mật khẩu; hãy mở ra, lưu thành tệp .xlsx mới rồi nhập lại.",
    )
}
