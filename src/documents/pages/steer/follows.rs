//! "What happens if I press this?" in sentences.

use trinhky_engine::Task;

use super::Course;
use crate::documents::rehearse;
use crate::documents::steer::right;
use crate::fault::Outcome;
use crate::flow::rows::flow_task;
use crate::people::may::TaskRight;
use crate::people::{find as people_find, roles};
use crate::web::format::date_time;

impl Course<'_> {
    /// What happens when the step is taken now, a line for each way on.
    pub(super) async fn what_follows(&self, task: &flow_task::Model) -> Outcome<Vec<String>> {
        let mut lines = Vec::new();
        for way in rehearse::ways(&self.session.app, &self.document, task).await? {
            let mut said = Vec::new();
            for opened in &way.next.tasks {
                said.push(self.opens(task, opened).await?);
            }
            for job in &way.next.jobs {
                said.push(self.says(&format!("tự động: {job}"), &format!("by itself: {job}")));
            }
            for (name, at) in &way.next.timers {
                let at = date_time(*at);
                said.push(self.says(
                    &format!("hẹn “{name}” lúc {at}"),
                    &format!("\"{name}\" is set for {at}"),
                ));
            }
            if way.next.ends {
                said.push(self.says("quy trình kết thúc", "the workflow ends"));
            }
            if let Some((vi, en)) = &way.next.stuck {
                said.push(self.says(
                    &format!("quy trình dừng: {vi}"),
                    &format!("the workflow gets stuck: {en}"),
                ));
            }
            if said.is_empty() {
                said.push(self.says(
                    "chờ các bước khác còn mở",
                    "the other open steps are waited for",
                ));
            }
            let name = self.says(&way.name.0, &way.name.1);
            let name = if name.is_empty() {
                self.says("Khi xong", "When it is done")
            } else {
                name
            };
            lines.push(format!("{name}: {}.", said.join("; ")));
        }
        Ok(lines)
    }

    /// `mở “Phê duyệt” cho Nguyễn Duy Anh, hạn 17:00 24/3/2023, có thư báo`.
    async fn opens(&self, from: &flow_task::Model, opened: &Task) -> Outcome<String> {
        let role = opened.role.as_deref().unwrap_or_default();
        // Who is in a round is chosen with the step.
        let who = if opened.item.is_some() {
            roles::name(self.lang(), role)
        } else {
            let right = TaskRight {
                role,
                unit_id: None,
                person_id: None,
                ..right(&self.document, from)
            };
            let told = people_find::who_may_do(self.db(), &right, self.session.today()).await?;
            told.into_iter()
                .map(|(_, name)| name)
                .collect::<Vec<_>>()
                .join(", ")
        };
        let who = if who.is_empty() {
            self.says("chưa có ai giữ vai trò này", "nobody holds this role")
        } else {
            who
        };
        let due = opened.due.map_or_else(String::new, |due| {
            let due = date_time(due);
            self.says(&format!(", hạn {due}"), &format!(", due {due}"))
        });
        Ok(self.says(
            &format!("mở “{}” cho {who}{due}, có thư báo", opened.name),
            &format!("\"{}\" opens for {who}{due}, told by mail", opened.name),
        ))
    }
}
