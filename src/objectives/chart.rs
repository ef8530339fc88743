//! The line of an indicator over the periods with its target, as SVG that can be read out and printed.
//!
//! Only numbers and names of ours go into the picture, never words that somebody typed.

use std::fmt::Write as _;

use super::verdict::{Sum, Target, Verdict};

/// Size of the picture and the room around the lines, in its own units.
const WIDTH: f64 = 360.0;
const HEIGHT: f64 = 130.0;
/// Room for the target's words beside its line.
const LEFT: f64 = 58.0;
const SIDE: f64 = 30.0;
const ABOVE: f64 = 26.0;
const BELOW: f64 = 24.0;

/// One period: its short name and its counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Point {
    pub label: String,
    pub sum: Sum,
}

/// The picture; empty where no period has a result yet. `label` is the indicator's short label.
#[must_use]
pub fn svg(label: &str, target: &Target, points: &[Point]) -> String {
    let values: Vec<Option<f64>> = points
        .iter()
        .map(|point| value(&point.sum, target))
        .collect();
    let wanted = ratio(target.numerator, target.denominator);
    let known: Vec<f64> = values.iter().flatten().copied().collect();
    if known.is_empty() {
        return String::new();
    }
    let scale = Scale::over(&known, wanted);
    let first = LEFT + SIDE;
    let across = |n: usize| {
        let steps = count(points.len().saturating_sub(1)).max(1.0);
        first + count(n) * (WIDTH - SIDE - first) / steps
    };
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" width=\"{WIDTH}\" height=\"{HEIGHT}\" role=\"img\" font-size=\"12\" fill=\"currentColor\">\
         <title>{}</title><desc>{}</desc>",
        escaped(&format!(
            "Chỉ tiêu {label} qua các kỳ, mục tiêu {}",
            target.shown()
        )),
        escaped(&described(target, points))
    );
    let height = scale.y(wanted);
    let _ = write!(
        out,
        "<line x1=\"{LEFT}\" x2=\"{WIDTH}\" y1=\"{height:.1}\" y2=\"{height:.1}\" stroke=\"currentColor\" stroke-dasharray=\"5 4\"/>\
         <text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
        LEFT - 6.0,
        height + 4.0,
        escaped(&target.shown())
    );
    let line: Vec<String> = values
        .iter()
        .enumerate()
        .filter_map(|(n, value)| {
            value.map(|value| format!("{:.1},{:.1}", across(n), scale.y(value)))
        })
        .collect();
    let _ = write!(
        out,
        "<polyline points=\"{}\" fill=\"none\" stroke=\"currentColor\" stroke-width=\"2\"/>",
        line.join(" ")
    );
    for (n, (point, value)) in points.iter().zip(&values).enumerate() {
        let x = across(n);
        let _ = write!(
            out,
            "<text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>",
            HEIGHT - 6.0,
            escaped(&point.label)
        );
        if let Some(value) = value {
            let y = scale.y(*value);
            out.push_str(&mark(point.sum.verdict(target), x, y));
            let _ = write!(
                out,
                "<text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>",
                y - 9.0,
                escaped(&point.sum.shown(target))
            );
        }
    }
    out.push_str("</svg>");
    out
}

/// From values to heights.
struct Scale {
    low: f64,
    high: f64,
}

impl Scale {
    fn over(values: &[f64], target: f64) -> Self {
        let low = values.iter().copied().fold(target, f64::min);
        let high = values.iter().copied().fold(target, f64::max);
        // A flat line lies in the middle.
        if high - low < 1e-9 {
            Self {
                low: low - 1.0,
                high: high + 1.0,
            }
        } else {
            Self { low, high }
        }
    }

    fn y(&self, value: f64) -> f64 {
        HEIGHT - BELOW - (value - self.low) / (self.high - self.low) * (HEIGHT - ABOVE - BELOW)
    }
}

/// A disc for met, a cross for not met: the shape says it without colour.
fn mark(verdict: Verdict, x: f64, y: f64) -> String {
    if verdict == Verdict::NotMet {
        let (left, right, top, bottom) = (x - 5.0, x + 5.0, y - 5.0, y + 5.0);
        return format!(
            "<path d=\"M{left:.1} {top:.1}L{right:.1} {bottom:.1}M{left:.1} {bottom:.1}L{right:.1} {top:.1}\" \
             stroke=\"currentColor\" stroke-width=\"2.5\" fill=\"none\"/>"
        );
    }
    format!("<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"4.5\"/>")
}

fn described(target: &Target, points: &[Point]) -> String {
    points
        .iter()
        .map(|point| {
            format!(
                "{}: {} {}",
                point.label,
                point.sum.shown(target),
                point.sum.verdict(target).vi()
            )
        })
        .collect::<Vec<_>>()
        .join("; ")
}

fn value(sum: &Sum, target: &Target) -> Option<f64> {
    if sum.reports == 0 || (!target.is_count && sum.denominator == 0) {
        return None;
    }
    Some(ratio(
        sum.numerator,
        if target.is_count { 1 } else { sum.denominator },
    ))
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a height in a picture; verdicts are exact elsewhere"
)]
fn ratio(numerator: i64, denominator: i64) -> f64 {
    numerator as f64 / denominator as f64
}

#[expect(clippy::cast_precision_loss, reason = "a handful of periods")]
fn count(n: usize) -> f64 {
    n as f64
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::objectives::verdict::Comparator;

    fn target() -> Target {
        Target {
            comparator: Comparator::Gt,
            numerator: 60,
            denominator: 100,
            is_count: false,
        }
    }

    fn point(label: &str, numerator: i64, denominator: i64, reports: i64) -> Point {
        Point {
            label: label.to_owned(),
            sum: Sum {
                numerator,
                denominator,
                reports,
            },
        }
    }

    #[test]
    fn the_picture_says_in_words_what_it_shows() {
        let svg = svg(
            "3",
            &target(),
            &[
                point("Quý II", 233, 402, 1),
                point("Quý III", 61, 100, 1),
                point("Quý IV", 0, 0, 0),
            ],
        );
        assert!(
            svg.contains(
                "<desc>Quý II: 57,96% Không đạt; Quý III: 61% Đạt; Quý IV: – Đang thực hiện</desc>"
            ),
            "{svg}"
        );
        assert!(svg.contains("mục tiêu &gt; 60%"));
        assert_eq!(svg.matches("<circle").count(), 1);
        assert_eq!(svg.matches("<path").count(), 1);
        assert!(
            svg.starts_with("<svg ") && svg.ends_with("</svg>") && svg.contains("role=\"img\"")
        );
    }

    #[test]
    fn without_results_there_is_no_picture() {
        assert_eq!(svg("3", &target(), &[point("Quý II", 0, 0, 0)]), "");
    }
}
