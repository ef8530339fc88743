//! BPMN diagrams as SVG: the file's own picture where it has one, else a layout of ours.
//!
//! The result has no script and no outside resource. Colours stand in attributes, so that it prints and converts
//! everywhere; a style sheet only changes them where the reader prefers a dark ground.

mod artifacts;
mod badges;
mod canvas;
mod di;
mod edges;
mod icons;
mod layers;
mod layout;
mod links;
mod scene;
mod shapes;
#[cfg(test)]
mod tests;
mod text;

use std::collections::{BTreeMap, BTreeSet};

use canvas::Canvas;
use scene::Scene;

/// What an instance adds to the picture of its process; keys are element ids.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Overlay {
    /// Where tokens are now, and how many.
    pub live: BTreeMap<String, usize>,
    /// Elements and flows that were passed.
    pub done: BTreeSet<String>,
    /// Elements whose deadline is over.
    pub overdue: BTreeSet<String>,
}

/// Why a file has no picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DrawError {
    #[error("The file shows no process, collaboration or choreography.")]
    Empty,
    #[error("The picture would be larger than {} elements.", scene::MAX_ITEMS)]
    TooLarge,
}

/// The picture of a parsed file: from its diagram, or laid out where it has none.
///
/// # Errors
/// [`DrawError::Empty`] where there is nothing to show, [`DrawError::TooLarge`] above the bound on elements.
pub fn svg(doc: &roxmltree::Document<'_>, overlay: &Overlay) -> Result<String, DrawError> {
    let model = scene::Model::of(doc);
    if model.len() > scene::MAX_ITEMS {
        return Err(DrawError::TooLarge);
    }
    let mut scene = di::read(doc, &model);
    if !scene.shows_flow() {
        scene = layout::arrange(doc, &model);
    }
    if scene.shapes.is_empty() {
        return Err(DrawError::Empty);
    }
    if scene.shapes.len() + scene.edges.len() > scene::MAX_ITEMS {
        return Err(DrawError::TooLarge);
    }
    Ok(paint(doc, &mut scene, overlay))
}

/// Frames first, then flows, then what stands on them, then what the instance adds.
fn paint(doc: &roxmltree::Document<'_>, scene: &mut Scene<'_>, overlay: &Overlay) -> String {
    scene
        .shapes
        .sort_by_key(|shape| (shape.layer(), std::cmp::Reverse(shape.area())));
    let mut canvas = Canvas::new(scene.frame(), &title(doc), &description(scene, overlay));
    let frames = scene
        .shapes
        .iter()
        .take_while(|shape| shape.is_frame())
        .count();
    for shape in &scene.shapes[..frames] {
        shapes::draw(&mut canvas, shape, overlay);
    }
    for edge in &scene.edges {
        edges::draw(&mut canvas, edge, overlay);
    }
    for shape in &scene.shapes[frames..] {
        shapes::draw(&mut canvas, shape, overlay);
    }
    for shape in &scene.shapes {
        badges::draw(&mut canvas, shape, overlay);
    }
    canvas.finish()
}

fn title(doc: &roxmltree::Document<'_>) -> String {
    let root = doc.root_element();
    let named = |tag: &str| {
        root.children()
            .filter(|child| child.tag_name().name() == tag)
            .find_map(|child| child.attribute("name"))
    };
    named("collaboration")
        .or_else(|| named("process"))
        .or_else(|| named("choreography"))
        .or_else(|| root.attribute("name"))
        .map_or_else(
            || "Sơ đồ quy trình".to_owned(),
            |name| format!("Sơ đồ quy trình: {name}"),
        )
}

fn description(scene: &Scene<'_>, overlay: &Overlay) -> String {
    let names = |wanted: &dyn Fn(&str) -> bool| -> String {
        let found: Vec<&str> = scene
            .shapes
            .iter()
            .filter(|shape| wanted(shape.id))
            .map(|shape| {
                if shape.name().is_empty() {
                    shape.id
                } else {
                    shape.name()
                }
            })
            .take(50)
            .collect();
        found.join("; ")
    };
    let mut out = format!(
        "Sơ đồ có {} phần tử và {} luồng.",
        scene.shapes.len(),
        scene.edges.len()
    );
    let live = names(&|id| overlay.live.contains_key(id));
    if !live.is_empty() {
        out.push_str(&format!(" Đang thực hiện: {live}."));
    }
    let overdue = names(&|id| overlay.overdue.contains(id));
    if !overdue.is_empty() {
        out.push_str(&format!(" Quá hạn: {overdue}."));
    }
    out
}
