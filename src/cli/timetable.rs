//! The trace of a simulation as a timetable: by day what opens, what is due, what the clock does.

use std::collections::BTreeMap;
use std::io::{self, Write};

use chrono::{DateTime, Utc};
use serde::Deserialize;
use trinhky_calendar::{local, vn_date, weekday_vi};

/// What a timetable reads of a line of the trace.
#[derive(Debug, Deserialize)]
struct Line {
    at: DateTime<Utc>,
    event: String,
    kind: Option<String>,
    element: Option<String>,
    name: Option<String>,
    data: Option<Data>,
}

#[derive(Debug, Deserialize)]
struct Data {
    due: Option<DateTime<Utc>>,
    message: Option<String>,
}

/// Writes the timetable of a trace of JSON lines; what happens to several items of a round at once is one line with their
/// number.
///
/// # Errors
/// A trace that is none, or an output that takes nothing.
pub fn write(trace: &[u8], out: &mut impl Write) -> io::Result<()> {
    // By instant; at one instant in the order of the trace.
    let mut entries: BTreeMap<DateTime<Utc>, Vec<(String, usize)>> = BTreeMap::new();
    for line in trace
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
    {
        let line: Line = serde_json::from_slice(line)?;
        if let Some((at, words)) = told(&line) {
            let day = entries.entry(at).or_default();
            match day.iter_mut().find(|(known, _)| *known == words) {
                Some((_, count)) => *count += 1,
                None => day.push((words, 1)),
            }
        }
    }
    let mut last = None;
    for (at, lines) in entries {
        let (day, time) = (local(at).date_naive(), local(at).format("%H:%M"));
        if last.replace(day) != Some(day) {
            writeln!(out, "{} {}", weekday_vi(day), vn_date(day))?;
        }
        for (words, count) in lines {
            let times = if count > 1 {
                format!(" (×{count})")
            } else {
                String::new()
            };
            writeln!(out, "  {time}  {words}{times}")?;
        }
    }
    Ok(())
}

/// The instant and the words of what belongs into a timetable.
fn told(line: &Line) -> Option<(DateTime<Utc>, String)> {
    let name = [&line.name, &line.element]
        .into_iter()
        .flatten()
        .find(|name| !name.is_empty())
        .map_or("", String::as_str);
    let due = line.data.as_ref().and_then(|data| data.due);
    let user = line.kind.as_deref() == Some("userTask");
    Some(match line.event.as_str() {
        "instance_started" => (line.at, "Bắt đầu".to_owned()),
        "element_entered" if user => (line.at, format!("Mở việc: {name}")),
        "task_due" => (due?, format!("Hạn: {name}")),
        "timer_fired" => (line.at, format!("Đến giờ: {name}")),
        "incident" => {
            let message = line.data.as_ref().and_then(|data| data.message.as_deref());
            (
                line.at,
                format!("Sự cố: {name}: {}", message.unwrap_or_default()),
            )
        }
        "instance_completed" => (line.at, "Kết thúc".to_owned()),
        "instance_terminated" => (line.at, "Dừng".to_owned()),
        "stuck" => (line.at, format!("Chờ không có hồi kết: {name}")),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::write;

    #[test]
    fn a_timetable_has_a_heading_for_each_day_and_counts_the_items_of_a_round() {
        let trace = r#"{"at":"2023-03-24T01:00:00.000Z","event":"instance_started","element":null,"kind":null,"name":null,"data":null}
{"at":"2023-03-24T01:00:00.000Z","event":"element_entered","element":"ack","kind":"userTask","name":"Xác nhận","data":null}
{"at":"2023-03-24T01:00:00.000Z","event":"task_due","element":"ack","kind":"userTask","name":"Xác nhận","data":{"due":"2023-03-27T10:00:00.000Z","rule":"working_days(1)"}}
{"at":"2023-03-24T01:00:00.000Z","event":"element_entered","element":"ack","kind":"userTask","name":"Xác nhận","data":null}
{"at":"2023-03-24T01:00:00.000Z","event":"variable_set","element":null,"kind":null,"name":null,"data":{"name":"n","value":1}}
{"at":"2023-03-27T10:00:00.000Z","event":"timer_fired","element":"late","kind":"boundaryEvent","name":"","data":null}
{"at":"2023-03-27T10:00:00.000Z","event":"instance_completed","element":null,"kind":null,"name":null,"data":null}
"#;
        let mut out = Vec::new();
        write(trace.as_bytes(), &mut out).expect("it is written");
        assert_eq!(
            String::from_utf8(out).expect("text"),
            "thứ Sáu 24/03/2023\n  08:00  Bắt đầu\n  08:00  Mở việc: Xác nhận (×2)\nthứ Hai 27/03/2023\n  17:00  Hạn: Xác nhận\n  17:00  Đến giờ: late\n  17:00  Kết thúc\n"
        );
    }
}
