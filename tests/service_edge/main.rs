//! The edge of the service, tested on a real server on loopback with a real store and a real client.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

mod harness;

mod cases;
mod casework;
mod drain;
mod gate;
mod intake;
mod lexicon;
mod live;
#[path = "../common/live.rs"]
mod live_client;
mod mail;
mod offboarding;
mod posture;
mod privacy;
mod queue;
mod remnants;
mod stream;
mod teaching;
mod tenants;
mod tls;
mod transport;
mod watch;
