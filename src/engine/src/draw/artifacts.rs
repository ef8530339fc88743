//! Draws data, notes, groups, conversations and messages.

use super::canvas::{Canvas, INK, Place, QUIET, Style};
use super::icons;
use super::scene::{Node, Point, Rect, Shape};
use super::shapes::{name_below, place_markers};

pub fn data(canvas: &mut Canvas, shape: &Shape<'_>) {
    let at = shape.bounds;
    let fold = (at.w * 0.3).min(12.0);
    let (right, bottom) = (at.x + at.w, at.y + at.h);
    let page = [
        Point { x: at.x, y: at.y },
        Point {
            x: right - fold,
            y: at.y,
        },
        Point {
            x: right,
            y: at.y + fold,
        },
        Point {
            x: right,
            y: bottom,
        },
        Point { x: at.x, y: bottom },
    ];
    canvas.polygon(&page, Style::area(1.5));
    let corner = [
        Point {
            x: right - fold,
            y: at.y,
        },
        Point {
            x: right - fold,
            y: at.y + fold,
        },
        Point {
            x: right,
            y: at.y + fold,
        },
    ];
    canvas.polyline(&corner, Style::line(1.2));
    let arrow = "M2 9h11V4.5L22 12l-9 7.5V15H2z";
    let place = Point {
        x: at.x + 4.0,
        y: at.y + 5.0,
    };
    match shape.tag {
        "dataInput" => canvas.path(arrow, place, 14.0, Style::area(1.0)),
        "dataOutput" => canvas.path(arrow, place, 14.0, Style::solid()),
        _ => {}
    }
    if shape.flag("isCollection") {
        place_markers(canvas, &["parallel"], at);
    }
    name_below(canvas, shape);
}

pub fn store(canvas: &mut Canvas, shape: &Shape<'_>) {
    let at = shape.bounds;
    // The drum fills its box: the path is drawn 24 × 24 and scaled to the smaller side.
    let size = at.w.min(at.h);
    let place = Point {
        x: at.center().x - size / 2.0,
        y: at.center().y - size / 2.0,
    };
    let drum = "M1 4.5c0-4.5 22-4.5 22 0v15c0 4.5-22 4.5-22 0zM1 4.5c0 4.5 22 4.5 22 0M1 7c0 4.5 22 4.5 22 0M1 9.5c0 4.5 22 4.5 22 0";
    canvas.path(drum, place, size, Style::area(1.5));
    name_below(canvas, shape);
}

/// The text of an annotation.
pub fn note(node: Node<'_>) -> String {
    let text = node
        .children()
        .find(|child| child.tag_name().name() == "text");
    let inside = text.into_iter().flat_map(|text| text.descendants());
    inside
        .filter(roxmltree::Node::is_text)
        .filter_map(|node| node.text())
        .collect()
}

pub fn annotation(canvas: &mut Canvas, shape: &Shape<'_>) {
    let at = shape.bounds;
    let bracket = [
        Point {
            x: at.x + 10.0,
            y: at.y,
        },
        Point { x: at.x, y: at.y },
        Point {
            x: at.x,
            y: at.y + at.h,
        },
        Point {
            x: at.x + 10.0,
            y: at.y + at.h,
        },
    ];
    canvas.polyline(&bracket, Style::line(1.5));
    let room = Rect {
        x: at.x + 6.0,
        y: at.y + 4.0,
        w: at.w - 8.0,
        h: at.h + 12.0,
    };
    canvas.words(&note(shape.node), room, 11.5, Place::Left, INK);
}

pub fn group(canvas: &mut Canvas, shape: &Shape<'_>) {
    canvas.rect(
        shape.bounds,
        10.0,
        Style::line(1.5).in_colour(QUIET).dashed("8 4 2 4"),
    );
    let head = shape.label.unwrap_or(Rect {
        y: shape.bounds.y + 4.0,
        h: 30.0,
        ..shape.bounds
    });
    canvas.words(shape.name(), head, 11.5, Place::Top, QUIET);
}

pub fn conversation(canvas: &mut Canvas, shape: &Shape<'_>) {
    let at = shape.bounds;
    let quarter = at.w / 4.0;
    let points = [
        Point {
            x: at.x + quarter,
            y: at.y,
        },
        Point {
            x: at.x + at.w - quarter,
            y: at.y,
        },
        Point {
            x: at.x + at.w,
            y: at.center().y,
        },
        Point {
            x: at.x + at.w - quarter,
            y: at.y + at.h,
        },
        Point {
            x: at.x + quarter,
            y: at.y + at.h,
        },
        Point {
            x: at.x,
            y: at.center().y,
        },
    ];
    let width = if shape.tag == "callConversation" {
        4.0
    } else {
        1.5
    };
    canvas.polygon(&points, Style::area(width));
    if shape.tag == "subConversation" {
        place_markers(canvas, &["collapsed"], at);
    }
    name_below(canvas, shape);
}

pub fn message(canvas: &mut Canvas, shape: &Shape<'_>) {
    let size = shape.bounds.w.min(shape.bounds.h).max(16.0);
    let center = shape.bounds.center();
    let at = Point {
        x: center.x - size / 2.0,
        y: center.y - size / 2.0,
    };
    icons::envelope(canvas, false, at, size);
    name_below(canvas, shape);
}
