//! Conversations in files: rows in, redacted and scored rows out, at the speed of the machine. Knows nothing of services,
//! stores or keys.

pub mod analyze;
pub mod compare;
pub mod error;
pub mod rescore;

pub mod input;
pub mod inputs;
pub mod journal;
pub mod map;
pub mod month;
pub mod output;
pub mod report;
pub mod result;
pub mod rows;
pub mod source;
pub mod stats;

mod checkpoint;
mod chunk;
#[cfg(feature = "columnar")]
mod columnar;
mod csv;
mod encode;
mod lines;
mod pipeline;
mod reread;
mod score;
mod sink;
mod target;
