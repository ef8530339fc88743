//! Signatures and seals: which key signs for whom, and the PDF's way from typeset to sealed.
//!
//! Nothing here runs inside an act: files are made first, the act records them.

pub mod bind;
pub mod evidence;
mod http;
pub mod keys;
mod long_term;
pub mod pages;
pub mod remote;
pub mod rows;
mod time_stamps;
mod trial;
pub mod verifier;
pub mod workstation;

use anyhow::Context as _;
use chrono::{DateTime, Datelike as _, NaiveDate, Utc};
use trinhky_calendar::local;
use trinhky_drafting::{Draft, MonthYear};
use trinhky_pades::{
    Appearance, CopyPlace, FieldPlaces, Filling, Fonts, Mark, PaperBlock, Place, SigningRequest,
    Slant, TRIAL_LABEL, TextPlace, copy_on_paper, fill_and_seal, prepare, sign_alone,
    sign_person as sign_person_field,
};
use trinhky_typeset::{Anchor, Briefing, CopyBlock, Options, Rendered, RuleSet};

use crate::app::App;
use crate::documents::{Document, find};
use crate::fault::{Fault, Outcome};
use crate::files::Stored;
use crate::people::{Actor, Unit, find as people_find};

pub use keys::Using;
use long_term::Authorities;
pub use trial::roots_pem;

/// Media type of everything made here.
pub const PDF: &str = "application/pdf";

/// A file that was signed.
#[derive(Debug, Clone)]
pub struct Signed {
    pub file: Stored,
    pub by: By,
    /// Whether the file carries all that proves it when the authorities no longer answer.
    pub proves_itself: bool,
}

/// By what kind of key a file was signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    Key,
    /// Without legal value.
    TrialKey,
    /// By another program, on the signer's own machine.
    Workstation,
}

impl By {
    fn of(trial: bool) -> Self {
        if trial { Self::TrialKey } else { Self::Key }
    }

    /// As the journal says it behind what was signed.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Key => "",
            Self::TrialKey => " bằng khóa thử nghiệm",
            Self::Workstation => " bằng phần mềm trên máy của người ký",
        }
    }
}

/// Typesets the document with open places for number and day, and signs it as the person.
///
/// # Errors
/// When typesetting or signing fails; nothing has changed then.
pub async fn sign_person(
    app: &App,
    document: &Document,
    actor: &Actor,
    using: &Using,
) -> Outcome<Signed> {
    let now = app.clock.now();
    let organisation = organisation(app, document).await?;
    let (signer, trial) = keys::open_for_person(app, &organisation, actor, using).await?;
    let signer = time_stamps::stamped(app, signer)?;
    let draft = document.draft.clone();
    let request = SigningRequest {
        time: local(now),
        name: actor.name.clone(),
        reason: format!("Ký {}", document.doc_type.name_in_text()),
        location: draft.place.clone(),
        appearance: Appearance {
            mark: Mark::Pen {
                name: actor.name.clone(),
            },
            lines: shown_label(trial, TRIAL_LABEL),
        },
    };
    let typesetter = app.clone();
    let authorities = Authorities::of(app)?;
    let signed = tokio::task::spawn_blocking(move || -> Outcome<Vec<u8>> {
        let prepared = prepared(&typesetter, &draft, now)?;
        let signed =
            sign_person_field(&prepared, &*signer, &request, &fonts()).map_err(keys::failure)?;
        // What was learned goes into the file with the seal, which comes after it.
        authorities.check(&signed)?;
        Ok(signed)
    })
    .await
    .map_err(anyhow::Error::from)??;
    Ok(Signed {
        file: app.files.put(signed, PDF).await?,
        by: By::of(trial),
        proves_itself: false,
    })
}

/// The file as a person signs it: typeset, with empty fields for what comes after. The month is printed; only number and
/// day stay open for the clerk.
///
/// # Errors
/// When typesetting fails or a field has no place on the page.
pub fn prepared(app: &App, draft: &Draft, now: DateTime<Utc>) -> Outcome<Vec<u8>> {
    let rendered = typeset(app, &open(draft, local(now).date_naive()), now, true)?;
    prepare(&rendered.pdf, &places(&rendered)?, &fonts()).map_err(keys::failure)
}

/// Writes number and day into the signed file and seals it as the agency, in one revision.
///
/// # Errors
/// When the file is not as it was signed or the sealing fails; the number stays.
pub async fn seal(app: &App, document: &Document, using: &Using) -> Outcome<Signed> {
    let now = app.clock.now();
    let filling = filling(document)?;
    let signed = signed_file(app, document).await?;
    let organisation = organisation(app, document).await?;
    let agency = sealing_unit(app, document, &organisation).await?;
    let (signer, trial) = keys::open_for_agency(app, &organisation, &agency, using).await?;
    let signer = time_stamps::stamped(app, signer)?;
    let request = SigningRequest {
        time: local(now),
        name: agency.name.clone(),
        reason: format!("Đóng dấu {}", document.title()),
        location: document.draft.place.clone(),
        appearance: Appearance {
            mark: Mark::Seal {
                agency: agency.name.clone(),
            },
            lines: shown_label(trial, "THỬ NGHIỆM"),
        },
    };
    let authorities = Authorities::of(app)?;
    let (sealed, proves_itself) = tokio::task::spawn_blocking(move || {
        let sealed = fill_and_seal(&signed, &filling, &*signer, &request, &fonts())
            .map_err(keys::failure)?;
        authorities.complete(&sealed)
    })
    .await
    .map_err(anyhow::Error::from)??;
    Ok(Signed {
        file: app.files.put(sealed, PDF).await?,
        by: By::of(trial),
        proves_itself,
    })
}

/// Number and day as the clerk's revision writes them.
fn filling(document: &Document) -> Outcome<Filling> {
    let (Some(number), Some(date)) = (document.row.number, document.row.issued_on) else {
        return Err(Fault::stale(
            "Văn bản chưa có số.",
            "The document has no number yet.",
        ));
    };
    Ok(Filling {
        number: format!("{number:02}"),
        day: format!("{:02}", date.day()),
        month: None,
        year: None,
    })
}

/// The file as the person signed it.
async fn signed_file(app: &App, document: &Document) -> Outcome<Vec<u8>> {
    let file = find::file(app.store.reader(), document.row.id, "signed")
        .await?
        .ok_or(Fault::NotFound)?;
    Ok(app.files.get(&file.digest).await?)
}

/// A file that the person signed on the own machine, looked at as one that was signed here.
///
/// # Errors
/// A refusal where the certificate was revoked.
pub async fn person_signed_outside(app: &App, pdf: Vec<u8>) -> Outcome<Signed> {
    let authorities = Authorities::of(app)?;
    let looked = tokio::task::spawn_blocking(move || authorities.check(&pdf).map(|()| pdf));
    let pdf = looked.await.map_err(anyhow::Error::from)??;
    Ok(Signed {
        file: app.files.put(pdf, PDF).await?,
        by: By::Workstation,
        proves_itself: false,
    })
}

/// A file that the agency's clerk signed on the own machine, with everything that proves it later.
///
/// # Errors
/// As [`person_signed_outside`].
pub async fn agency_signed_outside(app: &App, pdf: Vec<u8>) -> Outcome<Signed> {
    let authorities = Authorities::of(app)?;
    let completed = tokio::task::spawn_blocking(move || authorities.complete(&pdf));
    let (pdf, proves_itself) = completed.await.map_err(anyhow::Error::from)??;
    Ok(Signed {
        file: app.files.put(pdf, PDF).await?,
        by: By::Workstation,
        proves_itself,
    })
}

/// Signs a proof pack as the agency whose document it is about, beside the page and not on it.
///
/// # Errors
/// When the key does not sign.
pub async fn sign_pack(
    app: &App,
    document: &Document,
    pdf: Vec<u8>,
    using: &Using,
) -> Outcome<Signed> {
    let organisation = organisation(app, document).await?;
    let (signer, trial) = keys::open_for_agency(app, &organisation, &organisation, using).await?;
    let signer = time_stamps::stamped(app, signer)?;
    let request = SigningRequest {
        time: local(app.clock.now()),
        name: organisation.name.clone(),
        reason: format!("Chứng cứ gửi, nhận {}", document.title()),
        location: document.draft.place.clone(),
        appearance: Appearance {
            mark: Mark::Seal {
                agency: organisation.name.clone(),
            },
            lines: Vec::new(),
        },
    };
    let authorities = Authorities::of(app)?;
    let (signed, proves_itself) = tokio::task::spawn_blocking(move || {
        let signed = sign_alone(&pdf, "ChungCu", None, &*signer, &request, &fonts())
            .map_err(keys::failure)?;
        authorities.complete(&signed)
    })
    .await
    .map_err(anyhow::Error::from)??;
    Ok(Signed {
        file: app.files.put(signed, PDF).await?,
        by: By::of(trial),
        proves_itself,
    })
}

/// The layout rules that are in force on a day.
///
/// # Errors
/// When there are none.
pub fn layout_rules(day: NaiveDate) -> anyhow::Result<&'static RuleSet> {
    RuleSet::at(day).context("no layout rules are in force on that day")
}

/// The document as it stands now, typeset for reading: the draft before the signature, else the newest signed file.
///
/// # Errors
/// When typesetting fails or the file is missing.
pub async fn pdf(app: &App, document: &Document) -> Outcome<Vec<u8>> {
    for kind in ["sealed", "signed"] {
        if let Some(file) = find::file(app.store.reader(), document.row.id, kind).await? {
            return Ok(app.files.get(&file.digest).await?);
        }
    }
    let (typesetter, draft, now) = (app.clone(), document.numbered_draft(), app.clock.now());
    let rendered = tokio::task::spawn_blocking(move || typeset(&typesetter, &draft, now, true))
        .await
        .map_err(anyhow::Error::from)??;
    Ok(rendered.pdf)
}

/// A briefing typeset for reading; it is nobody's document and is signed by nobody.
///
/// # Errors
/// When typesetting fails.
pub async fn briefing(app: &App, words: Briefing) -> Outcome<Vec<u8>> {
    let (typesetter, now) = (app.clone(), app.clock.now());
    let rendered = tokio::task::spawn_blocking(move || -> anyhow::Result<Rendered> {
        let options = options(local(now).date_naive(), now, false)?;
        Ok(typesetter.typesetter.briefing(&words, &options)?)
    })
    .await
    .map_err(anyhow::Error::from)??;
    Ok(rendered.pdf)
}

/// A certified copy for the printer: the sealed file, or an extract of its text, with the blocks of the copy at its end: its own
/// last, over it that of the copy which it was made from.
///
/// # Errors
/// When the sealed file is missing or typesetting fails.
pub async fn paper_copy(
    app: &App,
    document: &Document,
    extract: Option<Draft>,
    blocks: Vec<CopyBlock>,
) -> Outcome<Vec<u8>> {
    let sealed = match &extract {
        Some(_) => None,
        None => Some(pdf(app, document).await?),
    };
    let (typesetter, now) = (app.clone(), app.clock.now());
    let signed_on = document.row.issued_on.unwrap_or_else(|| app.today());
    let text = extract.unwrap_or_else(|| open(&document.draft, signed_on));
    let copied = tokio::task::spawn_blocking(move || -> Outcome<Vec<u8>> {
        let options = Options {
            signed_note: sealed.is_none(),
            ..options(signed_on, now, true)?
        };
        let typesetter = &typesetter.typesetter;
        let original = typesetter
            .document(&text, &options)
            .map_err(anyhow::Error::from)?;
        let mut hung = Vec::new();
        for block in &blocks {
            let rules = layout_rules(block.copied_on)?;
            let set = typesetter
                .copy_block(block, rules, now)
                .map_err(anyhow::Error::from)?;
            hung.push(paper_block(set).context("the block of the copy has no end")?);
        }
        let end = original.anchors.get(&Anchor::End).copied().map(place);
        let place = CopyPlace {
            end: end.map(|end| (end.page, end.y)),
            gap: COPY_GAP,
            margin: COPY_MARGIN,
        };
        // The sealed file was typeset from the same text by the same rules: it ends where this one does.
        let pdf = sealed.unwrap_or(original.pdf);
        copy_on_paper(&pdf, &hung, place).map_err(keys::failure)
    });
    copied.await.map_err(anyhow::Error::from)?
}

/// A typeset block with its height, from its end.
fn paper_block(block: Rendered) -> Option<PaperBlock> {
    let end = place(*block.anchors.get(&Anchor::End)?);
    Some(PaperBlock {
        pdf: block.pdf,
        height: PAGE_HEIGHT - end.y,
    })
}

/// A4, in points.
const PAGE_HEIGHT: f32 = 841.89;
/// Between the document and the line over the block of its copy, in points.
const COPY_GAP: f32 = 12.0;
/// 20 mm, as the decree keeps free at head and foot of a page.
const COPY_MARGIN: f32 = 56.69;

/// The text as it was signed: number and day open, the month printed.
fn open(draft: &Draft, signed_on: NaiveDate) -> Draft {
    let mut draft = draft.clone();
    draft.number = None;
    draft.issued_on = None;
    draft.expected_month.get_or_insert(MonthYear {
        month: signed_on.month(),
        year: signed_on.year(),
    });
    draft
}

fn typeset(app: &App, draft: &Draft, now: DateTime<Utc>, places: bool) -> anyhow::Result<Rendered> {
    let day = draft.issued_on.unwrap_or_else(|| local(now).date_naive());
    Ok(app
        .typesetter
        .document(draft, &options(day, now, places)?)?)
}

fn options(
    day: chrono::NaiveDate,
    now: DateTime<Utc>,
    places: bool,
) -> anyhow::Result<Options<'static>> {
    Ok(Options {
        now,
        rules: layout_rules(day)?,
        places,
        mark: None,
        signed_note: false,
    })
}

/// The organisation whose paper the document is.
///
/// # Errors
/// What the database reports.
pub async fn organisation(app: &App, document: &Document) -> Outcome<Unit> {
    people_find::unit(app.store.reader(), document.row.org_id, app.today()).await
}

/// What the mark on the page says of a trial key; a real key needs no words.
fn shown_label(trial: bool, label: &str) -> Vec<String> {
    if trial {
        label.split(" — ").map(str::to_owned).collect()
    } else {
        Vec::new()
    }
}

/// Whose seal it is: the organisation's, or of a proposal the Office's own.
///
/// # Errors
/// What the database reports.
pub async fn sealing_unit(app: &App, document: &Document, organisation: &Unit) -> Outcome<Unit> {
    if document.row.carried_by.is_some() {
        return people_find::unit(app.store.reader(), document.row.owner_id, app.today()).await;
    }
    Ok(organisation.clone())
}

fn places(rendered: &Rendered) -> anyhow::Result<FieldPlaces> {
    let anchor = |anchor: Anchor| {
        rendered
            .anchors
            .get(&anchor)
            .copied()
            .with_context(|| format!("the page has no place for {anchor:?}"))
    };
    Ok(FieldPlaces {
        number: text_place(anchor(Anchor::Number)?),
        day: text_place(anchor(Anchor::Day)?),
        month: rendered
            .anchors
            .get(&Anchor::Month)
            .copied()
            .map(text_place),
        year: rendered.anchors.get(&Anchor::Year).copied().map(text_place),
        person: place(anchor(Anchor::PersonSignature)?),
        agency: place(anchor(Anchor::Seal)?),
    })
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "page coordinates are far below the precision of f32"
)]
fn place(place: trinhky_typeset::Place) -> Place {
    Place {
        page: place.page,
        x: place.x as f32,
        y: place.y as f32,
        width: place.width as f32,
        height: place.height as f32,
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "page coordinates are far below the precision of f32"
)]
fn text_place(found: trinhky_typeset::Place) -> TextPlace {
    TextPlace {
        place: place(found),
        font_size: found.text_size.unwrap_or(13.0) as f32,
        baseline: found.baseline.unwrap_or(found.y) as f32,
        slant: if found.italic {
            Slant::Italic
        } else {
            Slant::Upright
        },
    }
}

/// The fonts that fields of signatures are written in.
#[must_use]
pub fn fonts() -> Fonts<'static> {
    Fonts {
        upright: include_bytes!("../../templates/documents/fonts/LiberationSerif-Regular.ttf"),
        italic: include_bytes!("../../templates/documents/fonts/LiberationSerif-Italic.ttf"),
    }
}
