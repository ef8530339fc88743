//! The one place that reads the time of day; everything else is given it.

use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};

/// Where the time comes from: the machine, or a hand that a test or the demo moves.
#[derive(Clone, Debug)]
pub enum Clock {
    System,
    /// The machine's clock, moved by a fixed span: the demo goes on where its story ended.
    Shifted(TimeDelta),
    Fake(Arc<Mutex<DateTime<Utc>>>),
}

impl Clock {
    /// A clock that stands still until it is set.
    #[must_use]
    pub fn fake(at: DateTime<Utc>) -> Self {
        Self::Fake(Arc::new(Mutex::new(at)))
    }

    /// A clock that shows `at` now and runs on.
    #[must_use]
    pub fn shifted_to(at: DateTime<Utc>) -> Self {
        Self::Shifted(at - Self::System.now())
    }

    /// The present instant.
    #[must_use]
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that reads the machine's clock"
    )]
    pub fn now(&self) -> DateTime<Utc> {
        match self {
            Self::System => Utc::now(),
            Self::Shifted(by) => Utc::now() + *by,
            Self::Fake(at) => *at.lock().unwrap_or_else(PoisonError::into_inner),
        }
    }

    /// Moves a fake clock forward to `at`; a system clock and a step backwards change nothing.
    pub fn advance_to(&self, at: DateTime<Utc>) {
        if let Self::Fake(now) = self {
            let mut now = now.lock().unwrap_or_else(PoisonError::into_inner);
            if at > *now {
                *now = at;
            }
        }
    }
}

/// How long something took, for people who wait.
#[derive(Debug)]
pub struct Stopwatch(std::time::Instant);

impl Stopwatch {
    /// Starts now.
    #[must_use]
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that reads the machine's clock"
    )]
    pub fn start() -> Self {
        Self(std::time::Instant::now())
    }

    /// Seconds since the start.
    #[must_use]
    pub fn seconds(&self) -> f64 {
        self.0.elapsed().as_secs_f64()
    }
}
