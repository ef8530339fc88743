//! Draws one shape: its outline, its signs and its name.

use super::Overlay;
use super::canvas::{ACT, Canvas, INK, LATE, PAPER, Place, QUIET, Style};
use super::icons::{self, Gateway};
use super::scene::{Node, Point, Rect, Shape};

const NAME_SIZE: f64 = 12.0;
/// The head of a pool or lane.
pub const HEAD: f64 = 30.0;

pub fn draw(canvas: &mut Canvas, shape: &Shape<'_>, overlay: &Overlay) {
    canvas.open(shape.id, state(shape.id, overlay), &words(shape, overlay));
    match shape.tag {
        _ if shape.band.is_some() => band(canvas, shape),
        "participant" | "lane" => pool(canvas, shape),
        tag if tag.ends_with("Event") => event(canvas, shape),
        tag if tag.ends_with("Gateway") => gateway(canvas, shape),
        "dataObject" | "dataObjectReference" | "dataInput" | "dataOutput" => data(canvas, shape),
        "dataStore" | "dataStoreReference" => store(canvas, shape),
        "textAnnotation" => annotation(canvas, shape),
        "group" => group(canvas, shape),
        "conversation" | "subConversation" | "callConversation" => conversation(canvas, shape),
        "message" => message(canvas, shape),
        _ => activity(canvas, shape),
    }
    canvas.close();
}

/// What the instance adds: a number where tokens are, a triangle where it is late, a tick where it is done.
pub fn badges(canvas: &mut Canvas, shape: &Shape<'_>, overlay: &Overlay) {
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

fn state(id: &str, overlay: &Overlay) -> &'static str {
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

fn words(shape: &Shape<'_>, overlay: &Overlay) -> String {
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

fn diamond(at: Rect) -> [Point; 4] {
    let center = at.center();
    [
        Point {
            x: center.x,
            y: at.y,
        },
        Point {
            x: at.x + at.w,
            y: center.y,
        },
        Point {
            x: center.x,
            y: at.y + at.h,
        },
        Point {
            x: at.x,
            y: center.y,
        },
    ]
}

fn event(canvas: &mut Canvas, shape: &Shape<'_>) {
    let center = shape.bounds.center();
    let radius = shape.bounds.w.min(shape.bounds.h) / 2.0;
    let interrupts = |name: &str| shape.node.attribute(name).is_none() || shape.flag(name);
    let waits = match shape.tag {
        "startEvent" => !interrupts("isInterrupting"),
        "boundaryEvent" => !interrupts("cancelActivity"),
        _ => false,
    };
    let dash = if waits { "4 3" } else { "" };
    let width = if shape.tag == "endEvent" { 3.5 } else { 1.5 };
    canvas.circle(center, radius, Style::area(width).dashed(dash));
    if matches!(
        shape.tag,
        "boundaryEvent" | "intermediateCatchEvent" | "intermediateThrowEvent"
    ) {
        canvas.circle(center, radius - 3.5, Style::line(1.2).dashed(dash));
    }
    let throws = matches!(
        shape.tag,
        "endEvent" | "intermediateThrowEvent" | "implicitThrowEvent"
    );
    let family = match shape.triggers.as_slice() {
        [] => "",
        [one] => one,
        _ if shape.flag("parallelMultiple") => "parallel",
        _ => "multiple",
    };
    if !family.is_empty() {
        let size = radius * 1.05;
        let at = Point {
            x: center.x - size / 2.0,
            y: center.y - size / 2.0,
        };
        icons::event(canvas, family, throws, at, size);
    }
    name_below(canvas, shape);
}

fn gateway(canvas: &mut Canvas, shape: &Shape<'_>) {
    canvas.polygon(&diamond(shape.bounds), Style::area(1.5));
    let sign = match shape.tag {
        "exclusiveGateway" if !shape.marker_visible => None,
        "exclusiveGateway" => Some(Gateway::Cross),
        "parallelGateway" => Some(Gateway::Plus),
        "complexGateway" => Some(Gateway::Star),
        "inclusiveGateway" => Some(Gateway::Circle),
        "eventBasedGateway" => Some(Gateway::Event {
            start: shape.flag("instantiate"),
            parallel: shape.node.attribute("eventGatewayType") == Some("Parallel"),
        }),
        _ => None,
    };
    if let Some(sign) = sign {
        let radius = shape.bounds.w.min(shape.bounds.h) / 2.0;
        icons::gateway(canvas, sign, shape.bounds.center(), radius);
    }
    name_below(canvas, shape);
}

/// The name of an event, gateway or data object: where the diagram puts it, else below.
fn name_below(canvas: &mut Canvas, shape: &Shape<'_>) {
    let at = shape.bounds;
    let usual = Rect {
        x: at.center().x - 55.0,
        y: at.y + at.h + 4.0,
        w: 110.0,
        h: 45.0,
    };
    let room = match shape.label {
        // Labels of the diagram are often a pixel too small for another font.
        Some(label) => Rect {
            x: label.x - 12.0,
            y: label.y,
            w: label.w + 24.0,
            h: label.h.max(15.0) + 16.0,
        },
        None => usual,
    };
    canvas.words(shape.name(), room, 11.5, Place::Top, INK);
}

fn activity(canvas: &mut Canvas, shape: &Shape<'_>) {
    let at = shape.bounds;
    let thick = shape.tag.starts_with("call");
    let event_driven = shape.flag("triggeredByEvent");
    let style =
        Style::area(if thick { 4.0 } else { 1.5 }).dashed(if event_driven { "2 4" } else { "" });
    canvas.rect(at, 10.0, style);
    if shape.tag == "transaction" {
        let inner = Rect {
            x: at.x + 3.5,
            y: at.y + 3.5,
            w: at.w - 7.0,
            h: at.h - 7.0,
        };
        canvas.rect(inner, 7.0, Style::line(1.2));
    }
    icons::task(
        canvas,
        shape.tag,
        Point {
            x: at.x + 6.0,
            y: at.y + 6.0,
        },
    );
    let open = shape.is_subprocess() && shape.expanded;
    if event_driven
        && !open
        && let Some(trigger) = first_trigger(shape)
    {
        let corner = Point {
            x: at.x + 6.0,
            y: at.y + 6.0,
        };
        icons::event(canvas, trigger, false, corner, 16.0);
    }
    let signs = markers(shape, open);
    place_markers(canvas, &signs, at);
    let under = if signs.is_empty() { 4.0 } else { 20.0 };
    let has_sign = shape.tag.ends_with("Task") && shape.tag != "choreographyTask";
    let has_sign = has_sign || (event_driven && !open);
    // The sign stands above the name; beside it in a low shape.
    let (over, beside) = match (has_sign, at.h > 60.0) {
        (true, true) => (20.0, 6.0),
        (true, false) => (3.0, 26.0),
        _ => (5.0, 6.0),
    };
    if open {
        let head = Rect {
            x: at.x + 8.0,
            y: at.y + 7.0,
            w: at.w - 16.0,
            h: 32.0,
        };
        canvas.words(shape.name(), head, NAME_SIZE, Place::Top, INK);
    } else {
        let room = Rect {
            x: at.x + beside,
            y: at.y + over,
            w: at.w - beside - 6.0,
            h: at.h - over - under,
        };
        canvas.words(shape.name(), room, NAME_SIZE, Place::Middle, INK);
    }
}

/// The event definition of the start event inside an event sub-process.
fn first_trigger<'a>(shape: &Shape<'a>) -> Option<&'a str> {
    let start = shape
        .node
        .children()
        .find(|child| child.tag_name().name() == "startEvent")?;
    start
        .children()
        .find_map(|child| child.tag_name().name().strip_suffix("EventDefinition"))
}

fn markers(shape: &Shape<'_>, open: bool) -> Vec<&'static str> {
    let mut signs = Vec::new();
    for child in shape.node.children() {
        match child.tag_name().name() {
            "standardLoopCharacteristics" => signs.push("loop"),
            "multiInstanceLoopCharacteristics" => {
                let one_by_one = super::scene::flag(child, "isSequential");
                signs.push(if one_by_one { "sequential" } else { "parallel" });
            }
            _ => {}
        }
    }
    match shape.node.attribute("loopType") {
        Some("Standard") => signs.push("loop"),
        Some("MultiInstanceSequential") => signs.push("sequential"),
        Some("MultiInstanceParallel") => signs.push("parallel"),
        _ => {}
    }
    if shape.is_subprocess() && !open {
        signs.push("collapsed");
    }
    if shape.tag == "adHocSubProcess" {
        signs.push("adhoc");
    }
    if shape.flag("isForCompensation") {
        signs.push("compensation");
    }
    signs
}

fn place_markers(canvas: &mut Canvas, signs: &[&str], at: Rect) {
    let (size, gap) = (13.0, 6.0);
    #[expect(clippy::cast_precision_loss, reason = "at most five signs")]
    let total = signs.len() as f64 * (size + gap) - gap;
    let mut x = at.center().x - total / 2.0;
    for sign in signs {
        icons::marker(
            canvas,
            sign,
            Point {
                x,
                y: at.y + at.h - size - 3.0,
            },
            size,
        );
        x += size + gap;
    }
}

fn pool(canvas: &mut Canvas, shape: &Shape<'_>) {
    let at = shape.bounds;
    canvas.rect(at, 0.0, Style::area(1.5));
    let black_box = shape.tag == "participant" && shape.node.attribute("processRef").is_none();
    if black_box && at.h < 150.0 {
        canvas.words(shape.name(), at, NAME_SIZE, Place::Middle, INK);
    } else if shape.horizontal {
        canvas.upward(shape.name(), Rect { w: HEAD, ..at }, NAME_SIZE);
        let x = at.x + HEAD;
        if shape.tag == "participant" {
            canvas.polyline(
                &[Point { x, y: at.y }, Point { x, y: at.y + at.h }],
                Style::line(1.5),
            );
        }
    } else {
        canvas.words(
            shape.name(),
            Rect { h: HEAD, ..at },
            NAME_SIZE,
            Place::Middle,
            INK,
        );
        let y = at.y + HEAD;
        if shape.tag == "participant" {
            canvas.polyline(
                &[Point { x: at.x, y }, Point { x: at.x + at.w, y }],
                Style::line(1.5),
            );
        }
    }
    if shape
        .node
        .children()
        .any(|child| child.tag_name().name() == "participantMultiplicity")
    {
        place_markers(canvas, &["parallel"], at);
    }
}

/// A participant's band at a choreography task; grey for who doesn't begin.
fn band(canvas: &mut Canvas, shape: &Shape<'_>) {
    let begins = shape
        .band
        .is_some_and(|band| band.ends_with("_initiating") && !band.contains("non_"));
    let style = Style::area(1.2);
    canvas.rect(shape.bounds, 4.0, style);
    if !begins {
        let inner = Rect {
            x: shape.bounds.x,
            y: shape.bounds.y,
            w: 6.0,
            h: shape.bounds.h,
        };
        canvas.rect(
            inner,
            0.0,
            Style {
                stroke: "none",
                fill: QUIET,
                width: 0.0,
                dash: "",
            },
        );
    }
    canvas.words(shape.name(), shape.bounds, 11.0, Place::Middle, INK);
}

fn data(canvas: &mut Canvas, shape: &Shape<'_>) {
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

fn store(canvas: &mut Canvas, shape: &Shape<'_>) {
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

fn annotation(canvas: &mut Canvas, shape: &Shape<'_>) {
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

fn group(canvas: &mut Canvas, shape: &Shape<'_>) {
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

fn conversation(canvas: &mut Canvas, shape: &Shape<'_>) {
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

fn message(canvas: &mut Canvas, shape: &Shape<'_>) {
    let size = shape.bounds.w.min(shape.bounds.h).max(16.0);
    let center = shape.bounds.center();
    let at = Point {
        x: center.x - size / 2.0,
        y: center.y - size / 2.0,
    };
    icons::envelope(canvas, false, at, size);
    name_below(canvas, shape);
}
