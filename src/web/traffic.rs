//! Counts the answers that this server gave, by what they said and how long they took.

use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;

use crate::clock::Stopwatch;

/// Seconds under which an answer is counted, smallest first; every answer is under the last, which has no limit.
const WITHIN: [(f64, &str); 6] = [
    (0.05, "0.05"),
    (0.25, "0.25"),
    (1.0, "1"),
    (5.0, "5"),
    (30.0, "30"),
    (f64::INFINITY, "+Inf"),
];
/// The hundreds of answers' numbers.
const CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];

/// What was answered since the server started.
#[derive(Debug, Default)]
pub struct Traffic {
    classes: [AtomicU64; CLASSES.len()],
    within: [AtomicU64; WITHIN.len()],
    micros: AtomicU64,
}

impl Traffic {
    fn count(&self, status: u16, seconds: f64) {
        let class = usize::from(status / 100).saturating_sub(1);
        if let Some(count) = self.classes.get(class) {
            count.fetch_add(1, Ordering::Relaxed);
        }
        for ((limit, _), count) in WITHIN.iter().zip(&self.within) {
            if seconds <= *limit {
                count.fetch_add(1, Ordering::Relaxed);
            }
        }
        let micros = std::time::Duration::from_secs_f64(seconds).as_micros();
        let micros = u64::try_from(micros).unwrap_or(u64::MAX);
        self.micros.fetch_add(micros, Ordering::Relaxed);
    }

    /// As Prometheus reads it.
    #[must_use]
    pub fn exposition(&self) -> String {
        let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
        let mut text = "# HELP trinhky_answers_total Answers of this server by their status.\n\
                        # TYPE trinhky_answers_total counter\n"
            .to_owned();
        for (class, count) in CLASSES.iter().zip(&self.classes) {
            let _ = writeln!(
                text,
                "trinhky_answers_total{{status=\"{class}\"}} {}",
                read(count)
            );
        }
        text.push_str(
            "# HELP trinhky_answer_seconds How long an answer took.\n# TYPE trinhky_answer_seconds histogram\n",
        );
        for ((_, limit), count) in WITHIN.iter().zip(&self.within) {
            let _ = writeln!(
                text,
                "trinhky_answer_seconds_bucket{{le=\"{limit}\"}} {}",
                read(count)
            );
        }
        let seconds = std::time::Duration::from_micros(read(&self.micros)).as_secs_f64();
        let all = self.within.last().map_or(0, read);
        let _ = writeln!(
            text,
            "trinhky_answer_seconds_sum {seconds}\ntrinhky_answer_seconds_count {all}"
        );
        text
    }
}

/// A middleware: counts the answer.
pub async fn count(State(traffic): State<Arc<Traffic>>, request: Request, next: Next) -> Response {
    let watch = Stopwatch::start();
    let answer = next.run(request).await;
    traffic.count(answer.status().as_u16(), watch.seconds());
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_counted_by_status_and_time() {
        let traffic = Traffic::default();
        for (status, seconds) in [
            (200, 0.01),
            (303, 0.3),
            (404, 0.05),
            (503, 90.0),
            (999, 0.0),
        ] {
            traffic.count(status, seconds);
        }
        let text = traffic.exposition();
        for line in [
            "trinhky_answers_total{status=\"2xx\"} 1",
            "trinhky_answers_total{status=\"5xx\"} 1",
            "trinhky_answer_seconds_bucket{le=\"0.05\"} 3",
            "trinhky_answer_seconds_bucket{le=\"1\"} 4",
            "trinhky_answer_seconds_bucket{le=\"30\"} 4",
            "trinhky_answer_seconds_bucket{le=\"+Inf\"} 5",
            "trinhky_answer_seconds_sum 90.36",
            "trinhky_answer_seconds_count 5",
        ] {
            assert!(text.lines().any(|own| own == line), "{line} in\n{text}");
        }
    }
}
