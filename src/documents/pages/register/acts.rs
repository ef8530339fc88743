//! What the keeper of a register does in it by hand: enter a number given on paper, strike one, close the book.

use axum::extract::{Form as Body, Path};
use axum::response::Response;
use trinhky_calendar::vn_date;
use uuid::Uuid;

use super::{address, book, title};
use crate::documents::books::{self, OnPaper};
use crate::documents::pages::common::{Pairs, refuse, refused, said};
use crate::documents::rows::register;
use crate::fault::{Fault, Outcome};
use crate::people::session::{Session, done, failed};
use crate::web::format::read_date;
use crate::web::views::sheet::{Act, Entry, Field, Input, Part, Sheet};
use crate::web::{Form, Link, WebError, html};

/// `GET /so-van-ban/{id}/ghi-tay`: the keeper's form for a number that was given on paper.
///
/// # Errors
/// 404 for strangers.
pub async fn enter_page(session: Session, Path(id): Path<Uuid>) -> Result<Response, WebError> {
    let view = async {
        let book = book(&session, id).await?;
        let mut form = Form::new(&format!("{}/ghi-tay", address(id)), "", "");
        form.set("number", format!("{:02}", book.next_number));
        form.set("issued_on", vn_date(session.today()));
        enter_view(&session, &book, form).await
    };
    view.await.map_err(|fault| failed(fault, &address(id)))
}

/// `POST /so-van-ban/{id}/ghi-tay`.
///
/// # Errors
/// 404 for strangers, 403 for others than the keeper; what is not acceptable shows the form again.
pub async fn enter(
    session: Session,
    Path(id): Path<Uuid>,
    Body(pairs): Body<Pairs>,
) -> Result<Response, WebError> {
    let mut form = Form::sent(&format!("{}/ghi-tay", address(id)), pairs);
    match enter_act(&session, id, &form).await {
        Ok(number) => Ok(done(
            &address(id),
            &said(
                session.lang,
                format!("Đã ghi số {number:02} vào sổ."),
                format!("Number {number:02} is entered."),
            ),
        )),
        Err(fault) => {
            refuse(&mut form, fault, session.lang, &address(id), field)?;
            let view = async {
                let book = book(&session, id).await?;
                enter_view(&session, &book, form).await
            };
            let view = view.await.map_err(|fault| failed(fault, &address(id)))?;
            Ok(refused(view))
        }
    }
}

async fn enter_act(session: &Session, id: Uuid, form: &Form) -> Outcome<i32> {
    book(session, id).await?;
    let text = |name: &str| form.value(name).trim().to_owned();
    let number = read_number(form)?;
    let typed = OnPaper {
        number,
        symbol: text("symbol"),
        entry_on: read_day(form)?,
        subject: text("subject"),
        signer: text("signer"),
        recipients: text("recipients"),
        keeper: text("keeper"),
        reason: text("reason"),
    };
    books::enter_by_hand(&session.app, &session.actor, id, typed).await?;
    Ok(number)
}

async fn enter_view(session: &Session, book: &register::Model, form: Form) -> Outcome<Response> {
    let lang = session.lang;
    let fields = vec![
        Field::line("number", lang.say("Số trên giấy", "Number on paper")).hint(said(
            lang,
            format!(
                "Số kế tiếp của sổ là {:02}; ghi lần lượt từng số.",
                book.next_number
            ),
            format!("The register's next number is {:02}.", book.next_number),
        )),
        Field::line("symbol", lang.say("Ký hiệu", "Symbol"))
            .hint(lang.say("Ví dụ: QĐ-UBND.", "E.g. QĐ-UBND.")),
        Field::line("issued_on", lang.say("Ngày văn bản", "Date")),
        Field::new(
            "subject",
            lang.say("Tên loại và trích yếu", "Type and subject"),
            Input::Area(2),
        ),
        Field::line("signer", lang.say("Người ký", "Signer")),
        Field::new(
            "recipients",
            lang.say("Nơi nhận", "Recipients"),
            Input::Area(2),
        ),
        Field::line(
            "keeper",
            lang.say("Đơn vị, người nhận bản lưu", "Keeper of the file copy"),
        ),
        Field::line("reason", lang.say("Lý do cấp số trên giấy", "Why on paper"))
            .hint(lang.say("Ví dụ: mất điện.", "E.g. a power cut.")),
    ];
    let acts = vec![Act::main(
        lang.say("Ghi vào sổ", "Enter"),
        lang.say(
            "Số đã ghi không xóa được; ghi nhầm thì bỏ số.",
            "It cannot be deleted; a mistake is struck and stays in the register.",
        ),
    )];
    sheet(
        session,
        book,
        &lang.say("Ghi số đã cấp trên giấy", "Enter a number given on paper"),
        Entry {
            form,
            fields,
            acts,
            upload: false,
        },
    )
    .await
}

/// `GET /so-van-ban/{id}/bo-so`: the keeper's form to strike a number.
///
/// # Errors
/// 404 for strangers.
pub async fn strike_page(session: Session, Path(id): Path<Uuid>) -> Result<Response, WebError> {
    let view = async {
        let book = book(&session, id).await?;
        let mut form = Form::new(&format!("{}/bo-so", address(id)), "", "");
        form.set("issued_on", vn_date(session.today()));
        strike_view(&session, &book, form).await
    };
    view.await.map_err(|fault| failed(fault, &address(id)))
}

/// `POST /so-van-ban/{id}/bo-so`.
///
/// # Errors
/// 404 for strangers, 403 for others than the keeper; what is not acceptable shows the form again.
pub async fn strike(
    session: Session,
    Path(id): Path<Uuid>,
    Body(pairs): Body<Pairs>,
) -> Result<Response, WebError> {
    let mut form = Form::sent(&format!("{}/bo-so", address(id)), pairs);
    match strike_act(&session, id, &form).await {
        Ok(sentence) => Ok(done(&address(id), &sentence)),
        Err(fault) => {
            refuse(&mut form, fault, session.lang, &address(id), field)?;
            let view = async {
                let book = book(&session, id).await?;
                strike_view(&session, &book, form).await
            };
            let view = view.await.map_err(|fault| failed(fault, &address(id)))?;
            Ok(refused(view))
        }
    }
}

async fn strike_act(session: &Session, id: Uuid, form: &Form) -> Outcome<String> {
    book(session, id).await?;
    let number = read_number(form)?;
    let reason = form.value("reason").to_owned();
    let again = books::strike(
        &session.app,
        &session.actor,
        id,
        number,
        reason,
        read_day(form)?,
    )
    .await?;
    Ok(match again {
        Some(again) => said(
            session.lang,
            format!("Đã bỏ số {number:02}; văn bản được cấp số {again:02}, chờ đóng dấu."),
            format!("Number {number:02} is void; the document has {again:02} now."),
        ),
        None => said(
            session.lang,
            format!("Đã bỏ số {number:02}; số vẫn nằm trong sổ."),
            format!("Number {number:02} is void and stays in the register."),
        ),
    })
}

async fn strike_view(session: &Session, book: &register::Model, form: Form) -> Outcome<Response> {
    let lang = session.lang;
    let fields = vec![
        Field::line("number", lang.say("Số cần bỏ", "Number")),
        Field::line("reason", lang.say("Lý do", "Reason")).hint(lang.say(
            "Lý do được in ở cột Ghi chú của sổ.",
            "It is printed in the register.",
        )),
        Field::line(
            "issued_on",
            lang.say("Ngày của số mới", "Day of the new number"),
        )
        .hint(lang.say(
            "Văn bản đã cấp số này mà chưa đóng dấu được cấp ngay số kế tiếp.",
            "A document that bears it and is not sealed gets the next number at once.",
        )),
    ];
    let acts = vec![Act::main(
        lang.say("Bỏ số", "Strike"),
        lang.say(
            "Số bỏ nằm lại trong sổ và không dùng lại.",
            "It stays in the register, void, and is not used again.",
        ),
    )];
    sheet(
        session,
        book,
        &lang.say("Bỏ số đã cấp nhầm", "Strike a number"),
        Entry {
            form,
            fields,
            acts,
            upload: false,
        },
    )
    .await
}

/// `POST /so-van-ban/{id}/khoa`: closes the book of a year that is over.
///
/// # Errors
/// 404 for strangers, 403 for others than the keeper, 409 in the running year.
pub async fn close(session: Session, Path(id): Path<Uuid>) -> Result<Response, WebError> {
    let closed = async {
        book(&session, id).await?;
        books::close(&session.app, &session.actor, id).await
    };
    closed.await.map_err(|fault| failed(fault, &address(id)))?;
    Ok(done(
        &address(id),
        &session.lang.say("Đã khóa sổ.", "The register is closed."),
    ))
}

async fn sheet(
    session: &Session,
    book: &register::Model,
    heading: &str,
    entry: Entry,
) -> Outcome<Response> {
    let mut page = session.page(heading);
    page.crumbs = vec![
        Link::new("/van-thu", &session.lang.t("nav-clerk")),
        Link::new(
            &address(book.id),
            &title(session.app.store.reader(), session, book).await?,
        ),
    ];
    Ok(html(&Sheet {
        page,
        parts: vec![Part::Form(entry)],
    }))
}

/// The field of the page at which a refusal of the act stands.
fn field(name: &str) -> String {
    match name {
        "date" => "issued_on",
        name => name,
    }
    .to_owned()
}

fn read_number(form: &Form) -> Outcome<i32> {
    let number = form.value("number").trim().parse().ok();
    number.filter(|number| *number > 0).ok_or_else(|| {
        Fault::invalid(
            "number",
            "Ghi số bằng chữ số, ví dụ 12.",
            "Enter the number in digits, e.g. 12.",
        )
    })
}

fn read_day(form: &Form) -> Outcome<chrono::NaiveDate> {
    read_date(form.value("issued_on")).ok_or_else(|| {
        Fault::invalid(
            "issued_on",
            "Ghi ngày dạng ngày/tháng/năm.",
            "Enter the date as day/month/year.",
        )
    })
}
