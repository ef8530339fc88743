//! How many mails a minute one domain gets: a storm after an outage must not look like spam to the receiving server.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Duration, Utc};

/// The mails of the present minute, by domain.
#[derive(Debug)]
pub(super) struct Rate {
    /// Mails a minute and domain; 0 for no limit.
    per_minute: u32,
    domains: Mutex<HashMap<String, Minute>>,
}

#[derive(Debug, Clone, Copy)]
struct Minute {
    from: DateTime<Utc>,
    mails: u32,
}

impl Rate {
    pub fn new(per_minute: u32) -> Self {
        Self {
            per_minute,
            domains: Mutex::new(HashMap::new()),
        }
    }

    /// Counts a mail to `address`, or says from when on its domain may have more.
    pub fn take(&self, address: &str, now: DateTime<Utc>) -> Result<(), DateTime<Utc>> {
        if self.per_minute == 0 {
            return Ok(());
        }
        let domain = address
            .rsplit('@')
            .next()
            .unwrap_or_default()
            .to_lowercase();
        let mut domains = self.domains.lock().unwrap_or_else(PoisonError::into_inner);
        let minute = domains.entry(domain).or_insert(Minute {
            from: now,
            mails: 0,
        });
        let end = minute.from + Duration::minutes(1);
        if now >= end || now < minute.from {
            *minute = Minute {
                from: now,
                mails: 0,
            };
        } else if minute.mails >= self.per_minute {
            return Err(end);
        }
        minute.mails += 1;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_gets_its_share_of_a_minute_and_no_other_waits_for_it() {
        let rate = Rate::new(2);
        let start: DateTime<Utc> = "2023-03-24T01:00:00Z".parse().expect("an instant");
        let next = start + Duration::minutes(1);
        assert_eq!(rate.take("a@xa.example", start), Ok(()));
        assert_eq!(rate.take("b@XA.example", start), Ok(()));
        assert_eq!(rate.take("c@xa.example", start), Err(next));
        assert_eq!(rate.take("c@huyen.example", start), Ok(()));
        assert_eq!(rate.take("c@xa.example", next), Ok(()));
        // A clock that was set back blocks nobody for ever.
        assert_eq!(rate.take("c@xa.example", start), Ok(()));
    }
}
