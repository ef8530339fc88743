//! The guide inside the product: one page per person's job, plain and short, in Vietnamese.
//!
//! Which paragraph explains which page stands in [`crate::web::help`]; a test holds the two together.

use axum::extract::Path;
use axum::response::Response;

use super::session::{Session, failed};
use crate::fault::Fault;
use crate::web::views::Markup;
use crate::web::views::people::Guide;
use crate::web::{Link, WebError, html};

/// A page of the guide.
struct Chapter {
    /// Its word in the address; empty for the first page.
    word: &'static str,
    vi: &'static str,
    en: &'static str,
    text: &'static str,
}

macro_rules! chapter {
    ($word:literal, $file:literal, $vi:literal, $en:literal) => {
        Chapter {
            word: $word,
            vi: $vi,
            en: $en,
            text: include_str!(concat!("../../templates/guide/", $file, ".html")),
        }
    };
}

const CHAPTERS: [Chapter; 6] = [
    chapter!("", "chung", "Cho mọi người", "For everybody"),
    chapter!("nguoi-soan", "nguoi-soan", "Người soạn thảo", "Drafter"),
    chapter!("lanh-dao", "lanh-dao", "Lãnh đạo", "Chairman"),
    chapter!("van-thu", "van-thu", "Văn thư", "Clerk"),
    chapter!("don-vi", "don-vi", "Đơn vị", "Unit"),
    chapter!("quan-tri", "quan-tri", "Quản trị", "Administrator"),
];

/// `GET /huong-dan`: what everybody needs.
///
/// # Errors
/// None.
pub async fn guide(session: Session) -> Result<Response, WebError> {
    chapter(&session, "")
}

/// `GET /huong-dan/{viec}`: one person's job.
///
/// # Errors
/// 404 for a job that the guide does not know.
pub async fn guide_of(session: Session, Path(word): Path<String>) -> Result<Response, WebError> {
    chapter(&session, &word)
}

fn chapter(session: &Session, word: &str) -> Result<Response, WebError> {
    let chapter = CHAPTERS
        .iter()
        .find(|chapter| chapter.word == word)
        .ok_or_else(|| failed(Fault::NotFound, "/huong-dan"))?;
    let lang = session.lang;
    let title = format!(
        "{}: {}",
        lang.say("Hướng dẫn", "Guide"),
        lang.say(chapter.vi, chapter.en)
    );
    let jobs = CHAPTERS
        .iter()
        .map(|other| Link::new(&address(other.word), &lang.say(other.vi, other.en)))
        .collect();
    Ok(html(&Guide {
        page: session.page(&title),
        jobs,
        text: Markup::from_our_own_renderer(chapter.text.to_owned()),
    }))
}

fn address(word: &str) -> String {
    format!("/huong-dan/{word}")
        .trim_end_matches('/')
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::{CHAPTERS, address};
    use crate::web::help;

    #[test]
    fn every_paragraph_that_a_page_points_to_exists() {
        for (_, _, place) in help::PLACES {
            let (page, paragraph) = place.split_once('#').expect("a paragraph");
            let chapter = CHAPTERS
                .iter()
                .find(|chapter| address(chapter.word) == *page)
                .unwrap_or_else(|| panic!("{page} is no page of the guide"));
            let id = format!("<h2 id=\"{paragraph}\">");
            assert!(chapter.text.contains(&id), "{place} is not in the guide");
        }
    }
}
