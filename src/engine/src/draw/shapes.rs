//! Draws one shape: its outline, its signs and its name.

use super::Overlay;
use super::artifacts;
use super::badges;
use super::canvas::{Canvas, INK, Place, QUIET, Style};
use super::icons::{self, Gateway};
use super::scene::{Point, Rect, Shape};

const NAME_SIZE: f64 = 12.0;
/// The head of a pool or lane.
pub const HEAD: f64 = 30.0;

pub fn draw(canvas: &mut Canvas, shape: &Shape<'_>, overlay: &Overlay) {
    canvas.open(
        shape.id,
        badges::state(shape.id, overlay),
        &badges::words(shape, overlay),
    );
    match shape.tag {
        _ if shape.band.is_some() => band(canvas, shape),
        "participant" | "lane" => pool(canvas, shape),
        tag if tag.ends_with("Event") => event(canvas, shape),
        tag if tag.ends_with("Gateway") => gateway(canvas, shape),
        "dataObject" | "dataObjectReference" | "dataInput" | "dataOutput" => {
            artifacts::data(canvas, shape)
        }
        "dataStore" | "dataStoreReference" => artifacts::store(canvas, shape),
        "textAnnotation" => artifacts::annotation(canvas, shape),
        "group" => artifacts::group(canvas, shape),
        "conversation" | "subConversation" | "callConversation" => {
            artifacts::conversation(canvas, shape)
        }
        "message" => artifacts::message(canvas, shape),
        _ => activity(canvas, shape),
    }
    canvas.close();
}

pub fn diamond(at: Rect) -> [Point; 4] {
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
pub fn name_below(canvas: &mut Canvas, shape: &Shape<'_>) {
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
        // Left of the flow that goes down from it.
        None if shape.tag == "boundaryEvent" => Rect {
            x: at.x - 46.0,
            y: at.y + at.h - 2.0,
            w: 62.0,
            h: 45.0,
        },
        None => usual,
    };
    canvas.label(shape.name(), room, 11.5, INK);
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

pub fn place_markers(canvas: &mut Canvas, signs: &[&str], at: Rect) {
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
