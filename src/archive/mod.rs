//! Conversations in files: rows in, redacted and scored rows out, at the speed of the machine. Knows nothing of services,
//! stores or keys.

pub mod analyze;
pub mod input;
pub mod output;
