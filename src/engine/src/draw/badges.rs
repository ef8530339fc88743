//! What an instance adds to a shape: numbers, triangles, ticks, and the words for them.

use super::Overlay;
use super::canvas::{ACT, Canvas, LATE, PAPER, Place, Style};
use super::scene::{Point, Rect, Shape};
use super::shapes::diamond;

/// What the instance adds: a number where tokens are, a triangle where it is late, a tick where it is done.
pub fn draw(canvas: &mut Canvas, shape: &Shape<'_>, overlay: &Overlay) {
    let (late, live) = (
        overlay.overdue.contains(shape.id),
        overlay.live.get(shape.id),
    );
    let done = overlay.done.contains(shape.id);
    if shape.band.is_some() || !(late || live.is_some() || done) {
        return;
    }
    let at = shape.bounds;
    let (right, left) = (
        Point {
            x: at.x + at.w,
            y: at.y,
        },
        Point { x: at.x, y: at.y },
    );
    if late {
        outline(
            canvas,
            shape,
            5.0,
            Style::line(2.5).in_colour(LATE).dashed("7 3"),
        );
        let corner = [(0.0, -13.0), (12.0, 8.0), (-12.0, 8.0)];
        let corner = corner.map(|(dx, dy)| Point {
            x: left.x + dx,
            y: left.y + dy,
        });
        canvas.polygon(
            &corner,
            Style {
                stroke: PAPER,
                fill: LATE,
                width: 1.5,
                dash: "",
            },
        );
        let sign = Rect {
            x: left.x - 10.0,
            y: left.y - 8.0,
            w: 20.0,
            h: 16.0,
        };
        canvas.words("!", sign, 13.0, Place::Middle, PAPER);
    }
    if let Some(tokens) = live {
        let colour = if late { LATE } else { ACT };
        outline(canvas, shape, 0.0, Style::line(3.5).in_colour(colour));
        canvas.circle(
            right,
            10.0,
            Style {
                stroke: PAPER,
                fill: colour,
                width: 1.5,
                dash: "",
            },
        );
        let room = Rect {
            x: right.x - 16.0,
            y: right.y - 10.0,
            w: 32.0,
            h: 20.0,
        };
        canvas.words(
            &tokens.to_string(),
            room,
            if *tokens > 99 { 9.0 } else { 12.0 },
            Place::Middle,
            PAPER,
        );
    } else if done {
        let corner = Point {
            x: right.x - 9.0,
            y: right.y - 7.0,
        };
        canvas.circle(
            Point {
                x: right.x - 1.0,
                y: right.y + 1.0,
            },
            8.0,
            Style::area(1.2),
        );
        canvas.path(
            "M5 12l5 6L19 6",
            Point {
                x: corner.x + 2.0,
                y: corner.y + 2.0,
            },
            12.0,
            Style::line(2.0),
        );
    }
}

pub fn state(id: &str, overlay: &Overlay) -> &'static str {
    match (
        overlay.overdue.contains(id),
        overlay.live.contains_key(id),
        overlay.done.contains(id),
    ) {
        (true, _, _) => "overdue",
        (_, true, _) => "live",
        (_, _, true) => "done",
        _ => "",
    }
}

pub fn words(shape: &Shape<'_>, overlay: &Overlay) -> String {
    let name = if shape.name().is_empty() {
        shape.id
    } else {
        shape.name()
    };
    let mut out = name.to_owned();
    if let Some(tokens) = overlay.live.get(shape.id) {
        out.push_str(&format!(" – đang thực hiện: {tokens}"));
    } else if overlay.done.contains(shape.id) {
        out.push_str(" – đã xong");
    }
    if overlay.overdue.contains(shape.id) {
        out.push_str(" – quá hạn");
    }
    out
}

/// The outline of the shape, a little outside.
fn outline(canvas: &mut Canvas, shape: &Shape<'_>, out: f64, style: Style) {
    let at = shape.bounds;
    let wide = Rect {
        x: at.x - out,
        y: at.y - out,
        w: at.w + 2.0 * out,
        h: at.h + 2.0 * out,
    };
    if shape.tag.ends_with("Event") {
        canvas.circle(at.center(), at.w.min(at.h) / 2.0 + out, style);
    } else if shape.tag.ends_with("Gateway") {
        canvas.polygon(&diamond(wide), style);
    } else {
        canvas.rect(wide, 10.0 + out, style);
    }
}
