//! The commands, one file each. The only place that prints.
//!
//! Exit codes: 0 done, 1 it went wrong, 2 the settings or the scripts are wrong.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "this is where the program speaks to its operator"
)]

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::app::ScriptsUnusable;

mod backup;
mod bot;
mod check;
mod control;
mod data_key;
mod doctor;
mod engine;
mod engines;
mod export;
mod figures;
mod health;
mod import;
mod init;
mod kaspi;
mod log;
mod memory;
mod migrate;
mod price;
mod profit;
mod real;
mod reconcile;
mod restore;
mod run;
mod sandbox;
mod stripe;
mod table;
mod topup;
mod verify;

pub use memory::give_memory_back;

/// A Telegram bot that sells AI video for prepaid tokens.
#[derive(Parser)]
#[command(version, about)]
struct Args {
    /// The settings file; without it, config.toml here if there is one
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Run the bot (also without a command)
    Run,
    /// Run the same bot without any keys, with a chat page to try it in
    Sandbox(sandbox::SandboxArgs),
    /// Check the settings and the scripts, and change nothing
    Check(check::CheckArgs),
    /// Try other prices: what each video and package would cost and earn
    Price(price::PriceArgs),
    /// Show what each video, package and rail earns, and what was earned by day
    Profit(profit::ProfitArgs),
    /// Compare what each way to pay says with the ledger, and put right what is sure
    Reconcile,
    /// Recompute the ledger from its journal and say whether all is right
    Verify,
    /// Copy the database, also while the bot runs
    Backup(backup::BackupArgs),
    /// Make a copy the database again; stop the bot first
    Restore(restore::RestoreArgs),
    /// Ask for the keys, write them into .env, and try each
    Init(init::InitArgs),
    /// Say of everything that the bot needs whether it is well, and what to do if not
    Doctor(doctor::DoctorArgs),
    /// Is the bot on this machine alive? For a container's health check
    Health,
    /// Write the ledger, users, purchases and orders as CSV and JSON
    Export(export::ExportArgs),
    /// Bring the database to the format of this program, with a copy of it first
    Migrate,
    /// Bring over the people of the original bot, with their tokens; a trial without --apply
    Import(import::ImportArgs),
    /// List engines, try one with a real order, or test its script
    #[command(subcommand)]
    Engine(engine::EngineCommand),
    /// Give a user tokens
    Topup(topup::TopUpArgs),
}

/// Why a command ended badly.
enum Failure {
    /// The operator or the owner has to change something he wrote.
    Settings(String),
    /// The same, and it has been said already.
    Told,
    /// Something is not well, and it has been said what.
    Unwell,
    Other(anyhow::Error),
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        match error.downcast::<ScriptsUnusable>() {
            Ok(unusable @ ScriptsUnusable::Problems(_)) => Self::Settings(unusable.to_string()),
            Ok(unusable @ ScriptsUnusable::Store(_)) => Self::Other(unusable.into()),
            Err(other) => Self::Other(other),
        }
    }
}

impl From<crate::config::Mistakes> for Failure {
    fn from(mistakes: crate::config::Mistakes) -> Self {
        Self::Settings(mistakes.to_string())
    }
}

/// Parses the arguments and runs the command they name.
pub fn main() -> ExitCode {
    let args = Args::parse();
    if matches!(args.command, None | Some(Command::Run | Command::Sandbox(_))) {
        give_memory_back();
    }
    let config = args.config.as_deref();
    let done = match args.command.unwrap_or(Command::Run) {
        Command::Run => run::run(config),
        Command::Sandbox(sandbox) => sandbox::run(config, &sandbox),
        Command::Check(check) => check::run(config, &check),
        Command::Price(price) => price::run(config, &price),
        Command::Profit(profit) => profit::run(config, &profit),
        Command::Reconcile => reconcile::run(config),
        Command::Verify => verify::run(config),
        Command::Backup(backup) => backup::run(config, &backup),
        Command::Restore(restore) => restore::run(config, &restore),
        Command::Init(init) => init::run(config, &init),
        Command::Doctor(doctor) => doctor::run(config, &doctor),
        Command::Health => health::run(config),
        Command::Export(export) => export::run(config, &export),
        Command::Migrate => migrate::run(config),
        Command::Import(import) => import::run(config, &import),
        Command::Engine(command) => engine::run(config, &command),
        Command::Topup(topup) => topup::run(config, topup),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Settings(text)) => {
            eprintln!("{text}");
            ExitCode::from(2)
        }
        Err(Failure::Told) => ExitCode::from(2),
        Err(Failure::Unwell) => ExitCode::FAILURE,
        Err(Failure::Other(error)) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Prints a long text. Whoever has read enough of it may close the pipe.
fn said(text: &str) -> Result<(), Failure> {
    match std::io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(anyhow::Error::new(error).context("standard output").into())
        }
        _ => Ok(()),
    }
}
