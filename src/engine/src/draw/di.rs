//! Reads the diagram of a file (BPMN DI, §12).

use std::collections::HashSet;

use super::scene::{Edge, Model, Node, Point, Rect, Scene, Shape, coordinate, flag, usual_size};

const DI: &str = "http://www.omg.org/spec/BPMN/20100524/DI";
/// The most points of one edge.
const MAX_POINTS: usize = 1_000;
/// Between the planes of a file, which are drawn one below the other.
const PLANE_GAP: f64 = 60.0;

/// All planes of the file; impossible shapes and edges are left out.
pub fn read<'a>(doc: &'a roxmltree::Document<'a>, model: &Model<'a>) -> Scene<'a> {
    let mut all = Scene::default();
    let planes = doc
        .descendants()
        .filter(|node| node.has_tag_name((DI, "BPMNPlane")));
    for plane in planes {
        let mut scene = one(plane, model);
        if scene.shapes.is_empty() {
            continue;
        }
        if !all.shapes.is_empty() {
            let (above, below) = (all.frame(), scene.frame());
            let (dx, dy) = (above.x - below.x, above.y + above.h + PLANE_GAP - below.y);
            shift(&mut scene, dx, dy);
        }
        all.shapes.append(&mut scene.shapes);
        all.edges.append(&mut scene.edges);
    }
    all
}

fn one<'a>(plane: Node<'a>, model: &Model<'a>) -> Scene<'a> {
    let mut scene = Scene::default();
    let mut seen = HashSet::new();
    for node in plane.children() {
        let shown = node
            .attribute("bpmnElement")
            .and_then(|reference| model.get(reference));
        let Some(element) = shown else { continue };
        if node.has_tag_name((DI, "BPMNShape")) {
            let band = node.attribute("participantBandKind");
            // An element is drawn once; participants may have a band in many choreography tasks.
            if band.is_some() || seen.insert(element.id()) {
                scene.shapes.extend(shape(node, element, model, band));
            }
        } else if node.has_tag_name((DI, "BPMNEdge")) && seen.insert(element.id()) {
            scene.edges.extend(edge(node, element, model));
        }
    }
    scene
}

fn shape<'a>(
    node: Node<'a>,
    element: Node<'a>,
    model: &Model<'a>,
    band: Option<&'a str>,
) -> Option<Shape<'a>> {
    let bounds = bounds(node, usual_size(element.tag_name().name()))?;
    let mut shape = Shape::of(model, element, bounds);
    shape.label = label(node);
    shape.expanded = match node.attribute("isExpanded") {
        Some(_) => flag(node, "isExpanded"),
        // Without a word, a sub-process is open where it is larger than a task.
        None => bounds.w > 140.0 || bounds.h > 110.0,
    };
    shape.horizontal = match node.attribute("isHorizontal") {
        Some(_) => flag(node, "isHorizontal"),
        None => bounds.w >= bounds.h || element.tag_name().name() == "participant",
    };
    let marker = node.attribute("isMarkerVisible");
    shape.marker_visible = marker.is_none() || flag(node, "isMarkerVisible");
    shape.band = band;
    Some(shape)
}

fn edge<'a>(node: Node<'a>, element: Node<'a>, model: &Model<'a>) -> Option<Edge<'a>> {
    let points: Vec<Point> = node
        .children()
        .filter(|child| child.tag_name().name() == "waypoint")
        .filter_map(|child| {
            let (x, y) = (
                coordinate(child.attribute("x"))?,
                coordinate(child.attribute("y"))?,
            );
            Some(Point { x, y })
        })
        .take(MAX_POINTS)
        .collect();
    if points.len() < 2 {
        return None;
    }
    let mut edge = Edge::of(model, element, points);
    edge.label = label(node);
    edge.message = node.attribute("messageVisibleKind");
    Some(edge)
}

/// The bounds of a shape; the usual size where its own is none.
fn bounds(node: Node<'_>, usual: (f64, f64)) -> Option<Rect> {
    let found = node
        .children()
        .find(|child| child.tag_name().name() == "Bounds")?;
    let (x, y) = (
        coordinate(found.attribute("x"))?,
        coordinate(found.attribute("y"))?,
    );
    let size = |name: &str, usual: f64| {
        coordinate(found.attribute(name))
            .filter(|value| *value >= 4.0)
            .unwrap_or(usual)
    };
    Some(Rect {
        x,
        y,
        w: size("width", usual.0),
        h: size("height", usual.1),
    })
}

fn label(node: Node<'_>) -> Option<Rect> {
    let label = node
        .children()
        .find(|child| child.has_tag_name((DI, "BPMNLabel")))?;
    bounds(label, (90.0, 14.0))
}

fn shift(scene: &mut Scene<'_>, dx: f64, dy: f64) {
    for shape in &mut scene.shapes {
        shape.bounds = shape.bounds.moved(dx, dy);
        shape.label = shape.label.map(|label| label.moved(dx, dy));
    }
    for edge in &mut scene.edges {
        for point in &mut edge.points {
            *point = Point {
                x: point.x + dx,
                y: point.y + dy,
            };
        }
        edge.label = edge.label.map(|label| label.moved(dx, dy));
    }
}
