//! Between the wire and the domain. Parsing takes a message apart by name, so that a new field breaks the build, and
//! collects everything that is wrong; rendering cannot fail.

pub mod enums;
pub mod points;
pub mod scalar;

mod call;
mod chat;
pub mod draft;
mod email;
mod html;
pub mod interaction;
mod party;
mod query;

pub mod case;
pub mod clocks;
pub mod correction;
pub mod credential;
pub mod orders;
pub mod outcome;
pub mod policy;
pub mod privacy;
pub mod queue;
pub mod work;

pub use draft::Draft;
