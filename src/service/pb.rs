//! The messages and services that are made from `proto/`. `Debug` of a message tells its name only, because any of them
//! may hold what a customer wrote, or a secret.

#![expect(
    missing_docs,
    clippy::pedantic,
    clippy::large_enum_variant,
    clippy::allow_attributes,
    clippy::allow_attributes_without_reason,
    reason = "generated code"
)]

tonic::include_proto!("triaged.v1");
include!(concat!(env!("OUT_DIR"), "/debug.rs"));

/// The descriptor set of the service, with the options that say who may call what and what a field may carry.
pub const DESCRIPTOR_SET: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/triaged.v1.bin"));
