//! A picture for files without a diagram: each process in layers from left to right, pools one below the other.

use std::collections::{HashMap, HashSet};

use super::artifacts::note;
use super::layers::{self, GAP_X, Graph};
use super::links;
use super::scene::{Edge, Model, Node, Point, Rect, Scene, Shape, usual_size};
use super::shapes::HEAD;
use super::text;
use crate::xml;

/// Sub-processes nested deeper are shown closed.
const MAX_DEPTH: usize = 12;
const PADDING: f64 = 24.0;
/// Under an activity with boundary events, for their flows.
const BOUNDARY_ROOM: f64 = 50.0;

pub fn arrange<'a>(doc: &'a roxmltree::Document<'a>, model: &Model<'a>) -> Scene<'a> {
    let mut scene = Scene::default();
    let mut y = 0.0;
    let mut pooled = HashSet::new();
    let all = || {
        doc.descendants()
            .filter(|node| node.tag_name().namespace() == Some(xml::BPMN))
    };
    for participant in all().filter(|node| node.has_tag_name((xml::BPMN, "participant"))) {
        if participant
            .parent_element()
            .is_some_and(|up| up.tag_name().name() != "collaboration")
        {
            continue;
        }
        let process = participant
            .attribute("processRef")
            .and_then(|reference| model.get(reference));
        let mut block = match process {
            Some(process) if pooled.insert(process.id()) => container(process, model, 0),
            _ => Scene::default(),
        };
        let size = extent(&block);
        let (w, h) = (size.w.max(usual_size("participant").0), size.h.max(12.0));
        shift(&mut block, HEAD + PADDING - size.x, y + PADDING - size.y);
        let bounds = Rect {
            x: 0.0,
            y,
            w: w + HEAD + 2.0 * PADDING,
            h: h + 2.0 * PADDING,
        };
        scene.shapes.push(Shape::of(model, participant, bounds));
        append(&mut scene, block);
        y += bounds.h + 40.0;
    }
    let pools = scene
        .shapes
        .iter()
        .filter(|shape| shape.tag == "participant");
    let widest = pools.map(|shape| shape.bounds.w).fold(0.0, f64::max);
    for shape in scene
        .shapes
        .iter_mut()
        .filter(|shape| shape.tag == "participant")
    {
        shape.bounds.w = widest;
    }
    for root in all().filter(|node| matches!(node.tag_name().name(), "process" | "choreography")) {
        if pooled.contains(&root.id()) {
            continue;
        }
        let mut block = container(root, model, 0);
        if block.shapes.is_empty() {
            continue;
        }
        let size = extent(&block);
        shift(&mut block, -size.x, y - size.y);
        append(&mut scene, block);
        y += size.h + 60.0;
    }
    links::connect(doc, model, &mut scene);
    scene
}

/// One process or sub-process, at no particular place.
fn container<'a>(node: Node<'a>, model: &Model<'a>, depth: usize) -> Scene<'a> {
    let (mut boxes, mut aside): (Vec<Item<'a>>, Vec<Item<'a>>) = (Vec::new(), Vec::new());
    let (mut boundary, mut flows) = (Vec::new(), Vec::new());
    for child in node
        .children()
        .filter(|child| child.tag_name().namespace() == Some(xml::BPMN))
    {
        match child.tag_name().name() {
            "boundaryEvent" => boundary.push(child),
            "sequenceFlow" => flows.push(child),
            tag if is_flow_node(tag) => {
                let apart = super::scene::flag(child, "triggeredByEvent")
                    || super::scene::flag(child, "isForCompensation");
                let made = Item::of(child, model, depth);
                if apart {
                    aside.push(made)
                } else {
                    boxes.push(made)
                }
            }
            "dataObjectReference" | "dataStoreReference" | "textAnnotation" => {
                aside.push(Item::of(child, model, depth));
            }
            _ => {}
        }
    }
    let number: HashMap<&str, usize> = boxes
        .iter()
        .enumerate()
        .map(|(n, made)| (made.id(), n))
        .collect();
    let mut hosted: HashMap<&str, (usize, usize)> = HashMap::new();
    let mut guests = vec![0_usize; boxes.len()];
    for event in &boundary {
        let host = event
            .attribute("attachedToRef")
            .and_then(|id| number.get(id.trim()));
        if let Some(host) = host {
            hosted.insert(event.attribute("id").unwrap_or(""), (*host, guests[*host]));
            guests[*host] += 1;
        }
    }
    let end = |flow: &Node<'a>, name: &str| {
        let id = flow.attribute(name)?.trim();
        number
            .get(id)
            .copied()
            .or_else(|| hosted.get(id).map(|(host, _)| *host))
    };
    let ends: Vec<(Node<'a>, usize, usize)> = flows
        .into_iter()
        .filter_map(|flow| Some((flow, end(&flow, "sourceRef")?, end(&flow, "targetRef")?)))
        .collect();
    let graph = Graph {
        sizes: boxes
            .iter()
            .zip(&guests)
            .map(|(made, guests)| {
                (
                    made.size.0,
                    made.size.1
                        + if *guests > 0 {
                            2.0 * BOUNDARY_ROOM
                        } else {
                            made.below()
                        },
                )
            })
            .collect(),
        edges: ends
            .iter()
            .map(|(_, source, target)| (*source, *target))
            .collect(),
    };
    let drawing = layers::draw(&graph);
    let mut scene = Scene::default();
    let places: Vec<Rect> = boxes
        .iter()
        .zip(&drawing.centers)
        .map(|(made, center)| made.around(*center))
        .collect();
    for (made, place) in boxes.into_iter().zip(&places) {
        made.put(&mut scene, model, *place);
    }
    for event in boundary {
        if let Some((host, nth)) = hosted.get(event.attribute("id").unwrap_or("")) {
            let bounds = guest(places[*host], *nth);
            let mut shape = Shape::of(model, event, bounds);
            // Left of the flow that goes down from it.
            shape.label = Some(Rect {
                x: bounds.x - 38.0,
                y: bounds.y + 34.0,
                w: 52.0,
                h: 30.0,
            });
            scene.shapes.push(shape);
        }
    }
    let mut backs = 0;
    for (at, (flow, source, target)) in ends.into_iter().enumerate() {
        let from_guest = flow
            .attribute("sourceRef")
            .and_then(|id| hosted.get(id.trim()));
        let start = from_guest.map(|(host, nth)| (guest(places[*host], *nth), *nth));
        let route = Hop {
            drawing: &drawing,
            places: &places,
            nth: at,
        };
        let points = route.points(at, source, target, start, &mut backs);
        let mut edge = Edge::of(model, flow, points);
        if drawing.routes[at].back
            && let [.., low, _, _] = edge.points.as_slice()
        {
            // The name of a way back stands on its long level part, not where it leaves.
            edge.label = Some(Rect {
                x: low.x + 16.0,
                y: low.y - 17.0,
                w: 90.0,
                h: 15.0,
            });
        }
        scene.edges.push(edge);
    }
    row_below(&mut scene, aside, model);
    scene
}

/// Something to be placed: a flow node, perhaps with its own picture inside.
struct Item<'a> {
    node: Node<'a>,
    inside: Option<Scene<'a>>,
    size: (f64, f64),
}

impl<'a> Item<'a> {
    fn of(node: Node<'a>, model: &Model<'a>, depth: usize) -> Self {
        let tag = node.tag_name().name();
        let holds = matches!(
            tag,
            "subProcess" | "transaction" | "adHocSubProcess" | "subChoreography"
        );
        let inside = (holds && depth < MAX_DEPTH)
            .then(|| container(node, model, depth + 1))
            .filter(|scene| !scene.shapes.is_empty());
        let size = inside.as_ref().map_or_else(
            || own_size(node),
            |scene| {
                let size = extent(scene);
                (size.w + 2.0 * PADDING, size.h + 2.0 * PADDING + 16.0)
            },
        );
        Self { node, inside, size }
    }

    fn id(&self) -> &'a str {
        self.node.attribute("id").unwrap_or("").trim()
    }

    /// Room for the name below an event or gateway, above as much again so that lines meet the middle.
    fn below(&self) -> f64 {
        let tag = self.node.tag_name().name();
        let named = tag.ends_with("Event") || tag.ends_with("Gateway");
        if named && self.node.attribute("name").is_some() {
            44.0
        } else {
            0.0
        }
    }

    fn around(&self, center: (f64, f64)) -> Rect {
        let (w, h) = self.size;
        Rect {
            x: center.0 - w / 2.0,
            y: center.1 - h / 2.0,
            w,
            h,
        }
    }

    fn put(self, scene: &mut Scene<'a>, model: &Model<'a>, place: Rect) {
        let mut shape = Shape::of(model, self.node, place);
        shape.expanded = self.inside.is_some();
        scene.shapes.push(shape);
        if let Some(mut inside) = self.inside {
            let size = extent(&inside);
            shift(
                &mut inside,
                place.x + PADDING - size.x,
                place.y + PADDING + 12.0 - size.y,
            );
            append(scene, inside);
        }
    }
}

/// The usual size; a note is as high as its text.
fn own_size(node: Node<'_>) -> (f64, f64) {
    let (w, h) = usual_size(node.tag_name().name());
    if node.tag_name().name() != "textAnnotation" {
        return (w, h);
    }
    let lines = text::wrap(&note(node), 11.5, 172.0, 20).len();
    #[expect(clippy::cast_precision_loss, reason = "at most 20 lines")]
    let high = lines as f64 * 14.4 + 4.0;
    (180.0, high.max(30.0))
}

/// Where the nth boundary event of an activity sits.
fn guest(host: Rect, nth: usize) -> Rect {
    #[expect(clippy::cast_precision_loss, reason = "few boundary events")]
    let far = 14.0 + nth as f64 * 44.0;
    Rect {
        x: host.x + far.min((host.w - 30.0).max(0.0)),
        y: host.y + host.h - 18.0,
        w: 36.0,
        h: 36.0,
    }
}

struct Hop<'l> {
    drawing: &'l layers::Drawing,
    places: &'l [Rect],
    nth: usize,
}

impl Hop<'_> {
    /// Level lines through the ranks and upright ones between them; edges that go back pass below everything.
    fn points(
        &self,
        edge: usize,
        source: usize,
        target: usize,
        guest: Option<(Rect, usize)>,
        backs: &mut usize,
    ) -> Vec<Point> {
        let (from, to) = (self.places[source], self.places[target]);
        let mut points = Vec::new();
        let mut y = from.center().y;
        match guest {
            Some((event, nth)) => {
                let center = event.center();
                points.push(Point {
                    x: center.x,
                    y: event.y + event.h,
                });
                #[expect(clippy::cast_precision_loss, reason = "few boundary events")]
                let lane = event.y + event.h + 12.0 + (nth % 3) as f64 * 7.0;
                y = lane;
                points.push(Point { x: center.x, y });
            }
            None => points.push(Point {
                x: from.x + from.w,
                y,
            }),
        }
        let route = &self.drawing.routes[edge];
        let (end_y, end_x) = (to.center().y, to.x);
        if route.back {
            #[expect(clippy::cast_precision_loss, reason = "few loops")]
            let low = self.drawing.height + 22.0 + *backs as f64 * 14.0;
            *backs += 1;
            let (out, into) = (
                self.after(self.drawing.rank[source]),
                self.before(self.drawing.rank[target]),
            );
            points.extend([
                Point { x: out, y },
                Point { x: out, y: low },
                Point { x: into, y: low },
                Point { x: into, y: end_y },
            ]);
        } else {
            let heights = route.crossings.iter().copied().chain([end_y]);
            for (rank, next) in (self.drawing.rank[source]..).zip(heights) {
                if (next - y).abs() > 0.5 {
                    let x = self.after(rank);
                    points.extend([Point { x, y }, Point { x, y: next }]);
                }
                y = next;
            }
        }
        points.push(Point { x: end_x, y: end_y });
        points
    }

    /// In the gap after a rank; neighbours keep a little apart.
    fn after(&self, rank: usize) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "between 0 and 4")]
        let apart = (self.nth % 5) as f64 * 7.0 - 14.0;
        self.drawing.columns[rank].1 + GAP_X / 2.0 + apart
    }

    fn before(&self, rank: usize) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "between 0 and 4")]
        let apart = (self.nth % 5) as f64 * 4.0 - 8.0;
        self.drawing.columns[rank].0 - GAP_X / 3.0 + apart
    }
}

/// Event sub-processes, data and notes stand in a row below.
fn row_below<'a>(scene: &mut Scene<'a>, aside: Vec<Item<'a>>, model: &Model<'a>) {
    if aside.is_empty() {
        return;
    }
    let above = extent(scene);
    let (mut x, y) = (
        above.x,
        if scene.shapes.is_empty() {
            0.0
        } else {
            above.y + above.h + 50.0
        },
    );
    for made in aside {
        let (w, h) = made.size;
        made.put(scene, model, Rect { x, y, w, h });
        x += w + 50.0;
    }
}

fn extent(scene: &Scene<'_>) -> Rect {
    let shapes = scene.shapes.iter().map(|shape| shape.bounds);
    let points = scene.edges.iter().flat_map(|edge| &edge.points);
    let points = points.map(|p| Rect {
        x: p.x,
        y: p.y,
        w: 0.0,
        h: 0.0,
    });
    let all = shapes.chain(points).reduce(|one, other| one.around(&other));
    all.unwrap_or(Rect {
        x: 0.0,
        y: 0.0,
        w: 0.0,
        h: 0.0,
    })
}

fn shift(scene: &mut Scene<'_>, dx: f64, dy: f64) {
    for shape in &mut scene.shapes {
        shape.bounds = shape.bounds.moved(dx, dy);
        shape.label = shape.label.map(|label| label.moved(dx, dy));
    }
    for edge in &mut scene.edges {
        edge.label = edge.label.map(|label| label.moved(dx, dy));
        for point in &mut edge.points {
            *point = Point {
                x: point.x + dx,
                y: point.y + dy,
            };
        }
    }
}

fn append<'a>(scene: &mut Scene<'a>, mut block: Scene<'a>) {
    scene.shapes.append(&mut block.shapes);
    scene.edges.append(&mut block.edges);
}

fn is_flow_node(tag: &str) -> bool {
    tag.ends_with("Event")
        || tag.ends_with("Gateway")
        || tag.ends_with("Task")
        || matches!(
            tag,
            "task"
                | "subProcess"
                | "transaction"
                | "adHocSubProcess"
                | "callActivity"
                | "subChoreography"
                | "callChoreography"
        )
}
