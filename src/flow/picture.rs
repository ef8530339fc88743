//! The drawing of a published process, with or without what an instance adds to it.

use trinhky_engine::draw::{Overlay, svg};
use trinhky_engine::xml;

use super::rows::flow_definition;
use crate::fault::{Fault, Outcome};

/// The name of the file that holds the process which instances are started by, and its picture as SVG.
///
/// # Errors
/// When the stored text cannot be drawn.
pub fn picture(
    definition: &flow_definition::Model,
    overlay: &Overlay,
) -> Outcome<(String, String)> {
    let files: Vec<(String, String)> = serde_json::from_str(&definition.files)?;
    for (name, text) in files {
        let parsed = xml::parse(&name, &text)
            .map_err(|finding| anyhow::anyhow!("{}: {}", finding.file, finding.message))?;
        let holds = parsed.root_element().children().any(|node| {
            node.tag_name().name() == "process" && node.attribute("id") == Some(&definition.process)
        });
        if holds {
            let picture = svg(&parsed, overlay).map_err(anyhow::Error::from)?;
            return Ok((name, picture));
        }
    }
    Err(Fault::NotFound)
}
