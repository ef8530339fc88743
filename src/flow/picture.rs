//! A published process for the eye: its name, and its drawing with or without what an instance adds to it.

use trinhky_engine::draw::{Overlay, svg};
use trinhky_engine::xml;

use super::rows::flow_definition;
use crate::fault::{Fault, Outcome};

/// The name of the process that instances are started by; its id where the file gives none.
///
/// # Errors
/// When the stored text cannot be read.
pub fn name(definition: &flow_definition::Model) -> Outcome<String> {
    with_process(definition, |_, process| {
        Ok(process
            .attribute("name")
            .unwrap_or(&definition.process)
            .to_owned())
    })
}

/// The picture of the file that holds the process, as SVG.
///
/// # Errors
/// When the stored text cannot be drawn.
pub fn picture(definition: &flow_definition::Model, overlay: &Overlay) -> Outcome<String> {
    with_process(definition, |document, _| {
        Ok(svg(document, overlay).map_err(anyhow::Error::from)?)
    })
}

/// The other files of a definition hold what the process calls.
fn with_process<T>(
    definition: &flow_definition::Model,
    see: impl Fn(&roxmltree::Document<'_>, roxmltree::Node<'_, '_>) -> Outcome<T>,
) -> Outcome<T> {
    let files: Vec<(String, String)> = serde_json::from_str(&definition.files)?;
    for (name, text) in &files {
        let parsed = xml::parse(name, text)
            .map_err(|finding| anyhow::anyhow!("{}: {}", finding.file, finding.message))?;
        let process = parsed.root_element().children().find(|node| {
            node.tag_name().name() == "process" && node.attribute("id") == Some(&definition.process)
        });
        if let Some(process) = process {
            return see(&parsed, process);
        }
    }
    Err(Fault::NotFound)
}
