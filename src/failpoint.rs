//! Places where a test ends the process, and safeguards that a test switches off to see whether it notices. All of it is behind
//! the feature `failpoints`: without it the macros are nothing, and a release build holds none of their names.
//!
//! Ours, because it takes a page: crates for this know no way to abort from the environment, and keep one list for all threads.

/// The process passes here: `fail_point!("commit before")`.
#[cfg(feature = "failpoints")]
macro_rules! fail_point {
    ($name:expr) => {
        $crate::failpoint::pass(AsRef::<str>::as_ref(&$name))
    };
}

#[cfg(not(feature = "failpoints"))]
macro_rules! fail_point {
    ($name:expr) => {};
}

/// Has a test switched this safeguard off?
#[cfg(feature = "failpoints")]
macro_rules! is_off {
    ($name:literal) => {
        $crate::failpoint::is_off($name)
    };
}

#[cfg(not(feature = "failpoints"))]
macro_rules! is_off {
    ($name:literal) => {
        false
    };
}

#[cfg(feature = "failpoints")]
pub use named::{is_off, pass, switch_off};

#[cfg(feature = "failpoints")]
mod named {
    use std::cell::Cell;
    use std::io::Write as _;
    use std::sync::{LazyLock, Mutex, PoisonError};

    /// `commit before@3`: the process aborts when it passes there for the third time. Without a number, for the first.
    const ABORT_AT: &str = "SORA_BOT_ABORT_AT";
    /// A file to which each place is added as it is passed.
    const PASSED: &str = "SORA_BOT_PASSED";

    static DOOM: LazyLock<Option<(String, Mutex<u64>)>> = LazyLock::new(|| {
        let said = std::env::var(ABORT_AT).ok()?;
        let (name, nth) = said.split_once('@').unwrap_or((&said, "1"));
        Some((name.to_owned(), Mutex::new(nth.parse().ok()?)))
    });
    static BOOK: LazyLock<Option<Mutex<std::fs::File>>> = LazyLock::new(|| {
        let path = std::env::var_os(PASSED)?;
        std::fs::OpenOptions::new().create(true).append(true).open(path).ok().map(Mutex::new)
    });

    thread_local! {
        static OFF: Cell<Option<&'static str>> = const { Cell::new(None) };
    }

    /// # Panics
    /// Never; it may abort.
    pub fn pass(name: &str) {
        if let Some(book) = &*BOOK {
            let _ = writeln!(book.lock().unwrap_or_else(PoisonError::into_inner), "{name}");
        }
        let Some((_, left)) = DOOM.as_ref().filter(|(doomed, _)| doomed == name) else { return };
        let mut left = left.lock().unwrap_or_else(PoisonError::into_inner);
        *left = left.saturating_sub(1);
        if *left == 0 {
            std::process::abort();
        }
    }

    /// On this thread, from now on; None switches all on again.
    pub fn switch_off(safeguard: Option<&'static str>) {
        OFF.set(safeguard);
    }

    pub fn is_off(safeguard: &str) -> bool {
        OFF.get() == Some(safeguard)
    }
}
