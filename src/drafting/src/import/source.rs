//! What every file format is turned into before anything is recognised in it.

/// One paragraph or one printed line of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Para {
    /// Line (text) or paragraph (DOCX), from 1.
    pub line: usize,
    /// Tidy text: NFC, single blanks, no line break.
    pub text: String,
    pub bold: bool,
    pub italic: bool,
    /// A blank line, or a new paragraph, stands before it.
    pub gap_before: bool,
    /// It continues the paragraph before it after a forced line break.
    pub continues: bool,
    /// What our own export said this paragraph is.
    pub hint: Option<String>,
}

/// A piece of a file in reading order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Item {
    Para(Para),
    Grid(Grid),
}

/// A table that holds data, not layout.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Grid {
    pub line: usize,
    pub rows: Vec<Vec<String>>,
    pub hint: Option<String>,
}

/// Whether the formatting (bold, italic) of a source can be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Look {
    Plain,
    Formatted,
}

/// A file as read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Source {
    pub items: Vec<Item>,
    pub look: Look,
}

impl Source {
    /// Whether the file carries the marks of our own export on its paragraphs.
    pub(crate) fn has_hints(&self) -> bool {
        self.items.iter().any(|item| match item {
            Item::Para(para) => para.hint.is_some(),
            Item::Grid(grid) => grid.hint.is_some(),
        })
    }
}
