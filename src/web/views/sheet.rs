//! A page made of common parts, one below the other: words, lists, a table, forms. For pages that need no shape of their own.

use askama::Template;

use super::people::PasskeyForm;
use super::shared::{Choice, Mark, Markup};
use crate::web::page::Link;
use crate::web::{Form, Page};

/// The page; its parts in order.
#[derive(Debug, Template)]
#[template(path = "sheet.html")]
pub struct Sheet {
    pub page: Page,
    pub parts: Vec<Part>,
}

/// One part of a page.
#[derive(Debug)]
pub enum Part {
    Text(String),
    /// Something to notice before anything else.
    Note(String),
    Heading(String),
    /// Lines with a state each; one with an address is a link.
    States(Vec<State>),
    /// Plain lines, e.g. of codes or problems.
    Lines(Vec<String>),
    Links(Vec<Link>),
    Table(Table),
    Picture(Markup),
    Form(Entry),
    Passkey(PasskeyForm),
    Workstation(Workstation),
}

/// What the script needs that hands a file to the signing program of the reader's machine.
#[derive(Debug)]
pub struct Workstation {
    /// Where the act is told when the file has come back.
    pub action: String,
    /// Where the one-time addresses are asked for.
    pub addresses: String,
    /// Where the program listens.
    pub service: String,
    /// What was given to the document, for the program to show; empty before.
    pub number: String,
    /// With its hour, as the program reads it.
    pub date: String,
}

/// A line with its state.
#[derive(Debug)]
pub struct State {
    pub mark: Mark,
    pub text: String,
    pub note: String,
    /// Empty where there is nothing to open.
    pub href: String,
}

/// A table; the first cell of a row names it.
#[derive(Debug, Default)]
pub struct Table {
    pub head: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

impl Table {
    /// The heading of a column, for screens where rows are cards.
    #[must_use]
    pub fn heading(&self, column: &usize) -> &str {
        self.head.get(*column).map_or("", String::as_str)
    }
}

/// A form with its fields and acts.
#[derive(Debug, Default)]
pub struct Entry {
    pub form: Form,
    pub fields: Vec<Field>,
    pub acts: Vec<Act>,
    /// Whether it sends a file.
    pub upload: bool,
}

/// A field of a form.
#[derive(Debug)]
pub struct Field {
    pub name: String,
    pub label: String,
    pub hint: String,
    pub input: Input,
}

/// How a field is filled.
#[derive(Debug)]
pub enum Input {
    /// One line: the input's type and its autocomplete word.
    Line(String, String),
    /// Several lines: how many are shown.
    Area(u8),
    /// A file: the kinds accepted.
    File(String),
    One(Vec<Choice>),
    /// One of many, in a list that opens.
    Select(Vec<Choice>),
    Several(Vec<Choice>),
    /// Sent along, not shown.
    Hidden,
}

/// A button: what it does, what happens then.
#[derive(Debug)]
pub struct Act {
    pub label: String,
    pub then: String,
    pub main: bool,
    /// Sent as `do`; empty where the form has one act.
    pub value: String,
}

impl Act {
    #[must_use]
    pub fn main(label: String, then: String) -> Self {
        Self {
            label,
            then,
            main: true,
            value: String::new(),
        }
    }

    #[must_use]
    pub fn other(label: String, then: String, value: &str) -> Self {
        Self {
            label,
            then,
            main: false,
            value: value.to_owned(),
        }
    }

    #[must_use]
    pub fn valued(mut self, value: &str) -> Self {
        value.clone_into(&mut self.value);
        self
    }

    fn kind(&self) -> &'static str {
        if self.main { "main" } else { "" }
    }
}

impl Field {
    #[must_use]
    pub fn new(name: &str, label: String, input: Input) -> Self {
        Self {
            name: name.to_owned(),
            label,
            hint: String::new(),
            input,
        }
    }

    #[must_use]
    pub fn hint(mut self, hint: String) -> Self {
        self.hint = hint;
        self
    }

    /// A line of text.
    #[must_use]
    pub fn line(name: &str, label: String) -> Self {
        Self::new(
            name,
            label,
            Input::Line("text".to_owned(), "off".to_owned()),
        )
    }

    /// A line of a special kind: the input's type and its autocomplete word.
    #[must_use]
    pub fn typed(name: &str, label: String, kind: &str, fill: &str) -> Self {
        Self::new(name, label, Input::Line(kind.to_owned(), fill.to_owned()))
    }

    /// A value that travels along.
    #[must_use]
    pub fn hidden(name: &str) -> Self {
        Self::new(name, String::new(), Input::Hidden)
    }
}

/// A choice without a hint.
#[must_use]
pub fn choice(value: &str, text: String) -> Choice {
    Choice {
        value: value.to_owned(),
        text,
        hint: String::new(),
    }
}
