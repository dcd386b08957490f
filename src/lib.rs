//! `triaged` redacts, scores, stores and queues what customers say to contact centres.
//!
//! The modules are listed in reading order. A module may use only what stands above it; `tests/architecture.rs`
//! holds that.

pub mod text;

pub mod time;

pub mod calendar;

pub mod id;

pub mod conversation;

pub mod redact;

pub mod assessment;

pub mod lexicon;

pub mod sentiment;

pub mod priority;

pub mod policy;

pub mod triage;

pub mod queue;

pub mod crypto;

pub mod audit;

pub mod store;

pub mod access;

pub mod config;

pub mod service;

pub mod archive;

pub mod cli;
