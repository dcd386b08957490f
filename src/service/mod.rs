//! The edge: gRPC services over the store and the core. A handler parses, calls, converts. This is the only place, with
//! `cli`, that knows the wire; it knows neither SQL nor keys.

pub mod pb;

pub mod limits;
pub mod path;
pub mod reason;
pub mod status;

pub mod codec;

pub mod convert;

pub mod rules;

pub mod shares;

pub mod app;
pub mod metrics;

pub mod again;
pub mod assess;
pub mod batch;
pub mod filter;
pub mod flips;
pub mod page;

pub mod gate;

pub mod analysis;
pub mod cases;
pub mod casework;
pub mod certificate;
pub mod correct;
pub mod credentials;
pub mod delete;
pub mod export;
pub mod intake;
mod live;
pub mod offboarding;
pub mod policy;
pub mod posture;
pub mod privacy;
pub mod purge;
pub mod queue;
pub mod rescore;
pub mod retain;
mod watch;

pub mod server;

/// The outcome of an item on the wire.
fn outcome(outcome: status::Outcome<pb::InteractionResult>) -> pb::InteractionOutcome {
    use pb::interaction_outcome::Outcome;
    let outcome = match outcome {
        Ok(result) => Outcome::Result(result),
        Err(failure) => Outcome::Error(failure.into_item()),
    };
    pb::InteractionOutcome { outcome: Some(outcome) }
}

/// Pages of the documentation that are made from tables.
#[cfg(test)]
mod pages {
    /// Holds a page against its table. Where they differ, the new page is written beside the old one.
    #[track_caller]
    pub(super) fn check(path: &str, fresh: &str) {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
        if std::fs::read_to_string(&path).unwrap_or_default() != fresh {
            let beside = path.with_extension("md.new");
            std::fs::write(&beside, fresh).unwrap();
            panic!("{} is out of date: look at {} and move it there", path.display(), beside.display());
        }
    }
}
