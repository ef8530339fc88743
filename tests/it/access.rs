//! Every address of the product × every role × the same unit, another unit, nobody: who is let in, who is told nothing, and
//! that nothing which is sent there makes the server fail.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use sea_orm::EntityTrait;
use trinhky::app::App;
use trinhky::audit::invariants;
use trinhky::documents::{find, state};
use trinhky::people::ROLES;
use trinhky::people::rows::{person, post};
use trinhky::routes::{self, Access, Route};
use uuid::Uuid;

use super::office;
use super::visitor::{Page, Visitor};

const FORM: &str = "application/x-www-form-urlencoded";

/// Whoever presses there has no session for the next address.
const ENDS_SESSIONS: [&str; 2] = ["/dang-xuat", "/toi/phien"];

/// What a hostile client sends in place of a form.
const BODIES: [(&str, &[u8]); 5] = [
    (FORM, b"do=approve&seen_version=0&seen=x&remark=%00&date=31%2F2%2F2023&file=..%2F..%2Fx"),
    (FORM, b"%zz=%ff&=&&do=%F0%9F%98%80"),
    (FORM, b"do=ok&do=back&types=QD&id=1'%20OR%201%3D1--&n=99999999999999999999"),
    ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n\0\r\n--x--\r\n"),
    ("application/json", b"{\"do\":\"approve\"}"),
];

#[tokio::test(flavor = "multi_thread")]
async fn every_address_lets_in_whom_it_says_and_tells_others_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let app = office::open(folder.path(), "", office::ORGANISATION).await;
    // It waits for the Chairman, so nobody outside the district has anything to do with it.
    let document = office::bring_to_chairman(&app, office::DECISION).await;
    let before = content(&app, document).await;
    let mut faults = Vec::new();

    let unknown = Visitor::unknown(&app);
    let door = unknown.get("/dang-nhap").await.text;
    assert!(
        door.contains("<title>Đăng nhập · UBND huyện Cao Lộc</title>"),
        "the door says whose house it is, among all the units it knows"
    );
    let stranger = Visitor::of(&app, &stranger(&app).await).await;
    let people = one_per_role(&app).await;
    assert_eq!(
        people.len(),
        ROLES.len(),
        "every role is tried: {:?}",
        people.keys()
    );

    for route in routes::table() {
        if ENDS_SESSIONS.contains(&route.path) {
            continue;
        }
        let path = address(&route, document);
        let mut judge = |who: &str, method: &str, page: &Page, right: bool| {
            if !right || page.status.is_server_error() {
                faults.push(format!("{who}: {method} {path}: {}", page.status));
            }
        };
        for method in ["GET", "POST"] {
            let page = ask(&unknown, method, &path).await;
            judge("nobody", method, &page, fits_nobody(&route, &page));
            let page = ask(&stranger, method, &path).await;
            let right = if route.path.starts_with("/van-ban/{id}") {
                not_that_way(&page)
            } else {
                fits_role(&route, "reporter", &page)
            };
            judge("another unit", method, &page, right);
        }
        for (role, visitor) in &people {
            let page = ask(visitor, "GET", &path).await;
            judge(role, "GET", &page, fits_role(&route, role, &page));
        }
    }
    assert_eq!(
        content(&app, document).await,
        before,
        "nobody above may change it"
    );
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_sent_to_an_address_the_server_answers_in_peace() {
    let folder = tempfile::tempdir().expect("a folder");
    let app = office::open(folder.path(), "", office::ORGANISATION).await;
    let document = office::bring_to_chairman(&app, office::DECISION).await;
    let mut visitors = one_per_role(&app).await;
    visitors.insert("nobody", Visitor::unknown(&app));
    let mut faults = Vec::new();
    for route in routes::table() {
        if ENDS_SESSIONS.contains(&route.path) {
            continue;
        }
        let path = address(&route, document);
        for (role, visitor) in &visitors {
            for (kind, body) in BODIES {
                let page = visitor.request("POST", &path, kind, body.to_vec()).await;
                if page.status.is_server_error() || page.text.contains("panicked") {
                    faults.push(format!("{role}: POST {path} {kind}: {}", page.status));
                }
            }
            let odd = format!("{path}?trang=-1&q=%00%27%22%3C&nam=99999999&ban=x&loc=%ff");
            let page = visitor.request("GET", &odd, "", Vec::new()).await;
            if page.status.is_server_error() {
                faults.push(format!("{role}: GET {odd}: {}", page.status));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    let breaches = invariants::check(app.store.reader())
        .await
        .expect("checked");
    assert!(breaches.is_empty(), "{breaches:?}");
}

/// Nobody in particular: sees what is open, is led to the sign-in everywhere else.
fn fits_nobody(route: &Route, page: &Page) -> bool {
    let to_sign_in = page.status == StatusCode::SEE_OTHER
        && page
            .headers
            .get("location")
            .is_some_and(|to| to.to_str().is_ok_and(|to| to.starts_with("/dang-nhap")));
    match route.access {
        Access::SignedIn | Access::Admin => to_sign_in || not_that_way(page),
        // A session is no token.
        Access::Token => page.status == StatusCode::UNAUTHORIZED || not_that_way(page),
        Access::Open | Access::Code | Access::Probe => true,
    }
}

/// The administration is for administrators; elsewhere the page or the act decides, and never fails.
fn fits_role(route: &Route, role: &str, page: &Page) -> bool {
    match route.access {
        Access::Token => page.status == StatusCode::UNAUTHORIZED || not_that_way(page),
        Access::Admin if role != "admin" => {
            // What is no form at all is refused before anybody asks who sent it.
            page.status == StatusCode::FORBIDDEN
                || page.status == StatusCode::BAD_REQUEST
                || not_that_way(page)
        }
        _ => true,
    }
}

/// The address has no such method, or nothing of that name, so it says nothing at all.
fn not_that_way(page: &Page) -> bool {
    [StatusCode::METHOD_NOT_ALLOWED, StatusCode::NOT_FOUND].contains(&page.status)
}

async fn ask(visitor: &Visitor, method: &str, path: &str) -> Page {
    let kind = if method == "POST" { FORM } else { "" };
    visitor.request(method, path, kind, Vec::new()).await
}

/// The address with the document in its place, and something that does not exist in all others.
fn address(route: &Route, document: Uuid) -> String {
    let mut path = route.path.to_owned();
    if path.starts_with("/van-ban/{id}") {
        path = path.replace("{id}", &document.to_string());
    }
    while let (Some(from), Some(to)) = (path.find('{'), path.find('}')) {
        let place = match &path[from..=to] {
            "{element}" | "{label}" | "{secret}" => "approve".to_owned(),
            _ => Uuid::from_u128(7).to_string(),
        };
        path.replace_range(from..=to, &place);
    }
    path
}

/// A signed-in visitor of the district for each role.
async fn one_per_role(app: &App) -> BTreeMap<&'static str, Visitor> {
    let (_, district) = office::first(app, "chair").await;
    let posts = post::Entity::find()
        .all(app.store.reader())
        .await
        .expect("posts");
    let mut visitors = BTreeMap::new();
    for role in ROLES.iter().copied() {
        let held = posts
            .iter()
            .find(|post| post.role == role && post.org_id == district);
        if let Some(post) = held {
            visitors.insert(
                role,
                Visitor::of(app, &email(app, post.person_id).await).await,
            );
        }
    }
    visitors
}

/// Somebody of a commune.
async fn stranger(app: &App) -> String {
    let (_, district) = office::first(app, "chair").await;
    let posts = post::Entity::find()
        .all(app.store.reader())
        .await
        .expect("posts");
    let outside = posts
        .iter()
        .find(|post| post.role == "reporter" && post.org_id != district)
        .expect("a commune's reporter");
    email(app, outside.person_id).await
}

async fn email(app: &App, id: Uuid) -> String {
    let found = person::Entity::find_by_id(id)
        .one(app.store.reader())
        .await
        .expect("persons");
    found.expect("the person").email
}

/// What may not change: the content and where the document stands.
async fn content(app: &App, document: Uuid) -> (String, String) {
    let row = find::document(app.store.reader(), document)
        .await
        .expect("read")
        .row;
    assert_eq!(row.state, state::DRAFT);
    (row.content_hash, row.state)
}
