//! The way of a document through the pages, as its people press them: each step once, by the right person, on what was seen.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use tower::ServiceExt;
use trinhky::app::App;
use trinhky::audit::rows::{access_log, journal};
use trinhky::documents::find;
use trinhky::people::rows::{person, post};
use trinhky::people::sign_in;
use trinhky::routes;
use uuid::Uuid;

use super::office;

pub type Pairs = Vec<(String, String)>;

/// A signed-in person's browser without scripts.
pub struct Browser {
    router: Router,
    token: String,
}

pub struct Answer {
    pub status: StatusCode,
    pub location: String,
    pub text: String,
}

impl Browser {
    /// The first person with the role in the sample district, or outside it.
    pub async fn of(app: &App, role: &str, district: bool) -> Self {
        let (_, org) = office::first(app, "chair").await;
        let posts = post::Entity::find()
            .filter(post::Column::Role.eq(role))
            .all(app.store.reader())
            .await
            .expect("posts");
        let held = posts.into_iter().find(|post| {
            (post.org_id == org) == district && (role != "clerk" || post.unit_id == post.org_id)
        });
        Self::with(app, held.expect("somebody holds the role").person_id).await
    }

    pub async fn with(app: &App, person_id: Uuid) -> Self {
        let found = person::Entity::find_by_id(person_id)
            .one(app.store.reader())
            .await
            .expect("persons");
        let email = found.expect("the person").email;
        let token = sign_in::sign_in(app, &email, office::PASSWORD)
            .await
            .expect("signs in");
        Self {
            router: routes::router(app.clone()),
            token,
        }
    }

    pub async fn send(&self, method: &str, path: &str, kind: &str, body: String) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::COOKIE, format!("phien={}", self.token))
            .header(header::CONTENT_TYPE, kind)
            .body(Body::from(body))
            .expect("a request");
        let response = self
            .router
            .clone()
            .oneshot(request)
            .await
            .expect("an answer");
        let location = response
            .headers()
            .get(header::LOCATION)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
            .to_owned();
        let status = response.status();
        let bytes = to_bytes(response.into_body(), 1 << 22)
            .await
            .expect("a body");
        Answer {
            status,
            location,
            text: String::from_utf8_lossy(&bytes).into_owned(),
        }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, "text/plain", String::new()).await
    }

    pub async fn post(&self, path: &str, pairs: &Pairs) -> Answer {
        let body = serde_urlencoded::to_string(pairs).expect("a form");
        self.send("POST", path, "application/x-www-form-urlencoded", body)
            .await
    }

    pub async fn upload(&self, path: &str, name: &str, text: &str) -> Answer {
        let body = format!(
            "--grenze\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n{text}\r\n--grenze--\r\n"
        );
        self.send("POST", path, "multipart/form-data; boundary=grenze", body)
            .await
    }

    /// Opens a page, fills its form and presses; then presses the same form again, which must do nothing.
    pub async fn press_twice(&self, path: &str, filled: &[(&str, &str)]) -> Answer {
        let page = self.get(path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        let (action, mut pairs) = form(&page.text);
        for (name, value) in filled {
            pairs.retain(|(known, _)| known != name);
            pairs.push(((*name).to_owned(), (*value).to_owned()));
        }
        let first = self.post(&action, &pairs).await;
        assert_eq!(
            first.status,
            StatusCode::SEE_OTHER,
            "{path}: {}",
            first.text
        );
        let second = self.post(&action, &pairs).await;
        let refused = [StatusCode::CONFLICT, StatusCode::FORBIDDEN].contains(&second.status);
        assert!(refused, "{path} pressed twice: {}", second.status);
        first
    }
}

/// The action and the fields of the page's first form that is neither a search nor the sign-out.
pub fn form(page: &str) -> (String, Pairs) {
    let start = page
        .match_indices("<form method=\"post\"")
        .map(|(at, _)| at)
        .find(|at| !page[*at..].starts_with("<form method=\"post\" action=\"/dang-xuat\""))
        .expect("the page has a form");
    let whole = page[start..].split("</form>").next().unwrap_or_default();
    let mut pairs = Pairs::new();
    for tag in whole.split('<').skip(1) {
        let (head, rest) = tag.split_once('>').unwrap_or((tag, ""));
        let choice = head.contains("type=\"radio\"") || head.contains("type=\"checkbox\"");
        if (head.starts_with("input") && (!choice || head.contains(" checked")))
            || head.starts_with("textarea")
        {
            let value = if head.starts_with("textarea") {
                rest.trim_start_matches('\n')
            } else {
                attribute(head, "value")
            };
            pairs.push((unescaped(attribute(head, "name")), unescaped(value)));
        }
    }
    (
        unescaped(attribute(
            whole.split('>').next().unwrap_or_default(),
            "action",
        )),
        pairs,
    )
}

fn attribute<'a>(tag: &'a str, name: &str) -> &'a str {
    let mark = format!(" {name}=\"");
    tag.split_once(&mark)
        .and_then(|(_, rest)| rest.split('"').next())
        .unwrap_or_default()
}

fn unescaped(text: &str) -> String {
    [
        ("&#60;", "<"),
        ("&#62;", ">"),
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&#38;", "&"),
    ]
    .into_iter()
    .fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

async fn refusals(app: &App) -> u64 {
    journal::Entity::find()
        .filter(journal::Column::Act.eq("act.refused"))
        .count(app.store.reader())
        .await
        .expect("counted")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_decision_goes_from_its_file_to_its_recipients_by_pages_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let app = office::open(folder.path(), "", office::ORGANISATION).await;
    let drafter = Browser::of(&app, "drafter", true).await;
    let chief = Browser::of(&app, "office_chief", true).await;
    let checker = Browser::of(&app, "form_checker", true).await;
    let office_clerk = Browser::of(&app, "office_clerk", true).await;
    let chair = Browser::of(&app, "chair", true).await;
    let clerk = Browser::of(&app, "clerk", true).await;
    let stranger = Browser::of(&app, "reporter", false).await;

    let unread = drafter.upload("/van-ban/nhap", "x.exe", "MZ").await;
    assert_eq!(unread.status, StatusCode::UNPROCESSABLE_ENTITY);
    let imported = drafter
        .upload("/van-ban/nhap", "du-thao.md", office::DECISION)
        .await;
    assert_eq!(imported.status, StatusCode::SEE_OTHER, "{}", imported.text);
    let page = imported.location.trim_end_matches("/soan").to_owned();
    assert_eq!(stranger.get(&page).await.status, StatusCode::NOT_FOUND);
    edit(&drafter, &page).await;

    drafter.press_twice(&format!("{page}/trinh"), &[]).await;
    chief
        .press_twice(&format!("{page}/kiem-tra"), &[("do", "pass")])
        .await;
    let before = refusals(&app).await;
    let foreign = drafter
        .post(
            &format!("{page}/kiem-tra"),
            &vec![("do".to_owned(), "pass".to_owned())],
        )
        .await;
    assert_eq!(foreign.status, StatusCode::FORBIDDEN);
    assert_eq!(
        refusals(&app).await,
        before + 1,
        "a press without the right stands in the journal"
    );
    checker
        .press_twice(&format!("{page}/kiem-tra"), &[("do", "pass")])
        .await;
    chief.press_twice(&format!("{page}/ky"), &[]).await;
    office_clerk.press_twice("/van-thu", &[]).await;
    office_clerk.press_twice("/van-thu", &[]).await;

    decide(&chair, &drafter, &page).await;
    chair.press_twice(&format!("{page}/ky"), &[]).await;
    let wrong = form(&clerk.get("/van-thu").await.text);
    let wrong = clerk
        .post(
            &wrong.0,
            &vec![
                ("seen_version".to_owned(), wrong.1[0].1.clone()),
                ("issued_on".to_owned(), "32/3/2023".to_owned()),
            ],
        )
        .await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.text.contains("id=\"f-issued_on\"") && wrong.text.contains("32/3/2023"));
    for _ in ["number", "seal", "issue"] {
        clerk.press_twice("/van-thu", &[]).await;
    }
    looked_at(&app, &chief, &clerk, &page).await;
}

/// What is typed is lost by no button, no mistake and no colleague.
async fn edit(drafter: &Browser, page: &str) {
    let address = format!("{page}/soan");
    let (action, pairs) = form(&drafter.get(&address).await.text);
    let typed = |subject: &str, verb: &str| {
        let mut pairs = pairs.clone();
        pairs.retain(|(name, _)| name != "subject");
        pairs.extend([
            ("subject".to_owned(), subject.to_owned()),
            ("do".to_owned(), verb.to_owned()),
        ]);
        pairs
    };
    let second = pairs
        .iter()
        .find(|(name, _)| name == "article.0.1")
        .expect("a second clause")
        .1
        .clone();
    let moved = drafter
        .post(&action, &typed("Trích yếu đang gõ", "up:article.0.1"))
        .await;
    assert_eq!(moved.status, StatusCode::OK);
    let fields = form(&moved.text).1;
    assert!(fields.contains(&("article.0.0".to_owned(), second)));
    assert!(fields.contains(&("subject".to_owned(), "Trích yếu đang gõ".to_owned())));
    let empty = drafter.post(&action, &typed(" ", "save")).await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(empty.text.contains("href=\"#f-subject\""));
    assert_eq!(
        drafter
            .post(
                &action,
                &typed("Ban hành Mục tiêu chất lượng năm 2023", "save")
            )
            .await
            .status,
        StatusCode::SEE_OTHER
    );
    let late = drafter
        .post(&action, &typed("Trích yếu của người lưu sau", "save"))
        .await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    assert!(late.text.contains("Trích yếu của người lưu sau"));
    let shown = drafter.get(page).await.text;
    assert!(
        shown.contains("Ban hành Mục tiêu chất lượng năm 2023") && !shown.contains("người lưu sau")
    );
}

/// A question with its answer, a change meanwhile that makes the open page stale, then the approval.
async fn decide(chair: &Browser, drafter: &Browser, page: &str) {
    let address = format!("{page}/phe-duyet");
    let (action, pairs) = form(&chair.get(&address).await.text);
    let press = |verb: &str, remark: &str| {
        let mut pairs = pairs.clone();
        pairs.retain(|(name, _)| name != "remark");
        pairs.extend([
            ("remark".to_owned(), remark.to_owned()),
            ("do".to_owned(), verb.to_owned()),
        ]);
        pairs
    };
    assert_eq!(
        chair.post(&action, &press("send_back", " ")).await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    assert_eq!(
        chair
            .post(&action, &press("ask", "Năm trước đạt bao nhiêu?"))
            .await
            .status,
        StatusCode::SEE_OTHER
    );
    let question = drafter.get(&format!("{page}/tra-loi")).await.text;
    assert!(
        question.contains("<blockquote>Năm trước đạt bao nhiêu?</blockquote>"),
        "{question}"
    );
    drafter
        .press_twice(&format!("{page}/tra-loi"), &[("answer", "97,4%.")])
        .await;
    assert!(chair.get(&address).await.text.contains("97,4%."));
    // What lies before the Chairman does not change under his eyes, and he decides on nothing else than he saw.
    let editor = drafter.get(&format!("{page}/soan")).await;
    assert_eq!(editor.status, StatusCode::CONFLICT);
    assert!(editor.text.contains("trả lại"), "{}", editor.text);
    let mut other = press("approve", "");
    for (name, value) in &mut other {
        if name == "seen_version" {
            *value = "0".repeat(64);
        }
    }
    assert_eq!(
        chair.post(&action, &other).await.status,
        StatusCode::CONFLICT
    );
    assert_eq!(
        drafter.post(&action, &press("approve", "")).await.status,
        StatusCode::FORBIDDEN
    );
    let approved = chair.press_twice(&address, &[("do", "approve")]).await;
    assert_eq!(approved.location, format!("{page}/ky"));
}

/// The pages about the issued document, and what looking leaves behind.
async fn looked_at(app: &App, chief: &Browser, clerk: &Browser, page: &str) {
    let id: Uuid = page.trim_start_matches("/van-ban/").parse().expect("an id");
    let document = find::document(app.store.reader(), id)
        .await
        .expect("the document");
    assert_eq!(document.row.state, "issued");
    let written = journal::Entity::find()
        .count(app.store.reader())
        .await
        .expect("counted");
    let seen = access_log::Entity::find()
        .count(app.store.reader())
        .await
        .expect("counted");
    let shown = chief.get(page).await.text;
    assert_eq!(
        shown.matches("Hợp lệ").count(),
        2,
        "both signatures are valid"
    );
    assert!(shown.contains("Cao Lộc, ngày"));
    let picture = chief.get(&format!("{page}/quy-trinh.svg")).await;
    assert!(picture.text.starts_with("<svg"));
    assert!(
        chief
            .get(&format!("{page}/tep.pdf"))
            .await
            .text
            .starts_with("%PDF")
    );
    let list = chief.get("/van-ban?q=MUC+tieu").await.text;
    assert!(list.contains(page));
    assert!(!chief.get("/van-ban?q=khong-co").await.text.contains(page));
    let desk = clerk.get("/van-thu").await.text;
    let register = desk
        .split("href=\"")
        .map(|rest| rest.split('"').next().unwrap_or_default())
        .filter(|href| href.starts_with("/so-van-ban/"));
    let mut entered = 0;
    for href in register {
        let book = clerk.get(href).await.text;
        assert!(book.contains("<main"));
        entered += usize::from(book.contains(&format!(
            "{:02}/QĐ-UBND",
            document.row.number.unwrap_or_default()
        )));
    }
    assert_eq!(entered, 1, "the decision stands in one register");
    assert_eq!(
        journal::Entity::find()
            .count(app.store.reader())
            .await
            .expect("counted"),
        written,
        "looking is no act"
    );
    assert_eq!(
        access_log::Entity::find()
            .count(app.store.reader())
            .await
            .expect("counted"),
        seen + 2,
        "the page and the file"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn administrators_see_everything_and_others_nothing_of_the_administration() {
    let folder = tempfile::tempdir().expect("a folder");
    let app = office::open(folder.path(), "", office::ORGANISATION).await;
    let admin = Browser::of(&app, "admin", true).await;
    let chair = Browser::of(&app, "chair", true).await;
    for (path, words) in [
        ("/quan-tri", "Ủy ban nhân dân xã Mẫu Sơn"),
        ("/quan-tri/nguoi-dung?q=nguyen+duy+anh", "Nguyễn Duy Anh"),
        ("/quan-tri/ngay-nghi?nam=2023", "Giỗ Tổ Hùng Vương"),
        ("/quan-tri/quy-trinh", "/quan-tri/quy-trinh?ban="),
        ("/quan-tri/thu-di", "Thư đi"),
        ("/quan-tri/nhat-ky", "<table"),
    ] {
        let page = admin.get(path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        assert!(page.text.contains(words), "{path} lacks {words}");
        assert_eq!(
            chair.get(path).await.status,
            StatusCode::FORBIDDEN,
            "{path}"
        );
    }
    let day = |source: &str| -> Pairs {
        [
            ("date", "27/03/2023"),
            ("reason", "Mưa lũ"),
            ("source", source),
            ("do", "off"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec()
    };
    let missing = admin.post("/quan-tri/ngay-nghi", &day("")).await;
    assert_eq!(missing.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(missing.text.contains("value=\"Mưa lũ\""));
    let before = refusals(&app).await;
    assert_eq!(
        chair.post("/quan-tri/ngay-nghi", &day("QĐ 1")).await.status,
        StatusCode::FORBIDDEN
    );
    assert_eq!(refusals(&app).await, before + 1);
    assert_eq!(
        admin.post("/quan-tri/ngay-nghi", &day("QĐ 1")).await.status,
        StatusCode::SEE_OTHER
    );
    assert_eq!(
        admin.post("/quan-tri/ngay-nghi", &day("QĐ 1")).await.status,
        StatusCode::CONFLICT
    );
    assert!(
        admin
            .get("/quan-tri/ngay-nghi?nam=2023")
            .await
            .text
            .contains("27/03/2023")
    );
    assert!(
        admin
            .get("/quan-tri/nhat-ky")
            .await
            .text
            .contains("Ghi 27/03/2023 là ngày nghỉ")
    );
    // A weekday set off by a slip is a weekday again, once.
    let mut back = day("QĐ 1");
    back.retain(|(name, _)| name != "do");
    back.push(("do".to_owned(), "normal".to_owned()));
    let undone = admin.post("/quan-tri/ngay-nghi", &back).await;
    assert_eq!(undone.status, StatusCode::SEE_OTHER);
    let year = admin.get("/quan-tri/ngay-nghi?nam=2023").await;
    assert!(!year.text.contains("27/03/2023"));
    let again = admin.post("/quan-tri/ngay-nghi", &back).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
}
