//! Text tables by RFC 4180, with comma, semicolon or tab between the fields, whichever the first line has most of.

use super::{Cell, MAX_COLUMNS, MAX_ROWS, Row, Sheet, too_many};
use crate::import::ImportError;

pub(super) fn read(text: &str) -> Result<Sheet, ImportError> {
    let separator = separator(text);
    let mut sheet = Sheet::default();
    let mut row = Row {
        number: 1,
        ..Row::default()
    };
    let mut cell = String::new();
    let mut quoted = false;
    let mut line = 1;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                cell.push('"');
            }
            '"' if quoted => quoted = false,
            '"' if cell.is_empty() => quoted = true,
            '\n' if !quoted => {
                line += 1;
                push(&mut row, &mut cell)?;
                let next = Row {
                    number: line,
                    ..Row::default()
                };
                sheet.rows.push(std::mem::replace(&mut row, next));
                if sheet.rows.len() > MAX_ROWS {
                    return Err(too_many());
                }
            }
            '\r' if !quoted => {}
            c if c == separator && !quoted => push(&mut row, &mut cell)?,
            c => {
                line += usize::from(c == '\n');
                cell.push(c);
            }
        }
    }
    push(&mut row, &mut cell)?;
    sheet.rows.push(row);
    Ok(sheet)
}

fn push(row: &mut Row, cell: &mut String) -> Result<(), ImportError> {
    if row.cells.len() >= MAX_COLUMNS {
        return Err(too_many());
    }
    row.cells.push(Cell {
        text: std::mem::take(cell),
        uncalculated: false,
    });
    Ok(())
}

fn separator(text: &str) -> char {
    let first = text.lines().find(|line| !line.trim().is_empty());
    let count = |c: char| first.map_or(0, |line| line.matches(c).count());
    // The last of equals wins: a comma stands in words and numbers, too.
    [',', ';', '\t']
        .into_iter()
        .max_by_key(|c| count(*c))
        .filter(|c| count(*c) > 0)
        .unwrap_or(',')
}
