//! The `triaged` binary.

use std::process::ExitCode;

use zeroizing_alloc::ZeroAlloc;

/// Zeroes what it frees: texts and keys pass through the heap (docs/decisions/0020).
#[global_allocator]
static ALLOCATOR: ZeroAlloc<mimalloc::MiMalloc> = ZeroAlloc(mimalloc::MiMalloc);

fn main() -> ExitCode {
    triaged::cli::run()
}
