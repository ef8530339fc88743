//! The program `trinhky`: reads its arguments and calls the command.

use std::process::ExitCode;

fn main() -> ExitCode {
    trinhky::cli::run()
}
