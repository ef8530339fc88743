//! The form of one act on an open step, an incident or a job.

use super::{Asked, Course, address};
use crate::documents::pages::common::page;
use crate::documents::pages::submit::units_to_ask;
use crate::documents::steer::right;
use crate::fault::{Fault, Outcome};
use crate::people::find as people_find;
use crate::web::views::sheet::{Act, Field, Input, Part, Sheet, choice};
use crate::web::{Form, Link};

impl Course<'_> {
    /// The form of one act.
    pub(super) async fn form(&self, asked: &Asked, sent: Option<Form>) -> Outcome<Sheet> {
        let reason = || Field::new("reason", self.says("Lý do", "Reason"), Input::Area(3));
        let one = |name: &str, vi: &str, en: &str, list| {
            Field::new(name, self.says(vi, en), Input::One(list))
        };
        let (title, fields, then) = match asked.viec.as_str() {
            "resolve" => (
                self.says("Xử lý sự cố", "Resolve the incident"),
                vec![
                    Field::new("variables", self.says("Giá trị cần đặt", "Values to set"), Input::Area(3)).hint(self.says(
                        "Mỗi dòng: tên = giá trị, chữ đặt trong dấu \"\". Để trống nếu nguyên nhân đã hết.",
                        "One a line: name = value, texts in \"\". Leave empty where the cause is gone.",
                    )),
                ],
                self.says("Quy trình thử lại đúng chỗ đã dừng.", "The workflow tries again where it stopped."),
            ),
            "end" => (
                self.says("Thôi ban hành văn bản", "Drop the document"),
                vec![reason()],
                self.says(
                    "Không hoàn tác được: quy trình dừng, việc đang chờ của mọi người kết thúc, số đã cấp bị bỏ. Nội dung và lịch sử được giữ.",
                    "It cannot be undone: the workflow ends, nobody's step is left, a number that was given is void. Content and history stay.",
                ),
            ),
            "retry" => (
                self.says("Chạy lại việc tự động", "Run the job again"),
                Vec::new(),
                self.says("Việc được xếp lại vào hàng chờ ngay.", "The job is queued again at once."),
            ),
            act => {
                let task = self.tasks.iter().find(|task| task.task_id == asked.buoc).ok_or(Fault::NotFound)?;
                let people = || async {
                    let right = right(&self.document, task);
                    let able = people_find::who_may_do(self.db(), &right, self.session.today()).await?;
                    let me = self.session.actor.person_id;
                    let others = able.into_iter().filter(|(id, _)| act == "give" || Some(*id) != me);
                    Outcome::Ok(others.map(|(id, name)| choice(&id.to_string(), name)).collect::<Vec<_>>())
                };
                let name = &task.name;
                match act {
                    "lend" => (
                        self.says(&format!("Nhờ làm: {name}"), &format!("Lend: {name}")),
                        vec![one("person", "Người làm thay", "Who does it", people().await?)],
                        self.says("Người được nhờ nhận thư; làm xong hoặc giao lại bạn.", "They are told by mail, and do it or hand it back."),
                    ),
                    "give" => (
                        self.says(&format!("Giao: {name}"), &format!("Give: {name}")),
                        vec![one("person", "Người làm", "Who does it", people().await?)],
                        self.says("Người được giao nhận thư; người khác không làm bước này nữa.", "They are told by mail; nobody else does the step."),
                    ),
                    "extend" => (
                        self.says(&format!("Gia hạn: {name}"), &format!("Move the deadline: {name}")),
                        vec![
                            Field::line("due", self.says("Ngày mới", "New day"))
                                .hint(self.says("Như 24/3/2023; hết giờ làm việc ngày đó.", "As 24/3/2023; the end of office hours.")),
                            reason(),
                        ],
                        self.says("Nhắc việc dời theo thời hạn mới.", "Reminders move with the deadline."),
                    ),
                    "back" => {
                        let list = self.targets(task).await?.into_iter().map(|step| choice(&step.element, step.name)).collect();
                        (
                            self.says(&format!("Đưa về từ: {name}"), &format!("Send back from: {name}")),
                            vec![one("to", "Về bước", "To the step", list), reason()],
                            self.says("Bước này kết thúc; bước được chọn mở lại và người làm nhận thư.", "This step ends; the chosen one opens anew and its people are told."),
                        )
                    }
                    "ask" => (
                        self.says("Lấy thêm ý kiến", "Ask one unit more"),
                        vec![one("unit", "Đơn vị", "Unit", units_to_ask(self.session, &self.document).await?)],
                        self.says("Đơn vị nhận thư lấy ý kiến, cùng thời hạn với đợt đang chạy.", "The unit is asked by mail, until the deadline of the round."),
                    ),
                    "excuse" => {
                        let unit = task.unit_id.ok_or(Fault::NotFound)?;
                        let named = people_find::unit(self.db(), unit, self.session.today()).await?;
                        (
                            self.says("Thôi lấy ý kiến", "Stop asking"),
                            vec![one("unit", "Đơn vị", "Unit", vec![choice(&unit.to_string(), named.called().to_owned())]), reason()],
                            self.says("Việc góp ý của đơn vị này kết thúc.", "This unit's opinion is no longer waited for."),
                        )
                    }
                    _ => return Err(Fault::NotFound),
                }
            }
        };
        let act = Act::main(title.clone(), then).valued(&asked.viec);
        Ok(Sheet {
            page: page(self.session, &self.document, &title),
            parts: vec![
                Part::Form(self.entry(&asked.buoc, fields, vec![act], sent)),
                Part::Links(vec![Link::new(
                    &address(self.document.row.id),
                    &self.says("Điều khiển quy trình", "Course of the workflow"),
                )]),
            ],
        })
    }
}
