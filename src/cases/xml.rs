//! XML as it is written here: elements with text, two spaces deeper each, nothing else.

use std::fmt::Write as _;

/// An XML file that is being written.
#[derive(Debug)]
pub(super) struct Xml {
    text: String,
    open: Vec<&'static str>,
}

impl Xml {
    pub fn new() -> Self {
        Self {
            text: "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned(),
            open: Vec::new(),
        }
    }

    /// Opens an element that holds others.
    pub fn open(&mut self, name: &'static str) {
        self.indent();
        let _ = writeln!(self.text, "<{name}>");
        self.open.push(name);
    }

    /// An element that holds text.
    pub fn leaf(&mut self, name: &str, text: impl ToString) {
        self.indent();
        let text = escaped(&text.to_string());
        let _ = writeln!(self.text, "<{name}>{text}</{name}>");
    }

    /// Closes the element that was opened last.
    pub fn close(&mut self) {
        if let Some(name) = self.open.pop() {
            self.indent();
            let _ = writeln!(self.text, "</{name}>");
        }
    }

    pub fn finish(mut self) -> String {
        while !self.open.is_empty() {
            self.close();
        }
        self.text
    }

    fn indent(&mut self) {
        self.text.push_str(&"  ".repeat(self.open.len()));
    }
}

/// What XML 1.0 cannot hold even escaped is left out.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\t' | '\n' | '\r' => out.push(c),
            '\u{fffe}' | '\u{ffff}' => {}
            c if c < ' ' => {}
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_closed_and_texts_escaped() {
        let mut xml = Xml::new();
        xml.open("File");
        xml.leaf("Title", "A & B <c>\u{0}\u{1f}d");
        xml.leaf("Year", 2023);
        let lines = [
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>",
            "<File>",
            "  <Title>A &amp; B &lt;c&gt;d</Title>",
            "  <Year>2023</Year>",
            "</File>\n",
        ];
        assert_eq!(xml.finish(), lines.join("\n"));
    }
}
