//! Makes the C library give freed memory back.
//!
//! glibc answers every large block that is freed by keeping more for later: up to 64 MB, so after a script that hoarded
//! memory, or a big film, the process stays that much larger for good. A fixed threshold ends that (measured by `cargo
//! bench --bench scripts`), but glibc reads it only when a process starts: so it starts once more, as the same process.

/// Call it first: it begins the program anew, unless that has been done or the operator has set the value himself.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub fn give_memory_back() {
    use std::os::unix::process::CommandExt as _;
    // Free bytes at the end of the heap above which they go back: glibc's own first value, which then stays.
    let (name, value) = ("MALLOC_TRIM_THRESHOLD_", "131072");
    if std::env::var_os(name).is_some() {
        return;
    }
    let mut arguments = std::env::args_os();
    let (Ok(program), Some(called)) = (std::env::current_exe(), arguments.next()) else {
        return;
    };
    let error = std::process::Command::new(program).arg0(called).args(arguments).env(name, value).exec();
    // Nothing depends on it but the size of the process.
    tracing::debug!(%error, "memory is kept as glibc likes it");
}

/// Other C libraries give memory back as they are.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub fn give_memory_back() {}
