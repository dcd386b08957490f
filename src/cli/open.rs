//! Opens the store that the settings name, with its master key; a new one gets a new key.

use std::sync::Arc;

use super::{Failure, secret_file};
use crate::{
    config::Config,
    crypto::MasterKey,
    store::embedded::{EmbeddedStore, StoreConfig},
    time::{ServiceTime, SystemClock},
};

/// An open store and the time that it keeps.
pub(super) struct Opened {
    pub(super) store: Arc<EmbeddedStore>,
    pub(super) time: ServiceTime,
}

/// Opens the store; makes it where there is none.
pub(super) fn store(config: &Config) -> Result<Opened, Failure> {
    let exists = EmbeddedStore::exists(&config.data_dir, &config.keys_dir);
    if !exists && let Some(parent) = config.key_file.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        secret_file::private_dir(parent).map_err(|error| Failure::path(parent, error))?;
    }
    let master_key = MasterKey::load_or_create(&config.key_file, exists)?;
    let (data_dir, keys_dir) = (config.data_dir.clone(), config.keys_dir.clone());
    let opened = EmbeddedStore::open(StoreConfig { data_dir, keys_dir, master_key, clock: Arc::new(SystemClock) })?;
    Ok(Opened { time: opened.service_time(), store: Arc::new(opened) })
}

/// The master key of a store that must exist.
pub(super) fn master(config: &Config) -> Result<MasterKey, Failure> {
    Ok(MasterKey::load_or_create(&config.key_file, true)?)
}

/// Opens a store that must exist.
pub(super) fn existing(config: &Config) -> Result<Opened, Failure> {
    if EmbeddedStore::exists(&config.data_dir, &config.keys_dir) {
        return store(config);
    }
    Err(Failure::Argument(format!("there is no store in {}", config.data_dir.display())))
}
