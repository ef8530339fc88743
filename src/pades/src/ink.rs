//! Drawings of the two marks as page operators: a pen stroke in blue, a round seal in red. Both are
//! plain vector strokes without transparency, so that they keep the rules of PDF/A and their true
//! size at any resolution.

use std::f32::consts::{FRAC_PI_2, PI};
use std::fmt::Write as _;

use crate::outline::{Outlines, Stand};

/// Signature images are blue, seals red (Decree 30/2020/NĐ-CP, Appendix I, II.7d and II.8a).
pub(crate) const BLUE: &str = "0.05 0.15 0.65";
pub(crate) const RED: &str = "0.85 0.05 0.10";

/// A rectangle inside an appearance, from its lower left corner.
#[derive(Clone, Copy)]
pub(crate) struct Area {
    pub(crate) x: f32,
    pub(crate) y: f32,
    pub(crate) width: f32,
    pub(crate) height: f32,
}

/// A stroke like a hand's, with one wave per letter of the name: it shows where a signature stands
/// and imitates nobody's.
pub(crate) fn pen_stroke(name: &str, area: Area) -> String {
    let letters: Vec<u32> = name
        .chars()
        .filter(|letter| letter.is_alphabetic())
        .map(u32::from)
        .collect();
    let count = letters.len().clamp(1, 24);
    let (left, middle) = (area.x + area.width * 0.12, area.y + area.height * 0.45);
    let step = area.width * 0.70 / count as f32;
    let mut path = format!("{BLUE} RG 1.1 w 1 J 1 j\n{left:.2} {middle:.2} m\n");
    for (index, letter) in letters.iter().take(count).enumerate() {
        let rise =
            area.height * (0.12 + 0.06 * (letter % 6) as f32) * if index == 0 { 1.3 } else { 1.0 };
        let fall = area.height * (0.06 + 0.03 * (letter % 5) as f32);
        let x = left + step * index as f32;
        let _ = writeln!(
            path,
            "{:.2} {:.2} {:.2} {:.2} {:.2} {:.2} c",
            x + step * 0.1,
            middle + rise,
            x + step * 1.2,
            middle - fall,
            x + step,
            middle
        );
    }
    let end = left + step * count as f32;
    let _ = writeln!(
        path,
        "{:.2} {:.2} {:.2} {:.2} {:.2} {:.2} c S",
        end + area.width * 0.12,
        middle + area.height * 0.05,
        left + area.width * 0.5,
        area.y + area.height * 0.12,
        left - area.width * 0.04,
        area.y + area.height * 0.14
    );
    path
}

/// Two rings, a star, the agency's name on the upper arc, the first line on the lower one, the others
/// under the star.
pub(crate) fn round_seal(agency: &str, lines: &[String], area: Area, letters: &Outlines) -> String {
    let radius = area.width.min(area.height) / 2.0 - 1.0;
    let (x, y) = (area.x + area.width / 2.0, area.y + area.height / 2.0);
    let mut ink = format!("{RED} RG {RED} rg\n1.6 w\n");
    circle(&mut ink, (x, y), radius);
    ink.push_str("0.8 w\n");
    circle(&mut ink, (x, y), radius * 0.93);
    circle(&mut ink, (x, y), radius * 0.58);
    star(&mut ink, (x, y), radius * 0.24);
    let arc = |wanted: f32, at: f32, share: f32, text: &str| {
        fitting(letters.width(text, wanted), wanted, at * PI * share)
    };
    let (upper, lower) = (radius * 0.68, radius * 0.82);
    let size = arc(radius * 0.165, upper, 1.15, agency);
    ink += &arc_text(agency, size, (x, y), upper, Side::Upper, letters);
    let (below, inner) = lines
        .split_first()
        .map_or(("", [].as_slice()), |(below, inner)| (below, inner));
    let size = arc(radius * 0.12, lower, 0.75, below);
    ink += &arc_text(below, size, (x, y), lower, Side::Lower, letters);
    for (index, line) in inner.iter().enumerate() {
        let wanted = radius * 0.09;
        let size = fitting(letters.width(line, wanted), wanted, radius * 0.8);
        let left = x - letters.width(line, size) / 2.0;
        let base = y - radius * (0.33 + 0.11 * index as f32);
        ink += &letters.line(
            line,
            Stand {
                turn: 0.0,
                x: left,
                y: base,
                size,
            },
        );
    }
    ink.push_str("f\n");
    ink
}

/// The size at which a line of this natural width, set at the wanted size, fits its room; points.
pub(crate) fn fitting(natural: f32, wanted: f32, room: f32) -> f32 {
    if natural > room {
        wanted * room / natural
    } else {
        wanted
    }
}

fn circle(ink: &mut String, (x, y): (f32, f32), radius: f32) {
    // The usual four curves; the constant makes them miss a true circle by less than 0.03 %.
    let k = radius * 0.552_285;
    let r = radius;
    let _ = writeln!(ink, "{:.3} {y:.3} m", x + r);
    for (ax, ay, bx, by, cx, cy) in [
        (r, k, k, r, 0.0, r),
        (-k, r, -r, k, -r, 0.0),
        (-r, -k, -k, -r, 0.0, -r),
        (k, -r, r, -k, r, 0.0),
    ] {
        let _ = writeln!(
            ink,
            "{:.3} {:.3} {:.3} {:.3} {:.3} {:.3} c",
            x + ax,
            y + ay,
            x + bx,
            y + by,
            x + cx,
            y + cy
        );
    }
    ink.push_str("S\n");
}

fn star(ink: &mut String, (x, y): (f32, f32), radius: f32) {
    for point in 0..10 {
        let length = if point % 2 == 0 {
            radius
        } else {
            radius * 0.382
        };
        let angle = FRAC_PI_2 + PI / 5.0 * point as f32;
        let operator = if point == 0 { "m" } else { "l" };
        let _ = writeln!(
            ink,
            "{:.3} {:.3} {operator}",
            x + length * angle.cos(),
            y + length * angle.sin()
        );
    }
    ink.push_str("f\n");
}

enum Side {
    Upper,
    Lower,
}

fn arc_text(
    text: &str,
    size: f32,
    (x, y): (f32, f32),
    radius: f32,
    side: Side,
    letters: &Outlines,
) -> String {
    let half = letters.width(text, size) / radius / 2.0;
    let (start, direction) = match side {
        Side::Upper => (FRAC_PI_2 + half, -1.0),
        Side::Lower => (-FRAC_PI_2 - half, 1.0),
    };
    let mut path = String::new();
    let mut passed = 0.0;
    let mut buffer = [0; 4];
    for letter in text.chars() {
        let width = letters.width(letter.encode_utf8(&mut buffer), size);
        // Each letter stands upright over the middle of its own width.
        let angle = start + direction * (passed + width / 2.0) / radius;
        let turn = angle + direction * FRAC_PI_2;
        let left = x + radius * angle.cos() - turn.cos() * width / 2.0;
        let base = y + radius * angle.sin() - turn.sin() * width / 2.0;
        path += &letters.letter(
            letter,
            Stand {
                turn,
                x: left,
                y: base,
                size,
            },
        );
        passed += width;
    }
    path
}
