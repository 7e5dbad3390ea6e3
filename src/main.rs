//! The binary: reads its arguments, calls one function, answers with an exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    sora_bot::cli::main()
}
