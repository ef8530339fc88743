//! Rules about the parts of a document and how they fit together.

mod bases;
mod body;
mod distribution;
mod head;

pub(super) use bases::*;
pub(super) use body::*;
pub(super) use distribution::*;
pub(super) use head::*;

use super::Context;
use crate::model::{Article, Block};
use crate::text::fold;

fn articles<'a>(context: &'a Context) -> impl Iterator<Item = &'a Article> {
    context.draft.body.iter().filter_map(|block| match block {
        Block::Article(article) => Some(article),
        _ => None,
    })
}

/// The last article that makes somebody responsible for carrying out.
fn executing_article(context: &Context) -> Option<u32> {
    articles(context)
        .filter(|article| {
            let text = fold(&format!(
                "{} {} {}",
                article.title.as_deref().unwrap_or_default(),
                article.text,
                article.tail.join(" ")
            ));
            text.contains("trách nhiệm thi hành")
                || text.contains("căn cứ quyết định thi hành")
                || text.contains("căn cứ quyết định này thi hành")
        })
        .map(|article| article.number)
        .last()
}
