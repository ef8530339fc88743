//! Every page that the people of a story were shown, one picture per address and person, held against what all pages promise.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;
use std::sync::Mutex;

use axum::Router;
use axum::response::Html;
use axum::routing::get;
use serde_json::{Value, json};
use trinhky::app::App;
use trinhky::routes;

use super::chromium::{Driver, Scripts};
use super::tools;
use super::visitor::{Page, Visitor};

/// The narrowest window that a page must fit into, in CSS pixels (WCAG 1.4.10).
const NARROW: u32 = 320;
/// Most bytes that a page costs with all it needs, as they go over the wire.
const MAX_BYTES: usize = 50 * 1024;

/// A page as it was shown.
#[derive(Clone)]
struct Picture {
    text: String,
    sent: usize,
    policy: String,
}

/// The pages, by address (ids left out), person and status.
#[derive(Default)]
pub struct Album(Mutex<BTreeMap<String, Picture>>);

impl Album {
    /// Keeps a page of HTML; of several at one place the largest, which says most.
    pub fn keep(&self, who: &str, page: &Page) {
        let header = |name: &str| {
            page.headers
                .get(name)
                .and_then(|value| value.to_str().ok())
                .unwrap_or_default()
                .to_owned()
        };
        if !header("content-type").starts_with("text/html") {
            return;
        }
        // What is put into a page that is there already is no page.
        if !page.text.contains("<html") {
            return;
        }
        let key = format!("{} {} {who}", without_ids(&page.path), page.status.as_u16());
        let mut pictures = self.0.lock().expect("the album");
        if pictures
            .get(&key)
            .is_none_or(|known| known.text.len() < page.text.len())
        {
            pictures.insert(
                key,
                Picture {
                    text: page.text.clone(),
                    sent: page.sent,
                    policy: header("content-security-policy"),
                },
            );
        }
    }

    /// The kinds of addresses that were seen.
    pub fn addresses(&self) -> BTreeSet<String> {
        self.0
            .lock()
            .expect("the album")
            .keys()
            .filter_map(|key| key.split(' ').next())
            .filter_map(|address| address.split('?').next())
            .map(str::to_owned)
            .collect()
    }

    /// Small, valid, of this house alone, without script or style in the page.
    pub async fn hold(&self, app: &App, folder: &Path) {
        let pictures = self.0.lock().expect("the album").clone();
        let mut faults = Vec::new();
        let mut sizes = BTreeMap::new();
        let mut visitors: BTreeMap<&str, Visitor> = BTreeMap::new();
        for (key, picture) in &pictures {
            let who = key.rsplit(' ').next().unwrap_or_default();
            let mut bytes = picture.sent;
            for needed in needs(&picture.text) {
                if !needed.starts_with('/') || needed.starts_with("//") {
                    faults.push(format!("{key} asks {needed}"));
                    continue;
                }
                if !sizes.contains_key(&needed) {
                    if !visitors.contains_key(who) {
                        visitors.insert(who, Visitor::again(app, who).await);
                    }
                    sizes.insert(needed.clone(), visitors[who].open(&needed).await.sent);
                }
                bytes += sizes[&needed];
            }
            if bytes > MAX_BYTES {
                faults.push(format!("{key} costs {bytes} bytes"));
            }
            faults.extend(
                inline(&picture.text)
                    .into_iter()
                    .map(|what| format!("{key} has {what} in the page")),
            );
            if !picture.policy.starts_with("default-src 'self'")
                || picture.policy.contains("unsafe")
            {
                faults.push(format!("{key} allows: {}", picture.policy));
            }
        }
        valid(&pictures, folder);
        assert!(faults.is_empty(), "{}", faults.join("\n"));
    }

    /// In a real browser 320 px wide nothing hangs out sideways, and axe finds no barrier.
    pub async fn open_to_all(&self, app: &App) {
        let axe = tools::root().join(".tools/node/node_modules/axe-core/axe.min.js");
        let Ok(axe) = std::fs::read_to_string(axe) else {
            return tools::missing("axe-core");
        };
        let Some(driver) = Driver::start() else {
            return;
        };
        let pages = self.one_of_each();
        // The stored pages under numbers; style and pictures come from the product itself.
        let mut router = Router::new();
        for (n, (_, text)) in pages.iter().enumerate() {
            let text = text.clone();
            router = router.route(&format!("/album/{n}"), get(|| async { Html(text) }));
        }
        let router = router.fallback_service(routes::router(app.clone()));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("its address"));
        tokio::spawn(async move { axum::serve(listener, router).await });
        let browser = driver.open(NARROW, 640, Scripts::On).await;
        let mut faults = Vec::new();
        for (n, (key, _)) in pages.iter().enumerate() {
            browser
                .goto(&format!("{address}/album/{n}"))
                .await
                .expect("the page");
            browser.execute(&axe, Vec::new()).await.expect("axe loads");
            let found = browser
                .execute_async(
                    "const [tags, done] = arguments;
                     const wide = document.scrollingElement.scrollWidth;
                     axe.run(document, {runOnly: tags}).then(({violations}) => done({wide, barriers: violations.map(
                       ({id, help, nodes}) => `${id}: ${help}: ${nodes.map(({html}) => html).slice(0, 3).join(' ')}`)}))",
                    vec![json!(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"])],
                )
                .await
                .expect("axe answers");
            let wide = found["wide"].as_u64().expect("a width");
            if wide > u64::from(NARROW) {
                faults.push(format!("{key} is {wide} px wide"));
            }
            let barriers = found["barriers"].as_array().expect("a list");
            faults.extend(
                barriers
                    .iter()
                    .filter_map(Value::as_str)
                    .map(|barrier| format!("{key}: {barrier}")),
            );
        }
        browser.close().await.expect("closed");
        assert!(faults.is_empty(), "{}", faults.join("\n"));
    }

    /// Of each address and status the page that says most, whoever saw it.
    fn one_of_each(&self) -> BTreeMap<String, String> {
        let mut pages: BTreeMap<String, String> = BTreeMap::new();
        for (key, picture) in &*self.0.lock().expect("the album") {
            let (place, _) = key.rsplit_once(' ').expect("who saw it stands last");
            let page = pages.entry(place.to_owned()).or_default();
            if page.len() < picture.text.len() {
                page.clone_from(&picture.text);
            }
        }
        pages
    }
}

/// Addresses that a page makes a browser fetch.
fn needs(page: &str) -> BTreeSet<String> {
    page.split('<')
        .filter_map(|tag| {
            let head = tag.split('>').next()?;
            let name = match head.split_whitespace().next()? {
                "link" => "href",
                "script" | "img" | "iframe" | "source" | "video" | "audio" | "embed" => "src",
                _ => return None,
            };
            let (_, rest) = head.split_once(&format!(" {name}=\""))?;
            Some(rest.split('"').next()?.to_owned())
        })
        .collect()
}

/// Script and style that stand in the page itself.
fn inline(page: &str) -> Vec<String> {
    let mut found = Vec::new();
    for tag in page.split('<').skip(1) {
        let head = tag.split('>').next().unwrap_or_default();
        let name = head.split_whitespace().next().unwrap_or_default();
        let attributes = || head.split_whitespace().skip(1);
        if name == "style"
            || (name == "script" && !head.contains(" src="))
            || attributes().any(|part| part.starts_with("style=") || is_handler(part))
        {
            found.push(format!("<{head}>"));
        }
    }
    found
}

/// Whether an attribute is a handler like `onclick`.
fn is_handler(attribute: &str) -> bool {
    attribute
        .strip_prefix("on")
        .and_then(|rest| rest.split_once('='))
        .is_some_and(|(event, _)| event.bytes().all(|byte| byte.is_ascii_lowercase()))
}

/// The Nu HTML checker has nothing to say of them.
fn valid(pictures: &BTreeMap<String, Picture>, folder: &Path) {
    let mut files = Vec::new();
    let mut names = String::new();
    for (n, (key, picture)) in pictures.iter().enumerate() {
        let file = folder.join(format!("page-{n}.html"));
        std::fs::write(&file, &picture.text).expect("the page is written");
        names.push_str(&format!("page-{n}.html: {key}\n"));
        files.push(file);
    }
    let checked = Command::new(tools::root().join("tests/tools/nu_check.sh"))
        .args(&files)
        .output()
        .expect("the script runs");
    match checked.status.code() {
        Some(0) => {}
        Some(1) => panic!(
            "{}\n{names}",
            String::from_utf8_lossy(&checked.stdout)
                .lines()
                .take(40)
                .collect::<Vec<_>>()
                .join("\n")
        ),
        _ => tools::missing("the Nu HTML checker"),
    }
}

/// An address with `{id}` in place of every id.
pub fn without_ids(path: &str) -> String {
    let mut out = String::new();
    let mut rest = path;
    while let Some(at) = rest.find(|c: char| c.is_ascii_hexdigit()) {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let long = from
            .find(|c: char| !(c.is_ascii_hexdigit() || c == '-'))
            .unwrap_or(from.len());
        let (word, after) = from.split_at(long);
        out.push_str(if uuid::Uuid::parse_str(word).is_ok() {
            "{id}"
        } else {
            word
        });
        rest = after;
    }
    out.push_str(rest);
    out
}
