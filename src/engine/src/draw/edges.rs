//! Draws flows and associations with their ends.

use super::Overlay;
use super::canvas::{Canvas, INK, Style};
use super::icons;
use super::scene::{Edge, Point, Rect};

pub fn draw(canvas: &mut Canvas, edge: &Edge<'_>, overlay: &Overlay) {
    let done = overlay.done.contains(edge.id);
    let name = edge.node.attribute("name").unwrap_or("");
    let words = match (name.is_empty(), done) {
        (true, false) => edge.id.to_owned(),
        (true, true) => format!("{} – đã qua", edge.id),
        (false, false) => name.to_owned(),
        (false, true) => format!("{name} – đã qua"),
    };
    canvas.open(edge.id, if done { "done" } else { "" }, &words);
    match edge.tag {
        "messageFlow" => message_flow(canvas, edge),
        "association" | "dataInputAssociation" | "dataOutputAssociation" => {
            association(canvas, edge)
        }
        "conversationLink" => {
            canvas.polyline(&edge.points, Style::line(4.5));
            let inner = Style {
                stroke: super::canvas::PAPER,
                ..Style::line(2.0)
            };
            canvas.polyline(&edge.points, inner);
        }
        _ => sequence_flow(canvas, edge, done),
    }
    label(canvas, edge, name);
    canvas.close();
}

fn sequence_flow(canvas: &mut Canvas, edge: &Edge<'_>, done: bool) {
    let width = if done { 3.0 } else { 1.5 };
    let Some((tip, from)) = end(&edge.points) else {
        return;
    };
    let mut line = edge.points.clone();
    if let Some(last) = line.last_mut() {
        // The line ends inside the arrow so that its end isn't seen beside the tip.
        *last = along(tip, from, 6.0);
    }
    canvas.polyline(&line, Style::line(width));
    canvas.polygon(&arrow(tip, from, 10.0, 4.5), Style::solid());
    let Some((start, next)) = begin(&edge.points) else {
        return;
    };
    if edge.default {
        let (at, across) = (along(start, next, 12.0), normal(start, next));
        let (dx, dy) = (
            direction(start, next).x * 3.0,
            direction(start, next).y * 3.0,
        );
        let slash = [
            Point {
                x: at.x + across.x * 6.0 + dx,
                y: at.y + across.y * 6.0 + dy,
            },
            Point {
                x: at.x - across.x * 6.0 - dx,
                y: at.y - across.y * 6.0 - dy,
            },
        ];
        canvas.polyline(&slash, Style::line(1.8));
    } else if edge.conditional {
        let across = normal(start, next);
        let middle = along(start, next, 8.0);
        let diamond = [
            start,
            Point {
                x: middle.x + across.x * 4.5,
                y: middle.y + across.y * 4.5,
            },
            along(start, next, 16.0),
            Point {
                x: middle.x - across.x * 4.5,
                y: middle.y - across.y * 4.5,
            },
        ];
        canvas.polygon(&diamond, Style::area(1.3));
    }
}

fn message_flow(canvas: &mut Canvas, edge: &Edge<'_>) {
    canvas.polyline(&edge.points, Style::line(1.5).dashed("8 5"));
    if let Some((tip, from)) = end(&edge.points) {
        canvas.polygon(&arrow(tip, from, 10.0, 5.0), Style::area(1.3));
    }
    if let Some((start, next)) = begin(&edge.points) {
        canvas.circle(along(start, next, 4.0), 4.0, Style::area(1.3));
    }
    if let Some(kind) = edge.message {
        let middle = middle(&edge.points);
        let at = Point {
            x: middle.x - 12.0,
            y: middle.y - 12.0,
        };
        icons::envelope(canvas, kind == "non_initiating", at, 24.0);
    }
}

fn association(canvas: &mut Canvas, edge: &Edge<'_>) {
    canvas.polyline(&edge.points, Style::line(1.5).dashed("1 4"));
    let direction = edge
        .node
        .attribute("associationDirection")
        .unwrap_or("None");
    let data = edge.tag != "association";
    let mut ends = Vec::new();
    if data || matches!(direction, "One" | "Both") {
        ends.extend(end(&edge.points));
    }
    if direction == "Both" && !data {
        ends.extend(begin(&edge.points));
    }
    for (tip, from) in ends {
        let [tip, left, right] = arrow(tip, from, 9.0, 5.0);
        canvas.polyline(&[left, tip, right], Style::line(1.5));
    }
}

fn label(canvas: &mut Canvas, edge: &Edge<'_>, name: &str) {
    if name.is_empty() {
        return;
    }
    let room = match edge.label {
        Some(at) => Rect {
            x: at.x - 10.0,
            y: at.y,
            w: at.w + 20.0,
            h: at.h.max(15.0) + 15.0,
        },
        None => beside(&edge.points),
    };
    canvas.label(name, room, 11.0, INK);
}

/// Room for a name without a place of its own: above the first long level part, else beside the middle.
fn beside(points: &[Point]) -> Rect {
    let level = points
        .windows(2)
        .find(|p| (p[0].y - p[1].y).abs() < 1.0 && (p[0].x - p[1].x).abs() > 40.0);
    if let Some(part) = level {
        let (left, right) = (part[0].x.min(part[1].x), part[0].x.max(part[1].x));
        return Rect {
            x: left,
            y: part[0].y - 17.0,
            w: (right - left).min(140.0),
            h: 15.0,
        };
    }
    let at = middle(points);
    Rect {
        x: at.x + 4.0,
        y: at.y - 8.0,
        w: 80.0,
        h: 45.0,
    }
}

/// The point half way along the line.
fn middle(points: &[Point]) -> Point {
    let total: f64 = points
        .windows(2)
        .map(|pair| distance(pair[0], pair[1]))
        .sum();
    let mut left = total / 2.0;
    for pair in points.windows(2) {
        let long = distance(pair[0], pair[1]);
        if left <= long {
            return along(pair[0], pair[1], left);
        }
        left -= long;
    }
    points.first().copied().unwrap_or(Point { x: 0.0, y: 0.0 })
}

/// The last point and the one before it that differs.
fn end(points: &[Point]) -> Option<(Point, Point)> {
    let tip = *points.last()?;
    let from = points
        .iter()
        .rev()
        .find(|point| distance(**point, tip) > 0.5)?;
    Some((tip, *from))
}

fn begin(points: &[Point]) -> Option<(Point, Point)> {
    let start = *points.first()?;
    let next = points.iter().find(|point| distance(**point, start) > 0.5)?;
    Some((start, *next))
}

/// Tip, left and right of an arrow that comes from a point.
fn arrow(tip: Point, from: Point, long: f64, half: f64) -> [Point; 3] {
    let (back, across) = (along(tip, from, long), normal(tip, from));
    [
        tip,
        Point {
            x: back.x + across.x * half,
            y: back.y + across.y * half,
        },
        Point {
            x: back.x - across.x * half,
            y: back.y - across.y * half,
        },
    ]
}

fn along(from: Point, to: Point, far: f64) -> Point {
    let step = direction(from, to);
    Point {
        x: from.x + step.x * far,
        y: from.y + step.y * far,
    }
}

fn direction(from: Point, to: Point) -> Point {
    let long = distance(from, to).max(0.001);
    Point {
        x: (to.x - from.x) / long,
        y: (to.y - from.y) / long,
    }
}

fn normal(from: Point, to: Point) -> Point {
    let step = direction(from, to);
    Point {
        x: -step.y,
        y: step.x,
    }
}

fn distance(one: Point, other: Point) -> f64 {
    (one.x - other.x).hypot(one.y - other.y)
}
