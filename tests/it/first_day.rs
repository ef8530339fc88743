//! A real office from the empty folder to its first issued decision, by its own people through the pages alone.

use axum::http::StatusCode;
use chrono::TimeDelta;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use trinhky::app::App;
use trinhky::audit::{invariants, rows::journal};
use trinhky::cli;
use trinhky::clock::Clock;
use trinhky::config::Config;
use trinhky::distribution::rows::delivery;
use trinhky::documents::rows::document;
use trinhky::flow;
use trinhky::ids::Ids;
use trinhky::mail::rows::outbox;
use trinhky::people::roster::template;
use trinhky::people::rows::{person, session, unit};
use trinhky::people::{settings, setup};
use trinhky::worker;

use super::office;
mod visitor;
use visitor::Visitor;

const PASSWORD: &str = "ba con trâu đen";

const DECISION: &str = "ỦY BAN NHÂN DÂN\n\nXÃ THANH SƠN\n\nSố: /QĐ-UBND\n\nThanh Sơn, ngày tháng 7 năm 2025\n\n**QUYẾT ĐỊNH**\n\n\
**Ban hành Quy chế làm việc của Ủy ban nhân dân xã Thanh Sơn**\n\n**CHỦ TỊCH ỦY BAN NHÂN DÂN XÃ THANH SƠN**\n\n\
*Căn cứ Luật Tổ chức chính quyền địa phương ngày 16 tháng 6 năm 2025;*\n\n\
*Theo đề nghị của Chánh Văn phòng HĐND và UBND xã tại Tờ trình số 01/TTr-VP ngày 01/7/2025.*\n\n**QUYẾT ĐỊNH:**\n\n\
**Điều 1.** Ban hành Quy chế làm việc của Ủy ban nhân dân xã Thanh Sơn.\n\n\
**Điều 2.** Văn phòng HĐND và UBND xã, Phòng Kinh tế, Phòng Văn hóa - Xã hội chịu trách nhiệm thi hành Quyết định này./.\n\n\
**Nơi nhận:**\n\n- Như Điều 2;\n- UBND tỉnh;\n- Lưu: VT.\n\n**CHỦ TỊCH**\n\n**Nguyễn Văn An**\n";

/// The program on an empty folder on Tuesday 1 July 2025, 08:00, with the code of its console.
async fn empty(folder: &std::path::Path) -> (App, String) {
    let config = Config {
        data: folder.to_owned(),
        ..Config::default()
    };
    cli::bring_up(&config).await.expect("the database is made");
    let start = "2025-07-01T01:00:00Z".parse().expect("an instant");
    let app = App::open(config, Clock::fake(start), Ids::seeded(5))
        .await
        .expect("the installation opens");
    flow::publish_shipped(&app).await.expect("published");
    let code = setup::new_code(&app).await.expect("asked").expect("a code");
    (app, code)
}

async fn mails(app: &App, template: &str) -> Vec<outbox::Model> {
    outbox::Entity::find()
        .filter(outbox::Column::Template.eq(template))
        .all(app.store.reader())
        .await
        .expect("the outbox")
}

fn link(mail: &outbox::Model) -> String {
    let at = mail.body_text.find("/mat-khau-moi/").expect("a link");
    mail.body_text[at..]
        .split_whitespace()
        .next()
        .unwrap_or_default()
        .to_owned()
}

/// The set-up page: the code, what is missing, the office.
async fn set_up(app: &App, code: &str) -> Visitor {
    let mut admin = Visitor::new(app);
    assert_eq!(admin.get("/").await.location, "/dang-nhap?tiep=/");
    assert_eq!(admin.get("/dang-nhap").await.location, "/cai-dat");
    let page = admin.get("/cai-dat").await.text;
    let mut typed = vec![
        ("code", "AAAAAAAAAA"),
        ("name", "Ủy ban nhân dân xã Thanh Sơn"),
        ("kind", "commune_committee"),
        ("place", "Thanh Sơn"),
        ("superior", "Ủy ban nhân dân tỉnh"),
        ("office_email", "vanthu@thanhson.example"),
        ("admin_name", "Vũ Quản Trị"),
        ("admin_email", "quantri@thanhson.example"),
        ("password", "matkhau123"),
        ("strict", "yes"),
    ];
    let wrong = admin.press(&page, &typed).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        wrong.text.contains("Mã không đúng") && wrong.text.contains("Ủy ban nhân dân xã Thanh Sơn")
    );
    typed[0] = ("code", code);
    let common = admin.press(&page, &typed).await;
    assert_eq!(common.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(common.text.contains("danh sách mật khẩu đã bị lộ"));
    typed[8] = ("password", PASSWORD);
    let made = admin.press(&page, &typed).await;
    assert_eq!(made.location, "/quan-tri/viec-dau", "{}", made.text);
    assert_eq!(
        admin.press(&page, &typed).await.status,
        StatusCode::CONFLICT,
        "once only"
    );
    assert_eq!(
        Visitor::new(app).get("/cai-dat").await.location,
        "/dang-nhap"
    );
    admin
}

/// Problems first, then the template itself, which is the file of a commune.
async fn import(app: &App, admin: &mut Visitor) {
    let wrong = "Họ và tên;Thư điện tử;Mã đơn vị;Chức vụ;Vai trò;Từ ngày\nHà;ha@x.example;vp;Văn thư;Văn thư;\n\nHoa;ha@x.example;;Văn thư;Vua;\n";
    let refused = admin
        .upload("/quan-tri/nhap", "nguoi.csv", wrong.as_bytes())
        .await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    for words in [
        "Người dùng, dòng 2",
        "Người dùng, dòng 4",
        "“Vua” không phải vai trò",
        "mỗi người một địa chỉ",
    ] {
        assert!(refused.text.contains(words), "{words}: {}", refused.text);
    }
    let old = admin
        .upload("/quan-tri/nhap", "cu.csv", b"H\xf4 v\xe0 t\xean\n")
        .await;
    assert!(old.text.contains("không phải UTF-8"));
    assert_eq!(
        unit::Entity::find()
            .count(app.store.reader())
            .await
            .expect("counted"),
        1,
        "nothing is written"
    );

    let file = template::file().expect("the template");
    let preview = admin.upload("/quan-tri/nhap", "mau.xlsx", &file).await;
    assert_eq!(preview.status, StatusCode::OK, "{}", preview.text);
    assert!(preview.text.contains("Phòng Kinh tế"));
    assert_eq!(
        unit::Entity::find()
            .count(app.store.reader())
            .await
            .expect("counted"),
        1,
        "looking writes nothing"
    );
    let written = admin.press(&preview.text, &[]).await;
    assert_eq!(written.location, "/quan-tri/viec-dau");
    assert_eq!(
        unit::Entity::find()
            .count(app.store.reader())
            .await
            .expect("counted"),
        5
    );
    let again = admin.press(&preview.text, &[]).await;
    assert_eq!(again.status, StatusCode::SEE_OTHER);
    assert_eq!(
        unit::Entity::find()
            .count(app.store.reader())
            .await
            .expect("counted"),
        5,
        "twice is once"
    );
    assert_eq!(
        mails(app, "invitation").await.len(),
        5 + 5,
        "a second press sends fresh links"
    );
}

/// The invited person chooses a password by the newest link and signs in, with a telephone where the office asks for it.
async fn come_in(app: &App, email: &str) -> Visitor {
    let mail = mails(app, "invitation")
        .await
        .into_iter()
        .rfind(|mail| mail.to_address == email)
        .expect("invited");
    let mut visitor = Visitor::new(app);
    let address = link(&mail);
    assert_eq!(visitor.get(&address).await.status, StatusCode::OK);
    assert_eq!(
        visitor.get(&address).await.status,
        StatusCode::OK,
        "a scanner's look uses nothing up"
    );
    visitor
        .go_and_press(&address, &[("password", PASSWORD)])
        .await;
    assert_eq!(
        visitor.get(&address).await.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "the link works once"
    );
    visitor.sign_in(email, PASSWORD).await;
    if visitor
        .get("/")
        .await
        .location
        .starts_with("/toi/ma-xac-thuc")
    {
        assert_eq!(visitor.enrol().await.len(), 10);
    }
    assert_eq!(visitor.get("/").await.status, StatusCode::OK);
    visitor
}

#[tokio::test(flavor = "multi_thread")]
async fn from_the_empty_folder_to_the_first_decision_of_a_commune() {
    let folder = tempfile::tempdir().expect("a folder");
    let (app, code) = empty(folder.path()).await;
    let mut admin = set_up(&app, &code).await;
    assert!(
        admin
            .get("/quan-tri/viec-dau")
            .await
            .location
            .starts_with("/toi/ma-xac-thuc")
    );
    assert_eq!(admin.enrol().await.len(), 10);
    let list = admin.get("/quan-tri/viec-dau").await.text;
    assert!(list.contains("Chưa có: Chủ tịch"), "{list}");
    import(&app, &mut admin).await;
    worker::run_until_idle(&app).await.expect("mails go out");

    let mut chair = come_in(&app, "an@xa.example").await;
    let mut clerk = come_in(&app, "ha@xa.example").await;
    let mut chief = come_in(&app, "binh@xa.example").await;
    let mut drafter = come_in(&app, "lan@xa.example").await;
    let mut checker = come_in(&app, "minh@xa.example").await;
    assert!(drafter.secret.is_empty(), "a drafter needs no telephone");
    let registers = admin.get("/quan-tri/so").await.text;
    let owner = unit::Entity::find()
        .filter(unit::Column::UnitKey.eq("co-quan"))
        .one(app.store.reader())
        .await
        .expect("read")
        .expect("the office")
        .id;
    let opened = admin
        .press(
            &registers,
            &[
                ("doc_type", "QD"),
                ("owner", &owner.to_string()),
                ("year", "2025"),
                ("next", "44"),
                ("reason", "Nối tiếp sổ giấy đến số 43"),
                ("do", "open"),
            ],
        )
        .await;
    assert_eq!(opened.status, StatusCode::SEE_OTHER, "{}", opened.text);
    admin.post("/quan-tri/thu-thu", &[]).await;
    worker::run_until_idle(&app)
        .await
        .expect("the test mail goes out");
    let list = admin.get("/quan-tri/viec-dau").await.text;
    assert!(!list.contains("Chưa có: Chủ tịch") && list.contains("Có người quản trị thứ hai"));

    let imported = drafter
        .upload("/van-ban/nhap", "quy-che.md", DECISION.as_bytes())
        .await;
    assert_eq!(imported.status, StatusCode::SEE_OTHER, "{}", imported.text);
    let page = imported.location.trim_end_matches("/soan").to_owned();
    drafter.go_and_press(&format!("{page}/trinh"), &[]).await;
    chief
        .go_and_press(&format!("{page}/kiem-tra"), &[("do", "pass")])
        .await;
    checker
        .go_and_press(&format!("{page}/kiem-tra"), &[("do", "pass")])
        .await;
    chief.go_and_press(&format!("{page}/ky"), &[]).await;
    for _ in ["number", "seal"] {
        clerk.go_and_press("/van-thu", &[]).await;
    }

    // The Chairman comes back from a meeting: the act asks who he is, and what he typed is kept.
    app.clock
        .advance_to(app.clock.now() + TimeDelta::minutes(40));
    let approval = chair.get(&format!("{page}/phe-duyet")).await.text;
    let asked = chair
        .press(
            &approval,
            &[("do", "approve"), ("remark", "Đồng ý ban hành")],
        )
        .await;
    assert!(
        asked.location.starts_with("/xac-thuc?tiep=/luu-tam/"),
        "{}",
        asked.location
    );
    let proof = chair.get(&asked.location).await.text;
    assert_eq!(
        chair.press(&proof, &[("password", "sai")]).await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    let proved = chair.press(&proof, &[("password", PASSWORD)]).await;
    let kept = chair.get(&proved.location).await.text;
    assert!(kept.contains("Đồng ý ban hành"));
    assert_eq!(chair.press(&kept, &[]).await.location, format!("{page}/ky"));
    chair.go_and_press(&format!("{page}/ky"), &[]).await;
    for _ in ["number", "seal", "issue"] {
        let desk = clerk.get("/van-thu").await;
        let pressed = clerk.press(&desk.text, &[]).await;
        if pressed.location.starts_with("/xac-thuc") {
            let proof = clerk.get(&pressed.location).await.text;
            let proved = clerk.press(&proof, &[("password", PASSWORD)]).await;
            let kept = clerk.get(&proved.location).await.text;
            assert_eq!(clerk.press(&kept, &[]).await.status, StatusCode::SEE_OTHER);
        } else {
            assert_eq!(pressed.status, StatusCode::SEE_OTHER, "{}", pressed.text);
        }
    }
    worker::run_until_idle(&app)
        .await
        .expect("it is distributed");
    let issued = document::Entity::find()
        .filter(document::Column::State.eq("issued"))
        .filter(document::Column::DocType.eq("QD"))
        .one(app.store.reader())
        .await
        .expect("read")
        .expect("issued");
    assert_eq!(
        (issued.number, issued.symbol.as_str()),
        (Some(44), "QĐ-UBND")
    );
    let sent = delivery::Entity::find()
        .filter(delivery::Column::DocumentId.eq(issued.id))
        .count(app.store.reader())
        .await
        .expect("counted");
    assert_eq!(sent, 4, "three units and the province");
    assert_eq!(
        invariants::check(app.store.reader())
            .await
            .expect("checked"),
        []
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forgotten_password_is_reset_by_mail_and_never_around_the_telephone() {
    let folder = tempfile::tempdir().expect("a folder");
    let app = office::open(folder.path(), "", office::ORGANISATION).await;
    let (clerk, _) = office::first(&app, "office_clerk").await;
    let email = person::Entity::find_by_id(clerk.person_id.expect("a person"))
        .one(app.store.reader())
        .await
        .expect("read")
        .expect("there")
        .email;
    let mut visitor = Visitor::new(&app);
    visitor.sign_in(&email, office::PASSWORD).await;
    let codes = visitor.enrol().await;

    let mut stranger = Visitor::new(&app);
    let known = stranger
        .post("/quen-mat-khau", &[("login", &email)])
        .await
        .text;
    let unknown = stranger
        .post("/quen-mat-khau", &[("login", "niemand@x.example")])
        .await
        .text;
    assert_eq!(
        known, unknown,
        "the answer does not tell who has an account"
    );
    stranger.post("/quen-mat-khau", &[("login", &email)]).await;
    let resets = mails(&app, "password_reset").await;
    assert_eq!(resets.len(), 1, "one mail in five minutes");
    let address = link(&resets[0]);
    stranger
        .go_and_press(&address, &[("password", "mười hai con giáp")])
        .await;
    assert!(
        visitor.get("/").await.location.starts_with("/dang-nhap"),
        "old sessions have ended"
    );
    let half = stranger
        .post(
            "/dang-nhap",
            &[("login", &email), ("password", "mười hai con giáp")],
        )
        .await;
    assert_eq!(half.status, StatusCode::SEE_OTHER);
    assert!(
        stranger
            .get("/")
            .await
            .location
            .starts_with("/dang-nhap/ma"),
        "the telephone is asked for"
    );
    assert!(
        stranger
            .get("/van-thu")
            .await
            .location
            .starts_with("/dang-nhap/ma")
    );
    let page = stranger.get("/dang-nhap/ma").await.text;
    assert_eq!(
        stranger.press(&page, &[("code", "000000")]).await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    assert_eq!(
        stranger
            .press(&page, &[("code", &codes[0].to_lowercase())])
            .await
            .status,
        StatusCode::SEE_OTHER
    );
    assert_eq!(stranger.get("/").await.status, StatusCode::OK);
    stranger.sign_in(&email, "mười hai con giáp").await;
    stranger
        .post(
            "/dang-nhap",
            &[("login", &email), ("password", "mười hai con giáp")],
        )
        .await;
    let page = stranger.get("/dang-nhap/ma").await.text;
    assert_eq!(
        stranger.press(&page, &[("code", &codes[0])]).await.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "a recovery code works once"
    );
    assert_eq!(
        mails(&app, "account_changed").await.len(),
        1,
        "the person is told"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_codes_count_like_wrong_passwords_and_own_sessions_are_listed_and_ended() {
    let folder = tempfile::tempdir().expect("a folder");
    let app = office::open(folder.path(), "", office::ORGANISATION).await;
    let (clerk, _) = office::first(&app, "office_clerk").await;
    let id = clerk.person_id.expect("a person");
    let email = person::Entity::find_by_id(id)
        .one(app.store.reader())
        .await
        .expect("read")
        .expect("there")
        .email;
    let mut visitor = Visitor::new(&app);
    visitor.sign_in(&email, office::PASSWORD).await;
    let mut other = Visitor::new(&app);
    other.sign_in(&email, office::PASSWORD).await;
    let account = visitor.get("/toi").await.text;
    assert_eq!(
        account.matches("Đăng nhập 20/03/2023").count(),
        2,
        "{account}"
    );
    visitor.post("/toi/phien", &[("do", "others")]).await;
    assert!(other.get("/").await.location.starts_with("/dang-nhap"));
    assert_eq!(visitor.get("/").await.status, StatusCode::OK);
    assert_eq!(
        session::Entity::find()
            .count(app.store.reader())
            .await
            .expect("counted"),
        1
    );

    visitor.enrol().await;
    other
        .post(
            "/dang-nhap",
            &[("login", &email), ("password", office::PASSWORD)],
        )
        .await;
    for n in 0..5 {
        let page = other.get("/dang-nhap/ma").await.text;
        let answer = other.press(&page, &[("code", &format!("00000{n}"))]).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        // A right password between wrong codes does not begin the count anew.
        other
            .post(
                "/dang-nhap",
                &[("login", &email), ("password", office::PASSWORD)],
            )
            .await;
    }
    let right = visitor.code();
    let refused = other.post("/dang-nhap/ma", &[("code", &right)]).await;
    assert_eq!(
        refused.status,
        StatusCode::TOO_MANY_REQUESTS,
        "the account waits"
    );
    assert_eq!(
        visitor.get("/").await.status,
        StatusCode::OK,
        "who is in stays in"
    );
    app.clock
        .advance_to(app.clock.now() + TimeDelta::minutes(16));
    visitor.sign_in(&email, office::PASSWORD).await;
    assert_eq!(visitor.get("/").await.status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn administrators_keep_persons_and_posts_and_cannot_lock_themselves_out() {
    let folder = tempfile::tempdir().expect("a folder");
    let app = office::open(folder.path(), "", office::ORGANISATION).await;
    let (admin, _) = office::first(&app, "admin").await;
    let org = admin.posts[0].org_id;
    let own = admin.person_id.expect("a person");
    let email = person::Entity::find_by_id(own)
        .one(app.store.reader())
        .await
        .expect("read")
        .expect("there")
        .email;
    let mut visitor = Visitor::new(&app);
    visitor.sign_in(&email, office::PASSWORD).await;
    let list = visitor.get("/quan-tri/nguoi-dung?q=").await.text;
    assert!(!list.contains("vi.mau") && list.contains("/quan-tri/nguoi-dung/"));

    let add = visitor.get("/quan-tri/nguoi-dung/moi").await.text;
    let typed = [
        ("name", "Đỗ Mới"),
        ("email", "moi@caoloc.example"),
        ("unit", &org.to_string()),
        ("title", "Phó Chủ tịch"),
        ("role", "vice_chair"),
        ("from", "20/03/2023"),
    ];
    assert_eq!(
        visitor
            .press(&add, &[("name", "Đỗ Mới"), ("email", "moi")])
            .await
            .status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    let added = visitor.press(&add, &typed).await;
    assert_eq!(added.status, StatusCode::SEE_OTHER, "{}", added.text);
    assert_eq!(mails(&app, "invitation").await.len(), 1);
    let person_page = added.location;
    assert!(
        visitor
            .get(&person_page)
            .await
            .text
            .contains("chưa chọn mật khẩu")
    );

    // The only administrator with a password: neither closing the account nor ending the post goes.
    let mine = format!("/quan-tri/nguoi-dung/{own}");
    let closed = visitor.post(&mine, &[("do", "close")]).await;
    assert_eq!(closed.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(closed.text.contains("không còn ai quản trị"));
    let post = trinhky::people::rows::post::Entity::find()
        .filter(trinhky::people::rows::post::Column::PersonId.eq(own))
        .filter(trinhky::people::rows::post::Column::Role.eq("admin"))
        .one(app.store.reader())
        .await
        .expect("read")
        .expect("the post")
        .id;
    let ended = visitor
        .post(
            &mine,
            &[
                ("do", "end"),
                ("post", &post.to_string()),
                ("end", "21/03/2023"),
            ],
        )
        .await;
    assert_eq!(
        ended.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "{}",
        ended.text
    );
    assert_eq!(visitor.get("/quan-tri").await.status, StatusCode::OK);

    let before = journal::Entity::find()
        .filter(journal::Column::Act.eq("person.disabled"))
        .count(app.store.reader())
        .await
        .expect("counted");
    assert_eq!(
        visitor.post(&person_page, &[("do", "close")]).await.status,
        StatusCode::SEE_OTHER
    );
    assert!(
        visitor
            .get(&person_page)
            .await
            .text
            .contains("tài khoản đã ngừng")
    );
    let after = journal::Entity::find()
        .filter(journal::Column::Act.eq("person.disabled"))
        .count(app.store.reader())
        .await
        .expect("counted");
    assert_eq!(after, before + 1);

    // A person of another organisation is not there.
    let posts = trinhky::people::rows::post::Entity::find()
        .all(app.store.reader())
        .await
        .expect("read");
    let works_here = |person| {
        posts
            .iter()
            .any(|post| post.person_id == person && post.org_id == org)
    };
    let commune = posts
        .iter()
        .map(|post| post.person_id)
        .find(|person| !works_here(*person))
        .expect("somebody of elsewhere");
    assert_eq!(
        visitor
            .get(&format!("/quan-tri/nguoi-dung/{commune}"))
            .await
            .status,
        StatusCode::NOT_FOUND
    );
    let matrix = visitor.get("/quan-tri/an-toan").await.text;
    assert!(matrix.contains("cả cơ quan") && matrix.contains("trong đơn vị"));
    let own_role = visitor
        .post(
            "/quan-tri/an-toan",
            &[("roles", "admin"), ("minutes", "15")],
        )
        .await;
    assert_eq!(
        own_role.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "who has no telephone does not demand one of himself"
    );
    let changed = visitor
        .post("/quan-tri/an-toan", &[("minutes", "15")])
        .await;
    assert_eq!(changed.status, StatusCode::SEE_OTHER);
    let offices = unit::Entity::find()
        .all(app.store.reader())
        .await
        .expect("read");
    let mut strict = 0;
    for office in offices.into_iter().filter(|unit| unit.id == unit.org_id) {
        let security = settings::security(app.store.reader(), office.id).await;
        strict += usize::from(security.expect("read").step_up_minutes == 15);
    }
    assert_eq!(strict, 1, "an office changes no other's rules");
}
