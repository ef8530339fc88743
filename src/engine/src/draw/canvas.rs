//! Writes SVG text.

use std::fmt::Write as _;

use super::scene::{Point, Rect};
use super::text;

pub const INK: &str = "#1b1b1b";
pub const PAPER: &str = "#ffffff";
pub const QUIET: &str = "#5f6770";
pub const ACT: &str = "#0b4f8a";
pub const LATE: &str = "#b3261e";

/// The height of a line of text to its size.
const LINE: f64 = 1.25;

/// How a line or an area looks; the classes let the style sheet change colours on a dark ground.
#[derive(Debug, Clone, Copy)]
pub struct Style {
    pub stroke: &'static str,
    pub fill: &'static str,
    pub width: f64,
    pub dash: &'static str,
}

impl Style {
    pub const fn line(width: f64) -> Self {
        Self {
            stroke: INK,
            fill: "none",
            width,
            dash: "",
        }
    }

    pub const fn area(width: f64) -> Self {
        Self {
            stroke: INK,
            fill: PAPER,
            width,
            dash: "",
        }
    }

    pub const fn solid() -> Self {
        Self {
            stroke: INK,
            fill: INK,
            width: 1.0,
            dash: "",
        }
    }

    pub fn dashed(self, dash: &'static str) -> Self {
        Self { dash, ..self }
    }

    pub fn in_colour(self, stroke: &'static str) -> Self {
        Self { stroke, ..self }
    }
}

/// Where the lines of a text stand to their rectangle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Middle,
    Top,
    Left,
}

pub struct Canvas {
    out: String,
}

impl Canvas {
    pub fn new(frame: Rect, title: &str, description: &str) -> Self {
        let mut out = String::new();
        let (w, h) = (number(frame.w), number(frame.h));
        let _ = write!(
            out,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{w}\" height=\"{h}\" viewBox=\"{} {} {w} {h}\" \
             role=\"img\" font-family=\"system-ui, 'Segoe UI', Roboto, 'Noto Sans', Arial, sans-serif\" \
             font-size=\"12\" fill=\"none\" stroke-linejoin=\"round\">\n<title>{}</title>\n<desc>{}</desc>\n\
             <style>@media (prefers-color-scheme: dark) {{ {DARK} }}</style>\n",
            number(frame.x),
            number(frame.y),
            escape(title),
            escape(description),
        );
        let mut canvas = Self { out };
        canvas.rect(
            frame,
            0.0,
            Style {
                stroke: "none",
                fill: PAPER,
                width: 0.0,
                dash: "",
            },
        );
        canvas
    }

    pub fn finish(mut self) -> String {
        self.out.push_str("</svg>\n");
        self.out
    }

    /// Opens a group for an element, with the words that a reader hears or sees on pointing at it.
    pub fn open(&mut self, id: &str, state: &str, words: &str) {
        let _ = write!(self.out, "<g data-element=\"{}\"", escape(id));
        if !state.is_empty() {
            let _ = write!(self.out, " data-state=\"{state}\"");
        }
        let _ = writeln!(self.out, "><title>{}</title>", escape(words));
    }

    pub fn close(&mut self) {
        self.out.push_str("</g>\n");
    }

    pub fn rect(&mut self, at: Rect, radius: f64, style: Style) {
        let _ = write!(
            self.out,
            "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"",
            number(at.x),
            number(at.y),
            number(at.w.max(0.0)),
            number(at.h.max(0.0))
        );
        if radius > 0.0 {
            let _ = write!(self.out, " rx=\"{}\"", number(radius));
        }
        self.styled(style);
    }

    pub fn circle(&mut self, at: Point, radius: f64, style: Style) {
        let _ = write!(
            self.out,
            "<circle cx=\"{}\" cy=\"{}\" r=\"{}\"",
            number(at.x),
            number(at.y),
            number(radius.max(0.5))
        );
        self.styled(style);
    }

    pub fn polygon(&mut self, points: &[Point], style: Style) {
        let _ = write!(self.out, "<polygon points=\"{}\"", list(points));
        self.styled(style);
    }

    pub fn polyline(&mut self, points: &[Point], style: Style) {
        let _ = write!(self.out, "<polyline points=\"{}\"", list(points));
        self.styled(style);
    }

    /// A path of a 24 × 24 box, put at a point in a size. The line keeps its width.
    pub fn path(&mut self, d: &str, at: Point, size: f64, style: Style) {
        let scale = size / 24.0;
        let _ = write!(
            self.out,
            "<path d=\"{d}\" transform=\"translate({} {}) scale({})\"",
            number(at.x),
            number(at.y),
            number(scale)
        );
        self.styled(Style {
            width: style.width / scale.max(0.01),
            ..style
        });
    }

    /// A name in a rectangle, broken into lines.
    pub fn words(&mut self, words: &str, room: Rect, size: f64, place: Place, fill: &str) {
        let line = size * LINE;
        let most = (room.h / line).floor().clamp(1.0, 40.0);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "between 1 and 40"
        )]
        let lines = text::wrap(words, size, room.w.max(size * 2.0), most as usize);
        if lines.is_empty() {
            return;
        }
        #[expect(clippy::cast_precision_loss, reason = "at most 40 lines")]
        let height = lines.len() as f64 * line;
        let top = match place {
            Place::Middle => room.y + (room.h - height) / 2.0,
            Place::Top | Place::Left => room.y,
        };
        let (x, anchor) = match place {
            Place::Left => (room.x, "start"),
            _ => (room.x + room.w / 2.0, "middle"),
        };
        let _ = write!(
            self.out,
            "<text text-anchor=\"{anchor}\" font-size=\"{}\"{}>",
            number(size),
            paint("fill", fill)
        );
        let mut y = top + size * 0.95;
        for text in lines {
            let _ = write!(
                self.out,
                "<tspan x=\"{}\" y=\"{}\">{}</tspan>",
                number(x),
                number(y),
                escape(&text)
            );
            y += line;
        }
        self.out.push_str("</text>\n");
    }

    /// A name outside its shape, on paper of its own so that lines behind it don't cross the letters.
    pub fn label(&mut self, words: &str, room: Rect, size: f64, fill: &str) {
        let most = (room.h / (size * LINE)).floor().clamp(1.0, 40.0);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "between 1 and 40"
        )]
        let lines = text::wrap(words, size, room.w.max(size * 2.0), most as usize);
        let widest = lines
            .iter()
            .map(|line| text::width(line, size))
            .fold(0.0, f64::max);
        #[expect(clippy::cast_precision_loss, reason = "at most 40 lines")]
        let high = lines.len() as f64 * size * LINE;
        if high > 0.0 {
            let x = room.center().x - widest / 2.0;
            let ground = Rect {
                x,
                y: room.y,
                w: widest,
                h: high,
            };
            self.rect(
                ground,
                2.0,
                Style {
                    stroke: "none",
                    fill: PAPER,
                    width: 0.0,
                    dash: "",
                },
            );
        }
        self.words(words, room, size, Place::Top, fill);
    }

    /// A name that runs upwards, in the head of a pool or lane.
    pub fn upward(&mut self, words: &str, room: Rect, size: f64) {
        let center = room.center();
        let _ = write!(
            self.out,
            "<g transform=\"rotate(-90 {} {})\">",
            number(center.x),
            number(center.y)
        );
        let turned = Rect {
            x: center.x - room.h / 2.0,
            y: center.y - room.w / 2.0,
            w: room.h,
            h: room.w,
        };
        self.words(words, turned, size, Place::Middle, INK);
        self.out.push_str("</g>\n");
    }

    fn styled(&mut self, style: Style) {
        self.out.push_str(&paint("fill", style.fill));
        self.out.push_str(&paint("stroke", style.stroke));
        if style.width > 0.0 {
            let _ = write!(self.out, " stroke-width=\"{}\"", number(style.width));
        }
        if !style.dash.is_empty() {
            let _ = write!(self.out, " stroke-dasharray=\"{}\"", style.dash);
        }
        self.out.push_str("/>\n");
    }
}

/// Colours on a dark ground, by the colour that the attribute gives.
const DARK: &str = "[fill='#1b1b1b']{fill:#e8e8e8}[stroke='#1b1b1b']{stroke:#e8e8e8}\
[fill='#ffffff']{fill:#17191c}[stroke='#ffffff']{stroke:#17191c}\
[fill='#5f6770']{fill:#a9b1ba}[stroke='#5f6770']{stroke:#a9b1ba}\
[fill='#0b4f8a']{fill:#7fb8ee}[stroke='#0b4f8a']{stroke:#7fb8ee}\
[fill='#b3261e']{fill:#ff8a80}[stroke='#b3261e']{stroke:#ff8a80}";

fn paint(what: &str, colour: &str) -> String {
    if what == "stroke" && colour == "none" {
        String::new()
    } else {
        format!(" {what}=\"{colour}\"")
    }
}

fn list(points: &[Point]) -> String {
    let all: Vec<String> = points
        .iter()
        .map(|p| format!("{},{}", number(p.x), number(p.y)))
        .collect();
    all.join(" ")
}

/// At most two decimals, without trailing zeros.
pub fn number(value: f64) -> String {
    let text = format!("{value:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" {
        "0".to_owned()
    } else {
        text.to_owned()
    }
}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            other => out.push(other),
        }
    }
    out
}
