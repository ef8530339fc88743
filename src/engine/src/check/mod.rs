//! The linter for publication.
