//! What is to be drawn: shapes and edges with their elements and places.

use std::collections::HashMap;

use crate::xml;

/// The most shapes and edges of one picture.
pub const MAX_ITEMS: usize = 20_000;
/// Coordinates beyond this are not believed.
const MAX_COORDINATE: f64 = 200_000.0;

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    pub x: f64,
    pub y: f64,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rect {
    pub x: f64,
    pub y: f64,
    pub w: f64,
    pub h: f64,
}

impl Rect {
    pub fn center(&self) -> Point {
        Point {
            x: self.x + self.w / 2.0,
            y: self.y + self.h / 2.0,
        }
    }

    pub fn moved(&self, dx: f64, dy: f64) -> Self {
        Self {
            x: self.x + dx,
            y: self.y + dy,
            ..*self
        }
    }

    pub fn around(&self, other: &Self) -> Self {
        let (x, y) = (self.x.min(other.x), self.y.min(other.y));
        let right = (self.x + self.w).max(other.x + other.w);
        let bottom = (self.y + self.h).max(other.y + other.h);
        Self {
            x,
            y,
            w: right - x,
            h: bottom - y,
        }
    }
}

pub type Node<'a> = roxmltree::Node<'a, 'a>;

pub struct Shape<'a> {
    pub id: &'a str,
    pub tag: &'a str,
    pub node: Node<'a>,
    pub bounds: Rect,
    pub label: Option<Rect>,
    pub expanded: bool,
    pub horizontal: bool,
    pub marker_visible: bool,
    /// For a participant's band of a choreography task: its `participantBandKind`.
    pub band: Option<&'a str>,
    /// The event definitions of an event, those by reference included.
    pub triggers: Vec<&'a str>,
}

pub struct Edge<'a> {
    pub id: &'a str,
    pub tag: &'a str,
    pub node: Node<'a>,
    pub points: Vec<Point>,
    pub label: Option<Rect>,
    /// `messageVisibleKind`: an envelope on the flow, dark or light.
    pub message: Option<&'a str>,
    /// Whether it is the default flow of its source.
    pub default: bool,
    /// Whether its condition is shown by a diamond: only at activities.
    pub conditional: bool,
}

#[derive(Default)]
pub struct Scene<'a> {
    pub shapes: Vec<Shape<'a>>,
    pub edges: Vec<Edge<'a>>,
}

impl<'a> Shape<'a> {
    /// The shape of an element with what the element itself says.
    pub fn of(model: &Model<'a>, node: Node<'a>, bounds: Rect) -> Self {
        Self {
            id: node.attribute("id").unwrap_or(""),
            tag: node.tag_name().name(),
            node,
            bounds,
            label: None,
            expanded: true,
            horizontal: true,
            marker_visible: true,
            band: None,
            triggers: model.triggers(node),
        }
    }

    pub fn name(&self) -> &'a str {
        self.node.attribute("name").unwrap_or("")
    }

    pub fn is_subprocess(&self) -> bool {
        matches!(
            self.tag,
            "subProcess" | "transaction" | "adHocSubProcess" | "subChoreography"
        )
    }

    pub fn is_frame(&self) -> bool {
        self.layer() < 3
    }

    /// Drawing order: pools, lanes, expanded sub-processes, then what stands in them.
    pub fn layer(&self) -> u8 {
        match self.tag {
            "participant" if self.band.is_none() => 0,
            "lane" => 1,
            _ if self.is_subprocess() && self.expanded => 2,
            "group" => 6,
            "boundaryEvent" => 5,
            _ if self.band.is_some() => 4,
            _ => 3,
        }
    }

    /// In whole pixels, for sorting.
    pub fn area(&self) -> u64 {
        // Both factors are bounded by MAX_COORDINATE, so the product fits and is not negative.
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "bounded and positive"
        )]
        let area = (self.bounds.w * self.bounds.h).clamp(0.0, 1e12) as u64;
        area
    }

    pub fn flag(&self, name: &str) -> bool {
        flag(self.node, name)
    }
}

impl<'a> Edge<'a> {
    pub fn of(model: &Model<'a>, node: Node<'a>, points: Vec<Point>) -> Self {
        let id = node.attribute("id").unwrap_or("");
        let source = node
            .attribute("sourceRef")
            .and_then(|source| model.get(source));
        let from_gateway =
            source.is_some_and(|source| source.tag_name().name().ends_with("Gateway"));
        Self {
            id,
            tag: node.tag_name().name(),
            node,
            points,
            label: None,
            message: None,
            default: source.is_some_and(|s| s.attribute("default") == Some(id) && !id.is_empty()),
            conditional: !from_gateway
                && node
                    .children()
                    .any(|child| child.tag_name().name() == "conditionExpression"),
        }
    }
}

impl Scene<'_> {
    /// Whether it shows more than pools.
    pub fn shows_flow(&self) -> bool {
        self.shapes
            .iter()
            .any(|shape| !matches!(shape.tag, "participant" | "lane"))
    }

    /// The rectangle around everything, with a margin.
    pub fn frame(&self) -> Rect {
        let shapes = self
            .shapes
            .iter()
            .flat_map(|shape| [Some(shape.bounds), shape.label]);
        let points = self.edges.iter().flat_map(|edge| &edge.points);
        let points = points.map(|p| {
            Some(Rect {
                x: p.x,
                y: p.y,
                w: 0.0,
                h: 0.0,
            })
        });
        let labels = self.edges.iter().map(|edge| edge.label);
        let all = shapes
            .chain(points)
            .chain(labels)
            .flatten()
            .reduce(|one, other| one.around(&other));
        let all = all.unwrap_or(Rect {
            x: 0.0,
            y: 0.0,
            w: 100.0,
            h: 100.0,
        });
        // Names below events stand a little outside.
        Rect {
            x: all.x - 30.0,
            y: all.y - 30.0,
            w: all.w + 60.0,
            h: all.h + 70.0,
        }
    }
}

/// Elements of the BPMN namespace by id.
pub struct Model<'a> {
    by_id: HashMap<&'a str, Node<'a>>,
}

impl<'a> Model<'a> {
    pub fn of(doc: &'a roxmltree::Document<'a>) -> Self {
        let mut by_id = HashMap::new();
        for node in doc.descendants() {
            if node.tag_name().namespace() == Some(xml::BPMN)
                && let Some(id) = node.attribute("id")
            {
                by_id.entry(id.trim()).or_insert(node);
            }
        }
        Self { by_id }
    }

    /// How many elements have an id.
    pub fn len(&self) -> usize {
        self.by_id.len()
    }

    /// The element that a reference names, with or without a prefix.
    pub fn get(&self, reference: &str) -> Option<Node<'a>> {
        let reference = reference.trim();
        let local = reference
            .rsplit_once(':')
            .map_or(reference, |(_, local)| local);
        self.by_id
            .get(reference)
            .or_else(|| self.by_id.get(local))
            .copied()
    }

    fn triggers(&self, node: Node<'a>) -> Vec<&'a str> {
        let named = node.children().filter_map(|child| {
            if child.tag_name().name() == "eventDefinitionRef" {
                return self.get(child.text()?).map(|found| found.tag_name().name());
            }
            Some(child.tag_name().name())
        });
        named
            .filter_map(|tag| tag.strip_suffix("EventDefinition"))
            .collect()
    }
}

pub fn flag(node: Node<'_>, name: &str) -> bool {
    matches!(node.attribute(name).map(str::trim), Some("true" | "1"))
}

/// A number of the diagram, where it is one that a picture can have.
pub fn coordinate(text: Option<&str>) -> Option<f64> {
    text?
        .trim()
        .parse::<f64>()
        .ok()
        .filter(|value| value.is_finite() && value.abs() <= MAX_COORDINATE)
}

/// The usual size of an element, also for shapes whose own size is missing or impossible.
pub fn usual_size(tag: &str) -> (f64, f64) {
    match tag {
        _ if tag.ends_with("Event") => (36.0, 36.0),
        _ if tag.ends_with("Gateway") => (50.0, 50.0),
        "dataObject" | "dataObjectReference" | "dataInput" | "dataOutput" => (36.0, 50.0),
        "dataStore" | "dataStoreReference" => (50.0, 50.0),
        "textAnnotation" => (120.0, 44.0),
        "participant" => (600.0, 60.0),
        "group" | "lane" => (300.0, 120.0),
        _ => (120.0, 80.0),
    }
}
