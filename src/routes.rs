//! Every address of the product on one page, with who may open it.
//!
//! Rights of an act are checked in the act itself (`people::may`); what an address shows is limited
//! by the scoped finders. Here stands the first door: `open` (no account), `signed-in`, or a role.

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::HeaderValue;
use axum::http::header::STRICT_TRANSPORT_SECURITY;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{MethodRouter, get, post};
use tokio::sync::Semaphore;
use tower::util::option_layer;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::csrf::CsrfLayer;
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::timeout::TimeoutLayer;

use crate::app::App;
use crate::people::session::{clear_flash, keep_form, prove_again};
use crate::web::error::localise_errors;
use crate::web::headers::security_headers;
use crate::web::overload::shed;
use crate::web::traffic::count;
use crate::{
    api, cases, deadlines, distribution, documents, hooks, objectives, people, reminders, signing,
    watch, web,
};

/// Who may open an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anybody.
    Open,
    /// Anybody with the typed code of a delivery.
    Code,
    /// Everybody who is signed in; the finders limit what is seen, the acts what is done.
    SignedIn,
    /// Administrators of the organisation.
    Admin,
    /// Programs with a token; the handler checks its scopes.
    Token,
    /// Anybody, also when the program is overloaded: what watches it must hear from it.
    Probe,
}

/// One address.
pub struct Route {
    pub path: &'static str,
    pub access: Access,
    /// Its POST has legal effect: who proved long ago who it is proves it again first.
    pub legal: bool,
    pub handlers: MethodRouter<App>,
}

impl Route {
    fn legal(self) -> Self {
        Self {
            legal: true,
            ..self
        }
    }
}

/// Largest request, in bytes: an imported document with its pictures.
const MAX_REQUEST: usize = 20 * 1024 * 1024;
/// A slow client gives its place to others.
const REQUEST_TIMEOUT: std::time::Duration = std::time::Duration::from_secs(60);

/// Requests that are worked on at once; the rest are told to come back. A page takes milliseconds, so these are already
/// some tenths of a second of waiting.
const REQUESTS_AT_ONCE: usize = 256;

/// The table of addresses.
#[must_use]
pub fn table() -> Vec<Route> {
    use Access::{Admin, Code, Open, Probe, SignedIn, Token};
    use api as i;
    use cases::pages as c;
    use distribution::pages as d;
    use documents::pages as v;
    use hooks::pages as h;
    use objectives::pages as o;
    use people::absence_page as n;
    use people::account as m;
    use people::admin as a;
    use people::door as e;
    use people::pages as p;
    use people::passkey::pages as k;
    use reminders::pages as r;
    use signing::pages as s;
    let route = |path, access, handlers| Route {
        path,
        access,
        legal: false,
        handlers,
    };
    vec![
        route("/suc-khoe", Probe, get(watch::health)),
        route("/metrics", Probe, get(watch::metrics)),
        route("/dang-nhap", Open, get(p::sign_in_page).post(p::sign_in)),
        route("/dang-nhap/ma", Open, get(e::code_page).post(e::take_code)),
        route("/cai-dat", Open, get(e::setup_page).post(e::set_up)),
        route(
            "/quen-mat-khau",
            Open,
            get(e::forgotten_page).post(e::forgotten),
        ),
        route(
            "/mat-khau-moi/{secret}",
            Open,
            get(e::choose_page).post(e::choose),
        ),
        // Only a session that may be asked gets a question; a sign-in asks whoever comes.
        route("/khoa-truy-cap", Open, post(k::ask)),
        route("/dang-nhap/khoa", Open, post(k::enter)),
        route("/xac-thuc/khoa", SignedIn, post(k::prove)),
        route("/toi/ma-xac-thuc/khoa", SignedIn, post(k::add)).legal(),
        route("/toi/ma-xac-thuc/khoa/bo", SignedIn, post(k::remove)).legal(),
        route("/xac-thuc", SignedIn, get(m::proof_page).post(m::prove)),
        route("/toi", SignedIn, get(m::show)),
        route("/toi/mat-khau", SignedIn, post(m::change_password)),
        route("/toi/phien", SignedIn, post(m::end_sessions)),
        route(
            "/toi/ma-xac-thuc",
            SignedIn,
            get(m::factor_page).post(m::change_factor),
        ),
        route(
            "/toi/lich",
            SignedIn,
            get(r::feeds_page).post(r::change_feeds),
        ),
        // The secret in the address is the key: calendar programmes cannot sign in.
        route("/lich/{secret}", Open, get(r::feed)),
        // Who has no session any more is signed out as well.
        route("/dang-xuat", Open, post(p::sign_out)),
        route("/", SignedIn, get(p::desk)),
        route("/vang-mat", SignedIn, get(n::show).post(n::set)),
        route("/vang-mat/het", SignedIn, post(n::end)),
        route("/vang-mat/{id}/uy-quyen", SignedIn, get(n::mandate)),
        route("/huong-dan", SignedIn, get(people::guide::guide)),
        route("/huong-dan/{viec}", SignedIn, get(people::guide::guide_of)),
        route("/luu-tam", SignedIn, post(p::keep_typed)),
        route("/luu-tam/{id}", SignedIn, get(p::kept_form)),
        route("/xac-minh", Open, get(s::verification).post(s::verify)),
        route("/verify", Open, get(s::english_address)),
        // Documents
        route("/van-ban", SignedIn, get(v::list)),
        route("/van-ban/tim-kiem", SignedIn, post(v::keep_search)),
        route(
            "/van-ban/nhap",
            SignedIn,
            get(v::import_page).post(v::import),
        ),
        route("/van-ban/moi", SignedIn, get(v::begin_page).post(v::begin)),
        route("/van-ban/{id}", SignedIn, get(v::show)),
        route(
            "/van-ban/{id}/dinh-kem",
            SignedIn,
            get(v::files_page).post(v::add_file),
        ),
        route("/van-ban/{id}/dinh-kem/bo", SignedIn, post(v::remove_file)),
        route(
            "/van-ban/{id}/dinh-kem/{file}",
            SignedIn,
            get(v::attached_file),
        ),
        route(
            "/van-ban/{id}/dinh-chinh",
            SignedIn,
            get(v::follow_page).post(v::follow),
        ),
        route(
            "/van-ban/{id}/thu-hoi",
            SignedIn,
            get(d::recall_page).post(d::recall_act),
        )
        .legal(),
        route(
            "/van-ban/{id}/dung-lai",
            SignedIn,
            get(v::again_page).post(v::again),
        ),
        route(
            "/van-ban/{id}/ho-so",
            SignedIn,
            get(c::put_page).post(c::put),
        ),
        route(
            "/van-ban/{id}/sao",
            SignedIn,
            get(v::copies_page).post(v::make_copy),
        ),
        route("/van-ban/{id}/sao/{copy}", SignedIn, get(v::copy_file)),
        route("/van-ban/{id}/tep.pdf", SignedIn, get(v::pdf)),
        route("/van-ban/{id}/so-sanh", SignedIn, get(v::compare_page)),
        route("/van-ban/{id}/khoi-phuc", SignedIn, post(v::restore)),
        route("/van-ban/{id}/quy-trinh.svg", SignedIn, get(v::picture)),
        route(
            "/van-ban/{id}/quy-trinh",
            SignedIn,
            get(v::course).post(v::steer_course),
        ),
        route(
            "/van-ban/{id}/soan",
            SignedIn,
            get(v::edit_page).post(v::save),
        ),
        route(
            "/van-ban/{id}/chi-tieu",
            SignedIn,
            get(v::measures_page).post(v::confirm_measures),
        ),
        route(
            "/van-ban/{id}/trinh",
            SignedIn,
            get(v::submit_page).post(v::submit),
        ),
        route(
            "/van-ban/{id}/gop-y",
            SignedIn,
            get(v::opinion_page).post(v::give_opinion),
        ),
        route(
            "/van-ban/{id}/giai-trinh",
            SignedIn,
            get(v::answers_page).post(v::answer_opinions),
        ),
        route(
            "/van-ban/{id}/kiem-tra",
            SignedIn,
            get(v::check_page).post(v::check),
        ),
        route(
            "/van-ban/{id}/phe-duyet",
            SignedIn,
            get(v::approve_page).post(v::decide),
        )
        .legal(),
        route(
            "/van-ban/{id}/buoc/{element}",
            SignedIn,
            get(v::plain_step_page).post(v::take_plain_step),
        ),
        route(
            "/van-ban/{id}/tra-loi",
            SignedIn,
            get(v::question_page).post(v::answer_question),
        ),
        route(
            "/van-ban/{id}/ky",
            SignedIn,
            get(v::sign_page).post(v::sign),
        )
        .legal(),
        route(
            "/ky-nhieu-van-ban",
            SignedIn,
            get(v::sign_many_page).post(v::sign_many),
        )
        .legal(),
        route(
            "/ky-tai-may/{id}",
            SignedIn,
            get(v::workstation_page).post(v::workstation_finish),
        )
        .legal(),
        route(
            "/ky-tai-may/{id}/tep",
            SignedIn,
            post(v::workstation_upload),
        )
        .legal(),
        route(
            "/ky-tai-may/{id}/tep.pdf",
            SignedIn,
            get(v::workstation_file),
        ),
        route(
            "/ky-tai-may/{id}/duong-dan",
            SignedIn,
            post(v::workstation_addresses),
        ),
        // For the signing program of the signer's machine, which has no session: good once, for ten minutes.
        route("/tep-ky/{secret}", Open, post(v::workstation_back)),
        route(
            "/tep-ky/{secret}/can-ky.pdf",
            Open,
            get(v::workstation_fetch),
        ),
        route("/van-ban/{id}/cap-so", SignedIn, post(v::assign_number)),
        route("/van-ban/{id}/dong-dau", SignedIn, post(v::seal)).legal(),
        route("/van-ban/{id}/phat-hanh", SignedIn, post(v::issue)).legal(),
        route("/van-thu", SignedIn, get(v::clerk_desk)),
        route("/phu-luc-vi", SignedIn, get(v::annex_vi_page)),
        route(
            "/so-van-ban/sau-khoi-phuc",
            SignedIn,
            get(v::restored_page).post(v::settle),
        ),
        // Case files
        route("/ho-so", SignedIn, get(c::list).post(c::open)),
        route("/ho-so/nam-truoc", SignedIn, post(c::carry_over)),
        route("/ho-so/{id}", SignedIn, get(c::show)),
        route(
            "/ho-so/{id}/sua",
            SignedIn,
            get(c::revise_page).post(c::revise),
        ),
        route("/ho-so/{id}/bo-ra", SignedIn, post(c::take_out)),
        route("/ho-so/{id}/ket-thuc", SignedIn, post(c::close)),
        route("/ho-so/{id}/nop-luu", SignedIn, post(c::hand_over)),
        route("/ho-so/{id}/ho-so.pdf", SignedIn, get(c::pdf)),
        route("/ho-so/{id}/ho-so.xml", SignedIn, get(c::xml)),
        route("/so-van-ban/{id}", SignedIn, get(v::register)),
        route(
            "/so-van-ban/{id}/ghi-tay",
            SignedIn,
            get(v::enter_number_page).post(v::enter_number),
        ),
        route(
            "/so-van-ban/{id}/bo-so",
            SignedIn,
            get(v::strike_number_page).post(v::strike_number),
        ),
        route("/so-van-ban/{id}/khoa", SignedIn, post(v::close_register)),
        // Distribution
        route("/van-ban-den", SignedIn, get(d::inbox)),
        route("/van-ban-den/so/{unit}", SignedIn, get(d::arrivals)),
        route(
            "/tiep-nhan/{id}",
            SignedIn,
            get(d::receive_page).post(d::receive),
        ),
        route("/tiep-nhan/{id}/tu-choi", SignedIn, post(d::refuse)),
        route(
            "/tiep-nhan/{id}/chi-dao",
            SignedIn,
            get(d::direction_page).post(d::change_direction),
        ),
        route(
            "/tiep-nhan/{id}/ma",
            Code,
            get(d::guest_page).post(d::guest),
        ),
        route(
            "/van-ban/{id}/xac-nhan",
            SignedIn,
            get(d::attest_page).post(d::attest),
        ),
        route(
            "/van-ban/{id}/chung-cu",
            SignedIn,
            get(d::proof_page).post(d::make_proof),
        )
        .legal(),
        route("/van-ban/{id}/chung-cu.pdf", SignedIn, get(d::proof_file)),
        route("/van-ban/{id}/theo-doi", SignedIn, get(r::tracking)),
        route(
            "/van-ban/{id}/khep-vong",
            SignedIn,
            get(d::closing_page).post(d::close_round),
        ),
        route(
            "/van-ban/{id}/gui-them",
            SignedIn,
            get(d::more_page).post(d::send_more),
        ),
        route(
            "/van-ban/{id}/theo-doi/so-dem",
            SignedIn,
            get(r::live_counters),
        ),
        route("/van-ban/{id}/theo-doi.csv", SignedIn, get(r::tracking_csv)),
        route(
            "/van-ban/{id}/theo-doi.xlsx",
            SignedIn,
            get(r::tracking_xlsx),
        ),
        route("/theo-doi", SignedIn, get(r::units)),
        route("/theo-doi/{unit}", SignedIn, get(r::unit)),
        route(
            "/van-ban/{id}/nhac",
            SignedIn,
            get(r::remind_page).post(r::remind),
        ),
        // Objectives
        route("/muc-tieu", SignedIn, get(o::index)),
        route("/van-ban/{id}/muc-tieu", SignedIn, get(o::show)),
        route("/van-ban/{id}/muc-tieu.csv", SignedIn, get(o::csv)),
        route("/van-ban/{id}/muc-tieu.xlsx", SignedIn, get(o::xlsx)),
        route(
            "/che-do-bao-cao",
            SignedIn,
            get(o::own_regime_page).post(o::set_own_regime),
        ),
        route(
            "/van-ban/{id}/che-do-bao-cao",
            SignedIn,
            get(o::regime_page).post(o::set_regime),
        ),
        route(
            "/van-ban/{id}/che-do-bao-cao/{label}",
            SignedIn,
            get(o::asked_page).post(o::set_asked),
        ),
        route(
            "/bao-cao/{id}",
            SignedIn,
            get(o::report_page).post(o::save_report),
        ),
        route(
            "/bao-cao/{id}/gia-han",
            SignedIn,
            get(o::extension_page).post(o::ask_extension),
        ),
        route(
            "/bao-cao/{id}/gia-han/tra-loi",
            SignedIn,
            post(o::answer_extension),
        ),
        route("/bao-cao/{id}/duyet", SignedIn, post(o::approve_report)),
        route(
            "/bao-cao/{id}/minh-chung",
            SignedIn,
            get(o::evidence_page).post(o::add_evidence),
        ),
        route(
            "/bao-cao/{id}/minh-chung/bo",
            SignedIn,
            post(o::remove_evidence),
        ),
        route(
            "/bao-cao/{id}/minh-chung/{file}",
            SignedIn,
            get(o::evidence_file),
        ),
        route(
            "/bao-cao/{id}/nhap",
            SignedIn,
            get(o::import_page).post(o::import_file),
        ),
        route(
            "/bao-cao/{id}/nhap/{file}",
            SignedIn,
            get(o::import_preview).post(o::fill_from_file),
        ),
        route("/ky-bao-cao/{id}/bao-cao", SignedIn, get(o::own_report)),
        route(
            "/ky-bao-cao/{id}/tong-hop",
            SignedIn,
            get(o::consolidate_page).post(o::consolidate),
        ),
        route(
            "/van-ban/{id}/danh-gia",
            SignedIn,
            get(o::evaluate_page).post(o::evaluate),
        ),
        route("/van-ban/{id}/dong-nam", SignedIn, post(o::close_year)),
        route("/van-ban/{id}/tom-tat.pdf", SignedIn, get(o::briefing)),
        route("/van-ban/{id}/bang", SignedIn, get(o::wall)),
        route("/van-ban/{id}/bieu-do/{name}", SignedIn, get(o::chart)),
        route(
            "/van-ban/{id}/nam-sau",
            SignedIn,
            get(o::next_year_page).post(o::begin_next_year),
        ),
        route(
            "/van-ban/{id}/khac-phuc",
            SignedIn,
            get(o::actions_page).post(o::open_action),
        ),
        route(
            "/khac-phuc/{id}",
            SignedIn,
            get(o::action_page).post(o::take_action),
        ),
        // Administration
        route("/quan-tri", Admin, get(a::units)),
        route("/quan-tri/viec-dau", Admin, get(a::first_day)),
        route("/quan-tri/thu-thu", Admin, post(a::test_mail)),
        route(
            "/quan-tri/so",
            Admin,
            get(a::registers).post(a::open_register),
        ),
        route(
            "/quan-tri/nhap",
            Admin,
            get(a::import_page).post(a::import_check),
        ),
        route("/quan-tri/nhap/ghi", Admin, post(a::import_write)),
        route("/quan-tri/nhap/mau.xlsx", Admin, get(a::import_template)),
        route(
            "/quan-tri/sap-xep",
            Admin,
            get(a::reorganise_page).post(a::look_at_plan),
        ),
        route("/quan-tri/sap-xep/mau.toml", Admin, get(a::sample_plan)),
        route("/quan-tri/sap-xep/thuc-hien", Admin, post(a::apply_plan)).legal(),
        route("/quan-tri/sap-xep/huy", Admin, post(a::undo_plan)).legal(),
        route("/quan-tri/nguoi-dung", Admin, get(a::persons)),
        route(
            "/quan-tri/nguoi-dung/moi",
            Admin,
            get(a::new_person_page).post(a::add_person),
        ),
        route(
            "/quan-tri/nguoi-dung/{id}",
            Admin,
            get(a::person).post(a::change_person),
        ),
        route(
            "/quan-tri/an-toan",
            Admin,
            get(a::security).post(a::change_security),
        ),
        route(
            "/quan-tri/ngay-nghi",
            Admin,
            get(deadlines::pages::holidays).post(deadlines::pages::change_holiday),
        ),
        route(
            "/quan-tri/quy-trinh",
            Admin,
            get(a::workflows).post(a::upload_workflow),
        ),
        route(
            "/quan-tri/quy-trinh/{id}",
            Admin,
            get(a::workflow).post(a::change_workflow),
        ),
        route(
            "/quan-tri/chuyen-quy-trinh/{hash}",
            Admin,
            get(a::migration).post(a::migrate),
        ),
        route(
            "/quan-tri/su-co",
            Admin,
            get(a::incidents).post(a::run_again),
        ),
        route(
            "/quan-tri/chung-cu",
            Admin,
            get(d::past_page).post(d::tell_past),
        ),
        route("/quan-tri/thu-di", Admin, get(a::outbox)),
        route("/quan-tri/thu-di/{id}/gui-lai", Admin, post(a::send_again)),
        route("/quan-tri/khoa-ky", Admin, get(s::keys)),
        route("/quan-tri/khoa-ky/tep", Admin, post(s::bind_file)),
        route("/quan-tri/khoa-ky/thiet-bi", Admin, post(s::bind_token)),
        route("/quan-tri/khoa-ky/dich-vu", Admin, post(s::bind_remote)),
        route(
            "/quan-tri/khoa-ky/may-nguoi-ky",
            Admin,
            post(s::bind_workstation),
        ),
        route("/quan-tri/khoa-ky/{id}/thoi-dung", Admin, post(s::stop)),
        route("/quan-tri/nhat-ky", Admin, get(a::journal)),
        route(
            "/quan-tri/ket-noi",
            Admin,
            get(a::tokens).post(a::issue_token),
        ),
        route(
            "/quan-tri/ket-noi/{id}/thu-hoi",
            Admin,
            post(a::revoke_token),
        ),
        route("/quan-tri/bao-tin", Admin, get(h::list).post(h::create)),
        route(
            "/quan-tri/bao-tin/{id}",
            Admin,
            get(h::show).post(h::change),
        ),
        route(
            "/quan-tri/bao-tin/tin/{id}",
            Admin,
            get(h::delivery).post(h::send_again),
        ),
        // Other programs
        route("/api/v1/openapi.json", Open, get(i::description)),
        route("/api/v1/reports", Token, get(i::list_reports)),
        route("/api/v1/reports/{id}", Token, get(i::read_report)),
        route(
            "/api/v1/reports/{id}/submission",
            Token,
            post(i::submit_report),
        ),
        route("/api/v1/results/{document}", Token, get(i::read_results)),
    ]
}

/// The whole product as a service.
pub fn router(app: App) -> Router {
    let mut router = Router::new();
    let traffic = Arc::clone(&app.traffic);
    let places = Arc::new(Semaphore::new(REQUESTS_AT_ONCE));
    for route in table() {
        let mut handlers = route.handlers;
        if route.access != Access::Probe {
            handlers = handlers.layer(from_fn_with_state(Arc::clone(&places), shed));
        }
        if route.legal {
            handlers = handlers.layer(from_fn_with_state(app.clone(), prove_again));
        }
        // An open address needs no session, so nothing of it waits for one: never a password.
        if matches!(route.access, Access::SignedIn | Access::Admin) {
            handlers = handlers.layer(from_fn_with_state(app.clone(), keep_form));
        }
        router = router.route(route.path, handlers);
    }
    // Who came over TLS once comes over TLS only.
    let over_tls = app.config.over_tls().then(|| {
        SetResponseHeaderLayer::overriding(
            STRICT_TRANSPORT_SECURITY,
            HeaderValue::from_static("max-age=31536000; includeSubDomains"),
        )
    });
    router
        .fallback(|| async { web::WebError::NotFound })
        .layer(from_fn(clear_flash))
        .layer(from_fn(web::i18n::remember_lang))
        .layer(from_fn(localise_errors))
        .layer(DefaultBodyLimit::max(MAX_REQUEST))
        .merge(web::assets::router())
        .layer(CsrfLayer::new())
        .layer(option_layer(over_tls))
        .layer(from_fn(security_headers))
        .layer(CompressionLayer::new())
        .layer(TimeoutLayer::with_status_code(
            axum::http::StatusCode::REQUEST_TIMEOUT,
            REQUEST_TIMEOUT,
        ))
        .layer(CatchPanicLayer::new())
        .layer(from_fn_with_state(traffic, count))
        .with_state(app)
}
