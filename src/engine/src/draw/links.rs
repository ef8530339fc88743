//! Message flows and associations of a layout of ours.

use std::collections::HashMap;

use super::scene::{Edge, Model, Point, Rect, Scene};
use crate::xml;

/// Message flows and associations, straight from border to border.
pub fn connect<'a>(doc: &'a roxmltree::Document<'a>, model: &Model<'a>, scene: &mut Scene<'a>) {
    let place: HashMap<&str, (Rect, bool)> = scene
        .shapes
        .iter()
        .map(|shape| (shape.id, (shape.bounds, shape.tag == "participant")))
        .collect();
    let mut made = Vec::new();
    for node in doc
        .descendants()
        .filter(|node| node.tag_name().namespace() == Some(xml::BPMN))
    {
        let reference = |name: &str| {
            let of_child = || {
                let child = node
                    .children()
                    .find(|child| child.tag_name().name() == name)?;
                child.text().map(str::trim)
            };
            node.attribute(name).map(str::trim).or_else(of_child)
        };
        let host = node
            .parent_element()
            .and_then(|parent| parent.attribute("id"));
        let (source, target) = match node.tag_name().name() {
            "messageFlow" | "association" => (reference("sourceRef"), reference("targetRef")),
            "dataInputAssociation" => (reference("sourceRef"), host),
            "dataOutputAssociation" => (host, reference("targetRef")),
            _ => continue,
        };
        let local = |reference: &'a str| {
            reference
                .rsplit_once(':')
                .map_or(reference, |(_, local)| local)
        };
        let find = |id: Option<&'a str>| place.get(local(id?)).copied();
        let (Some((from, from_pool)), Some((to, to_pool))) = (find(source), find(target)) else {
            continue;
        };
        let (mut start, mut end) = (from.center(), to.center());
        // A pool is met straight above or below the other end.
        if from_pool && !to_pool {
            start.x = end.x;
        } else if to_pool && !from_pool {
            end.x = start.x;
        }
        let points = if node.tag_name().name() == "messageFlow" {
            upright(from, to, start.x, end.x)
        } else {
            vec![border(from, start, end), border(to, end, start)]
        };
        made.push(Edge::of(model, node, points));
    }
    scene.edges.extend(made);
}

/// From the lower side of the upper rectangle to the upper side of the lower one, turning half way.
fn upright(from: Rect, to: Rect, start: f64, end: f64) -> Vec<Point> {
    let down = from.center().y <= to.center().y;
    let (y1, y2) = if down {
        (from.y + from.h, to.y)
    } else {
        (from.y, to.y + to.h)
    };
    let middle = f64::midpoint(y1, y2);
    vec![
        Point { x: start, y: y1 },
        Point {
            x: start,
            y: middle,
        },
        Point { x: end, y: middle },
        Point { x: end, y: y2 },
    ]
}

/// Where the line from inside a rectangle to a point leaves it.
fn border(at: Rect, inside: Point, to: Point) -> Point {
    let (dx, dy) = (to.x - inside.x, to.y - inside.y);
    let reach = |delta: f64, low: f64, high: f64, from: f64| {
        if delta.abs() < 0.001 {
            f64::INFINITY
        } else {
            ((if delta > 0.0 { high } else { low }) - from) / delta
        }
    };
    let part = reach(dx, at.x, at.x + at.w, inside.x).min(reach(dy, at.y, at.y + at.h, inside.y));
    let part = if part.is_finite() {
        part.clamp(0.0, 1.0)
    } else {
        0.0
    };
    Point {
        x: inside.x + dx * part,
        y: inside.y + dy * part,
    }
}
