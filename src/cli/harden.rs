//! What a process may leave behind: no core dump, whatever ends it, and no memory for a debugger of the same user. Texts
//! and keys are in its memory.

/// Forbids core dumps, by size and by the kernel's own flag, which also closes `/proc/self/mem` to other processes of the
/// user (prctl(2), `PR_SET_DUMPABLE`).
#[cfg(unix)]
pub(super) fn forbid_core_dumps() {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let none = Rlimit { current: Some(0), maximum: Some(0) };
    if let Err(error) = setrlimit(Resource::Core, none) {
        super::say(&format!("triaged: warning: core dumps could not be forbidden: {error}"));
    }
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable) {
        super::say(&format!("triaged: warning: the process could not be closed to debuggers: {error}"));
    }
}

#[cfg(not(unix))]
pub(super) fn forbid_core_dumps() {}
