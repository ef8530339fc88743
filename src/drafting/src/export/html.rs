//! The screen view: semantic, escaped, with classes and without styles.

use super::shape;
use crate::model::{Annex, Article, Block, Clause, DocType, Draft, Table, Urgency};

/// The document as an HTML fragment for the screen and for screen readers.
///
/// The outermost element is `<div class="document">`; sections carry ids (`dieu-1`, `dieu-1-khoan-2`) to link to. Headings
/// begin at `<h2>`, as the page has its own `<h1>`.
#[must_use]
pub fn html(draft: &Draft) -> String {
    fragment(draft, 2)
}

/// The document as a whole HTML page, for a file of its own; the same fragment with `<h1>` as its first heading.
#[must_use]
pub fn html_page(draft: &Draft) -> String {
    let mut page = Html {
        out: String::new(),
        top: 1,
    };
    page.out.push_str("<!DOCTYPE html>\n<html lang=\"vi\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    let name = format!("{} {}", draft.doc_type.name_in_text(), draft.subject);
    page.element("title", "", name.trim());
    page.out.push_str("</head>\n<body>\n<main>\n");
    page.out.push_str(&fragment(draft, 1));
    page.out.push_str("</main>\n</body>\n</html>\n");
    page.out
}

/// The fragment with its first heading at the level `top`.
fn fragment(draft: &Draft, top: u8) -> String {
    let mut page = Html {
        out: String::new(),
        top,
    };
    page.open("div", "document", &[("lang", "vi")]);
    page.header(draft);
    page.title(draft);
    page.opening(draft);
    page.open("div", "doc-body", &[]);
    page.blocks("", &draft.body);
    page.close("div");
    page.footer(draft);
    for (index, annex) in draft.annexes.iter().enumerate() {
        let id = format!("phu-luc-{}", index + 1);
        page.open("section", "doc-annex", &[("id", &id)]);
        if annex.attached {
            page.attached_title(draft, annex);
        } else {
            let only = annex.label.is_empty();
            let label = if only { "Phụ lục" } else { &annex.label };
            page.element("p", "doc-annex-label", label);
            page.heading(0, "doc-annex-title", &annex.title);
        }
        page.element("p", "doc-annex-reference", &shape::annex_reference(draft));
        page.blocks(&format!("{id}-"), &annex.body);
        page.close("section");
    }
    page.close("div");
    page.out
}

struct Html {
    out: String,
    /// The level of the document's own heading.
    top: u8,
}

impl Html {
    fn header(&mut self, draft: &Draft) {
        if !draft.circulation.is_free() {
            self.element("p", "doc-circulation", draft.circulation.printed());
        }
        self.open("header", "doc-header", &[]);
        self.open("div", "doc-issuer", &[]);
        if let Some(superior) = &draft.superior_agency {
            self.element("p", "doc-superior", superior);
        }
        self.open("p", "doc-agency", &[]);
        self.broken(draft.issuer.iter().map(String::as_str));
        self.close("p");
        self.element("p", "doc-number", &shape::number_line(draft));
        if draft.doc_type == DocType::CV && !draft.subject.is_empty() {
            self.element("p", "doc-letter-subject", &format!("V/v {}", draft.subject));
        }
        if draft.urgency != Urgency::Normal {
            self.element("p", "doc-urgency", shape::urgency(draft.urgency));
        }
        self.close("div");
        self.open("div", "doc-national", &[]);
        self.element("p", "doc-national-title", shape::NATIONAL_TITLE);
        self.element("p", "doc-motto", shape::MOTTO);
        self.element("p", "doc-place-date", &shape::place_date(draft));
        self.close("div");
        self.close("header");
    }

    /// The head of a text that the decision issues: its own header without number and date, its type and subject.
    fn attached_title(&mut self, draft: &Draft, annex: &Annex) {
        self.open("header", "doc-header", &[]);
        self.open("div", "doc-issuer", &[]);
        if let Some(superior) = &draft.superior_agency {
            self.element("p", "doc-superior", superior);
        }
        self.open("p", "doc-agency", &[]);
        self.broken(draft.issuer.iter().map(String::as_str));
        self.close("p");
        self.close("div");
        self.open("div", "doc-national", &[]);
        self.element("p", "doc-national-title", shape::NATIONAL_TITLE);
        self.element("p", "doc-motto", shape::MOTTO);
        self.close("div");
        self.close("header");
        let (kind, subject) = annex.type_and_subject();
        let tag = self.heading_tag(0);
        self.open(&tag, "doc-title", &[]);
        self.element("span", "doc-type", kind);
        self.out.push(' ');
        self.element("span", "doc-subject", subject);
        self.close(&tag);
    }

    fn title(&mut self, draft: &Draft) {
        let name = draft.doc_type.type_name();
        if !name.is_empty() {
            let tag = self.heading_tag(0);
            self.open(&tag, "doc-title", &[]);
            self.element("span", "doc-type", name);
            self.out.push(' ');
            self.element("span", "doc-subject", &draft.subject);
            self.close(&tag);
        }
        if !draft.authority_line.is_empty() {
            self.element("p", "doc-authority", &draft.authority_line);
        }
    }

    fn opening(&mut self, draft: &Draft) {
        match draft.addressed_to.as_slice() {
            [] => {}
            [one] => self.element("p", "doc-addressed", &format!("Kính gửi: {one}")),
            many => {
                self.open("div", "doc-addressed", &[]);
                self.element("p", "doc-addressed-head", "Kính gửi:");
                self.list("doc-addressees", many.iter().map(String::as_str));
                self.close("div");
            }
        }
        for basis in &draft.legal_basis {
            self.element("p", "doc-basis", basis);
        }
        if draft.doc_type == DocType::QD {
            self.element("p", "doc-operative", "QUYẾT ĐỊNH:");
        }
    }

    fn footer(&mut self, draft: &Draft) {
        self.open("footer", "doc-footer", &[]);
        if !draft.distribution.is_empty() {
            self.open("div", "doc-distribution", &[]);
            self.element("p", "doc-distribution-head", "Nơi nhận:");
            let lines = shape::distribution(draft);
            self.list(
                "doc-recipients",
                lines.iter().map(|line| line.trim_start_matches("- ")),
            );
            self.close("div");
        }
        if !draft.drafter_mark.is_empty() {
            self.element("p", "doc-drafter-mark", &draft.drafter_mark);
        }
        self.open("div", "doc-signature", &[]);
        self.open("p", "doc-signer-title", &[]);
        self.broken(draft.signer.title_lines.iter().map(String::as_str));
        self.close("p");
        self.element("p", "doc-signer-name", &draft.signer.name);
        self.close("div");
        for line in &draft.contact {
            self.element("p", "doc-contact", line);
        }
        self.close("footer");
    }

    fn blocks(&mut self, prefix: &str, blocks: &[Block]) {
        // The levels of the headings above, so that a numbering that begins at its second level skips none for screen readers.
        let mut above: Vec<u8> = Vec::new();
        for (index, block) in blocks.iter().enumerate() {
            match block {
                Block::Article(article) => self.article(prefix, article),
                Block::Paragraph { text } => self.paragraphs("doc-paragraph", text),
                Block::Heading { level, label, text } => {
                    above.retain(|upper| upper < level);
                    above.push(*level);
                    let below = u8::try_from(above.len()).unwrap_or(u8::MAX).min(3);
                    let centred = shape::is_division(label);
                    let class = if centred {
                        "doc-heading centre"
                    } else {
                        "doc-heading"
                    };
                    self.heading(below, class, &format!("{label} {text}"));
                }
                Block::Clause(clause) => self.clause(
                    &format!("{prefix}khoan-{index}-{}", clause.number),
                    clause,
                    false,
                ),
                Block::Table(table) => self.table(table),
            }
        }
    }

    fn article(&mut self, prefix: &str, article: &Article) {
        let id = format!("{prefix}dieu-{}", article.number);
        let label = format!("Điều {}.", article.number);
        self.open("section", "doc-article", &[("id", &id)]);
        let head = article
            .title
            .as_ref()
            .map_or_else(|| label.clone(), |title| format!("{label} {title}"));
        self.heading(1, "doc-article-head", &head);
        self.paragraphs("doc-paragraph", &article.text);
        if !article.clauses.is_empty() {
            // Numbers are text, so that they survive copying; the roles tell a screen reader that this is a list.
            self.open("div", "doc-clauses", &[("role", "list")]);
            for clause in &article.clauses {
                self.clause(&format!("{id}-khoan-{}", clause.number), clause, true);
            }
            self.close("div");
        }
        for text in &article.tail {
            self.paragraphs("doc-paragraph", text);
        }
        self.close("section");
    }

    fn clause(&mut self, id: &str, clause: &Clause, in_list: bool) {
        let role: &[(&str, &str)] = if in_list {
            &[("id", id), ("role", "listitem")]
        } else {
            &[("id", id)]
        };
        self.open("div", "doc-clause", role);
        self.paragraphs(
            "doc-paragraph",
            &format!("{}. {}", clause.number, clause.text),
        );
        for point in &clause.points {
            self.paragraphs("doc-point", &format!("{}) {}", point.letter, point.text));
        }
        self.close("div");
    }

    fn table(&mut self, table: &Table) {
        self.open(
            "div",
            if table.landscape {
                "doc-table doc-table-wide"
            } else {
                "doc-table"
            },
            &[
                ("tabindex", "0"),
                ("role", "region"),
                ("aria-label", table.caption.as_deref().unwrap_or("Bảng")),
            ],
        );
        self.open("table", "", &[]);
        if let Some(caption) = &table.caption {
            self.element("caption", "", caption);
        }
        self.open("thead", "", &[]);
        self.open("tr", "", &[]);
        for cell in &table.header {
            self.open("th", "", &[("scope", "col")]);
            self.broken(cell.split('\n'));
            self.close("th");
        }
        self.close("tr");
        self.close("thead");
        self.open("tbody", "", &[]);
        for row in &table.rows {
            self.open("tr", "", &[]);
            for cell in row {
                self.open("td", "", &[]);
                self.broken(cell.split('\n'));
                self.close("td");
            }
            self.close("tr");
        }
        self.close("tbody");
        self.close("table");
        self.close("div");
    }

    fn heading(&mut self, below: u8, class: &str, text: &str) {
        let tag = self.heading_tag(below);
        self.element(&tag, class, text);
    }

    fn heading_tag(&self, below: u8) -> String {
        format!("h{}", (self.top + below).min(6))
    }

    fn list<'a>(&mut self, class: &str, items: impl Iterator<Item = &'a str>) {
        self.open("ul", class, &[]);
        for item in items {
            self.element("li", "", item);
        }
        self.close("ul");
    }

    /// One paragraph per line of the text; nothing for an empty text.
    fn paragraphs(&mut self, class: &str, text: &str) {
        for line in text.split('\n').filter(|line| !line.is_empty()) {
            self.element("p", class, line);
        }
    }

    fn broken<'a>(&mut self, lines: impl Iterator<Item = &'a str>) {
        for (index, line) in lines.enumerate() {
            if index > 0 {
                self.out.push_str("<br>");
            }
            self.text(line);
        }
    }

    fn element(&mut self, tag: &str, class: &str, text: &str) {
        self.open(tag, class, &[]);
        self.text(text);
        self.close(tag);
    }

    fn open(&mut self, tag: &str, class: &str, attributes: &[(&str, &str)]) {
        self.out.push('<');
        self.out.push_str(tag);
        if !class.is_empty() {
            self.attribute("class", class);
        }
        for (name, value) in attributes {
            self.attribute(name, value);
        }
        self.out.push('>');
    }

    fn attribute(&mut self, name: &str, value: &str) {
        self.out.push(' ');
        self.out.push_str(name);
        self.out.push_str("=\"");
        self.text(value);
        self.out.push('"');
    }

    fn close(&mut self, tag: &str) {
        self.out.push_str("</");
        self.out.push_str(tag);
        self.out.push('>');
        if !matches!(tag, "span" | "strong") {
            self.out.push('\n');
        }
    }

    fn text(&mut self, text: &str) {
        for c in text.chars() {
            match c {
                '&' => self.out.push_str("&amp;"),
                '<' => self.out.push_str("&lt;"),
                '>' => self.out.push_str("&gt;"),
                '"' => self.out.push_str("&quot;"),
                '\'' => self.out.push_str("&#39;"),
                other => self.out.push(other),
            }
        }
    }
}
