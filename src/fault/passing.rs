//! Whether an error of the database passes by itself, or is a fault of ours.

use sea_orm::sqlx::Error as Sqlx;
use sea_orm::{DbErr, RuntimeErr};

/// Whether the trouble will pass without a change of the program: no place on the disk, no connection, a limit of time.
pub fn passes(error: &DbErr) -> bool {
    match error {
        DbErr::ConnectionAcquire(_) => true,
        DbErr::Conn(RuntimeErr::SqlxError(error))
        | DbErr::Exec(RuntimeErr::SqlxError(error))
        | DbErr::Query(RuntimeErr::SqlxError(error)) => passes_below(error),
        _ => false,
    }
}

fn passes_below(error: &Sqlx) -> bool {
    match error {
        Sqlx::Io(_) | Sqlx::PoolTimedOut | Sqlx::PoolClosed | Sqlx::WorkerCrashed => true,
        Sqlx::Database(error) => error.code().is_some_and(|code| is_passing(&code)),
        _ => false,
    }
}

/// PostgreSQL's classes are connection (08), resources (53), intervention and limits of time (57), the system (58);
/// 25P03 ended a transaction that stood still. SQLite's codes are busy (5), input or output (10) and full (13), which
/// stand in the lowest byte; PostgreSQL's are always five characters, SQLite's never.
fn is_passing(code: &str) -> bool {
    if code.len() == 5 {
        return code == "25P03"
            || ["08", "53", "57", "58"]
                .iter()
                .any(|class| code.starts_with(class));
    }
    code.parse::<u32>()
        .is_ok_and(|code| matches!(code & 0xff, 5 | 10 | 13))
}

#[cfg(test)]
mod tests {
    use super::is_passing;

    #[test]
    fn a_full_disk_and_a_lost_connection_pass_and_a_wrong_statement_does_not() {
        // SQLite: busy, an error of writing, full; PostgreSQL: connection, disk full, shutdown, a transaction that stood still.
        for code in [
            "5", "13", "778", "08006", "53100", "57P01", "57014", "25P03",
        ] {
            assert!(is_passing(code), "{code}");
        }
        // A constraint, a syntax error, a serialisation failure: those are run again or are faults of ours.
        for code in ["19", "1", "2067", "23505", "42601", "40001", ""] {
            assert!(!is_passing(code), "{code}");
        }
    }
}
