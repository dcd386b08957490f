//! What the integration tests share.

pub(crate) mod canary;
pub(crate) mod live;
pub(crate) mod server;
