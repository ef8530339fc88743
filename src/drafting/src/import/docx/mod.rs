//! Word files as offices write them: tables for header and signature, runs split anywhere, numbers typed or automatic.

mod numbering;
mod package;
mod paragraphs;
mod styles;

use super::ImportError;
use super::source::Source;

/// Reads a Word file into paragraphs and tables.
///
/// # Errors
/// A sentence where the package is broken, too large, or no Word file, or its text is in an old font encoding.
pub(crate) fn read(bytes: &[u8]) -> Result<Source, ImportError> {
    let parts = package::open(bytes)?;
    let styles = match &parts.styles {
        Some(xml) => styles::Styles::read(&package::parse(xml)?),
        None => styles::Styles::default(),
    };
    let numbering = match &parts.numbering {
        Some(xml) => numbering::Numbering::read(&package::parse(xml)?),
        None => numbering::Numbering::default(),
    };
    paragraphs::read(&package::parse(&parts.document)?, &styles, numbering)
}
