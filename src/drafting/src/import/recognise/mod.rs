//! Recognises a document from its paragraphs, as offices write them: which part comes after which.

mod ending;

use super::ImportError;
use super::builder::{Builder, join};
use super::parts;
use super::source::{Grid, Item, Look, Para, Source};
use crate::model::{Block, DocType, Imported, Table};
use crate::text::{is_capitals, starts_small};

/// A title of a section or an article is at most this long, in characters.
const TITLE_MAX_CHARS: usize = 160;

/// Reads the parts of one document out of a source.
///
/// # Errors
/// Where the document is of a type that a draft cannot hold, or there is no text at all.
pub(crate) fn recognise(source: &Source) -> Result<Imported, ImportError> {
    let end_mark = source
        .items
        .iter()
        .rposition(|item| matches!(item, Item::Para(para) if para.text.ends_with("./.")));
    let mut recogniser = Recogniser {
        builder: Builder::new(),
        look: source.look,
        stage: Stage::Head,
        header: Vec::new(),
        sign_lines: Vec::new(),
        typed: false,
        addressing: false,
        past_end_mark: end_mark.is_none(),
    };
    for (index, item) in source.items.iter().enumerate() {
        if end_mark.is_some_and(|mark| index > mark) {
            recogniser.past_end_mark = true;
        }
        match item {
            Item::Para(para) => recogniser.para(para)?,
            Item::Grid(grid) => recogniser.grid(grid),
        }
    }
    recogniser.finish()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Header lines, up to the type name, `V/v` or the first body text.
    Head,
    /// The subject under the type name.
    Subject,
    /// After the subject: authority line, addressees, legal bases.
    Opening,
    Body,
    /// Distribution list and signature block, in either order.
    Ending,
    AnnexTitle,
    AnnexBody,
}

struct Recogniser {
    builder: Builder,
    look: Look,
    stage: Stage,
    /// Capital lines of the header that are neither national nor a type.
    header: Vec<Para>,
    sign_lines: Vec<Para>,
    /// A type name or `V/v` was seen.
    typed: bool,
    /// `Kính gửi:` was read and its list goes on.
    addressing: bool,
    past_end_mark: bool,
}

impl Recogniser {
    fn para(&mut self, para: &Para) -> Result<(), ImportError> {
        if para.text.is_empty() {
            return Ok(());
        }
        match self.stage {
            Stage::Head => self.head(para)?,
            Stage::Subject => self.subject(para),
            Stage::Opening => self.opening(para),
            Stage::Body => self.body(para),
            Stage::Ending => self.ending(para),
            Stage::AnnexTitle => self.annex_title(para),
            Stage::AnnexBody => self.annex_body(para),
        }
        Ok(())
    }

    // --- header -----------------------------------------------------------------------------------------------------

    fn head(&mut self, para: &Para) -> Result<(), ImportError> {
        let text = &para.text;
        if parts::is_national(text)
            || self.builder.number_line(para.line, text)
            || self.builder.place_date(para.line, text)
        {
            return Ok(());
        }
        if let Some(urgency) = parts::urgency(text) {
            self.builder.draft.urgency = urgency;
            return Ok(());
        }
        if let Some(circulation) = parts::circulation(text) {
            self.builder.draft.circulation = circulation;
            return Ok(());
        }
        if let Some(kind) = parts::type_name(text) {
            self.set_type(kind);
            return Ok(());
        }
        if !self.typed
            && let Some(name) = parts::unsupported_type(text)
        {
            return Err(ImportError::new(
                &format!(
                    "documents of the type {name} are not supported yet; supported are decision, proposal, report, plan, notice, official letter, invitation and minutes"
                ),
                &format!(
                    "Chưa hỗ trợ loại văn bản {name}; hiện hỗ trợ quyết định, tờ trình, báo cáo, kế hoạch, thông báo, công văn, giấy mời và biên bản."
                ),
            ));
        }
        if let Some(subject) = parts::letter_subject(text) {
            self.builder.join_subject(subject);
            self.typed = true;
            return Ok(());
        }
        if parts::addressed(text).is_some()
            || parts::is_basis(text)
            || parts::article_head(text).is_some()
        {
            self.stage = Stage::Opening;
            self.opening(para);
            return Ok(());
        }
        if is_capitals(text) {
            if self.typed {
                self.builder.unplaced(para.line, text);
            } else {
                self.header.push(para.clone());
            }
            return Ok(());
        }
        if self.typed
            && !self.builder.draft.subject.is_empty()
            && (!para.gap_before || para.continues || starts_small(text))
            && text.chars().count() < 100
        {
            self.builder.join_subject(text);
            return Ok(());
        }
        if text.starts_with('(') || text.starts_with('[') || text.chars().count() < 40 {
            self.builder.unplaced(para.line, text);
            return Ok(());
        }
        self.stage = Stage::Body;
        self.body(para);
        Ok(())
    }

    fn set_type(&mut self, kind: DocType) {
        self.builder.draft.doc_type = kind;
        self.typed = true;
        self.stage = Stage::Subject;
    }

    fn subject(&mut self, para: &Para) {
        let text = &para.text;
        let empty = self.builder.draft.subject.is_empty();
        let is_decision = self.builder.draft.doc_type == DocType::QD;
        let other_part = parts::addressed(text).is_some()
            || parts::is_basis(text)
            || parts::article_head(text).is_some()
            || parts::roman_head(text).is_some()
            || parts::clause_head(text).is_some()
            || (is_decision && is_capitals(text) && (!empty || is_authority(text)));
        if other_part {
            self.stage = Stage::Opening;
            self.opening(para);
            return;
        }
        // A number, a date or an urgency stamp may still stand beside the type in a two-column header.
        if self.builder.draft.symbol.is_empty() && self.builder.number_line(para.line, text) {
            return;
        }
        if self.builder.draft.place.is_empty() && self.builder.place_date(para.line, text) {
            return;
        }
        let goes_on = empty
            || para.continues
            || match self.look {
                Look::Formatted => para.bold,
                Look::Plain => !para.gap_before && (starts_small(text) || is_decision),
            };
        if goes_on {
            self.builder.join_subject(text);
        } else {
            self.stage = Stage::Opening;
            self.opening(para);
        }
    }

    fn opening(&mut self, para: &Para) {
        let text = &para.text;
        let is_decision = self.builder.draft.doc_type == DocType::QD;
        if let Some(rest) = parts::addressed(text) {
            self.addressees(rest);
            return;
        }
        let listed =
            text.starts_with(['-', '–', '+']) || (text.ends_with(';') && !parts::is_basis(text));
        if self.addressing && listed {
            self.addressees(text);
            return;
        }
        self.addressing = false;
        if is_decision {
            if parts::type_name(text) == Some(DocType::QD) {
                self.stage = Stage::Body;
            } else if parts::article_head(text).is_some() {
                self.stage = Stage::Body;
                self.body(para);
            } else if is_capitals(text) && self.builder.draft.legal_basis.is_empty() {
                self.builder.join_authority(text);
            } else if para.continues && !parts::is_basis(text) {
                match self.builder.draft.legal_basis.last_mut() {
                    Some(last) => join(last, text),
                    None => self.builder.draft.legal_basis.push(text.clone()),
                }
            } else {
                self.builder.draft.legal_basis.push(text.clone());
            }
            return;
        }
        let basis = parts::is_basis(text)
            && (text.ends_with(';')
                || para.italic
                || (text.ends_with(['.', ',']) && !self.builder.draft.legal_basis.is_empty()));
        if basis {
            self.builder.draft.legal_basis.push(text.clone());
        } else {
            self.stage = Stage::Body;
            self.body(para);
        }
    }

    fn addressees(&mut self, text: &str) {
        for piece in text.split(';') {
            let piece = piece.trim().trim_start_matches(['-', '–', '+']).trim();
            let piece = piece.strip_suffix(['.', ',']).unwrap_or(piece).trim();
            if !piece.is_empty() {
                self.builder.draft.addressed_to.push(piece.to_owned());
            }
        }
        self.stage = Stage::Opening;
        self.addressing = true;
    }

    // --- body -------------------------------------------------------------------------------------------------------

    fn body(&mut self, para: &Para) {
        let text = &para.text;
        if self.builder.draft.annexes.is_empty() && self.ends_body(para) {
            self.stage = Stage::Ending;
            self.ending(para);
            return;
        }
        if text == "./." {
            self.builder.end_mark();
            return;
        }
        if para.continues && !self.starts_part(text) {
            self.builder.continue_last(text);
            return;
        }
        if let Some((number, rest)) = parts::article_head(text) {
            self.article(para, number, rest);
        } else if let Some((label, rest)) = parts::roman_head(text) {
            self.builder.heading(1, label, rest);
        } else if let Some((label, rest)) = parts::division_head(text)
            && (rest.is_empty() || para.bold || is_capitals(rest))
        {
            self.builder.heading(1, label, rest);
        } else if let Some((number, rest)) = parts::clause_head(text) {
            if self.builder.open_article().is_none() && self.is_title(para, rest) {
                self.builder.heading(2, &format!("{number}."), rest);
            } else {
                self.builder.clause(number, rest);
            }
        } else if let Some((label, rest)) = parts::subclause_head(text)
            && self.builder.open_article().is_none()
            && self.is_title(para, rest)
        {
            self.builder.heading(3, label, rest);
        } else if let Some((letter, rest)) = parts::point_head(text) {
            self.builder.point(&letter, rest);
        } else if self.names_last_division(para) {
            self.builder.continue_last(text);
        } else {
            self.builder.paragraph(text);
        }
    }

    fn article(&mut self, para: &Para, number: u32, rest: &str) {
        // What ends the document is its last sentence, however bold the office makes it.
        let formatted_title =
            self.look == Look::Formatted && para.bold && !rest.is_empty() && !rest.ends_with("./.");
        let plain_title = self.look == Look::Plain
            && !rest.is_empty()
            && rest.chars().count() <= 100
            && !ends_like_sentence(rest);
        if formatted_title || plain_title {
            self.builder.article(number, Some(rest.to_owned()), "");
        } else {
            self.builder.article(number, None, rest);
        }
    }

    fn is_title(&self, para: &Para, rest: &str) -> bool {
        match self.look {
            Look::Formatted => para.bold,
            Look::Plain => rest.chars().count() <= TITLE_MAX_CHARS && !ends_like_sentence(rest),
        }
    }

    /// `Chương I` stands on its own line and its title in capitals on the next.
    fn names_last_division(&mut self, para: &Para) -> bool {
        let titled = is_capitals(&para.text) || para.bold;
        titled
            && matches!(self.builder.blocks().last(), Some(Block::Heading { text, label, .. }) if text.is_empty() && parts::division_head(label).is_some())
    }

    fn starts_part(&self, text: &str) -> bool {
        parts::article_head(text).is_some()
            || parts::clause_head(text).is_some()
            || parts::point_head(text).is_some()
            || parts::roman_head(text).is_some()
            || text.starts_with("- ")
    }

    fn ends_body(&self, para: &Para) -> bool {
        if parts::is_distribution_head(&para.text) {
            return true;
        }
        self.past_end_mark
            && !self.builder.draft.body.is_empty()
            && parts::is_signer_title(&para.text)
    }

    fn grid(&mut self, grid: &Grid) {
        if matches!(self.stage, Stage::Head | Stage::Subject | Stage::Opening) {
            self.stage = Stage::Body;
        }
        if self.stage == Stage::AnnexTitle {
            self.stage = Stage::AnnexBody;
        }
        if self.stage == Stage::Ending {
            for row in &grid.rows {
                self.builder.unplaced(grid.line, &row.join(" | "));
            }
            return;
        }
        let mut table = table_of(grid);
        if let Some((_, argument)) = grid.hint.as_deref().and_then(|hint| hint.split_once(' ')) {
            super::hinted::apply_table_argument(&mut table, argument);
        }
        self.builder.table(table);
    }
}

/// A capital line that names who decides, not what about.
fn is_authority(text: &str) -> bool {
    parts::is_signer_title(text)
        || ["ỦY BAN ", "UỶ BAN ", "UBND ", "HỘI ĐỒNG ", "BAN "]
            .iter()
            .any(|start| text.starts_with(start))
}

/// A grid as a table of the draft: the first row is the header.
pub(crate) fn table_of(grid: &Grid) -> Table {
    let mut rows = grid.rows.clone();
    let header = if rows.is_empty() {
        Vec::new()
    } else {
        rows.remove(0)
    };
    Table {
        caption: None,
        header,
        rows,
        widths: Vec::new(),
        landscape: false,
    }
}

fn ends_like_sentence(text: &str) -> bool {
    text.ends_with(['.', ';', ':', ',', '!', '?'])
}
