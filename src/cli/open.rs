//! Opens the store that the settings name, with its master key; a new one gets a new key.

use std::sync::Arc;

use super::{Failure, secret_file};
use crate::{
    config::Config,
    crypto::{MasterKey, MasterSource, pending::PendingKey},
    store::embedded::{EmbeddedStore, OpenError, StoreConfig},
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
    if let MasterSource::File(file) = &config.key
        && !exists
        && let Some(parent) = file.parent().filter(|parent| !parent.as_os_str().is_empty())
    {
        secret_file::private_dir(parent).map_err(|error| Failure::path(parent, error))?;
    }
    EmbeddedStore::check_residence(&config.data_dir, &config.keys_dir)?;
    let opened = if pending(config).is_some_and(|pending| pending.is_taking_over()) {
        open_pending(config)?
    } else {
        match EmbeddedStore::open(with(config, config.key.load(exists)?)) {
            Err(OpenError::WrongMasterKey) => open_pending(config)?,
            opened => opened?,
        }
    };
    Ok(Opened { time: opened.service_time(), store: Arc::new(opened) })
}

/// Opens a store whose master key was rotated, while the new key had not yet taken the place of the old one.
fn open_pending(config: &Config) -> Result<EmbeddedStore, Failure> {
    let pending = pending(config).ok_or(OpenError::WrongMasterKey)?;
    let opened = EmbeddedStore::open(with(config, pending.load_or_draw()?))?;
    pending.take_over()?;
    super::say("triaged: the rotation of the master key, which was cut short, is finished");
    Ok(opened)
}

/// The new key beside the old one, where there is one.
fn pending(config: &Config) -> Option<PendingKey> {
    match &config.key {
        MasterSource::File(file) => Some(PendingKey::of(file)).filter(PendingKey::exists),
        MasterSource::Credential(_) | MasterSource::Command(_) => None,
    }
}

fn with(config: &Config, master_key: MasterKey) -> StoreConfig {
    let (data_dir, keys_dir) = (config.data_dir.clone(), config.keys_dir.clone());
    StoreConfig { data_dir, keys_dir, master_key, clock: Arc::new(SystemClock) }
}

/// The master key of a store that must exist.
pub(super) fn master(config: &Config) -> Result<MasterKey, Failure> {
    Ok(config.key.load(true)?)
}

/// Opens a store that was moved or restored to where it lies now.
pub(super) fn adopted(config: &Config) -> Result<EmbeddedStore, Failure> {
    if !EmbeddedStore::exists(&config.data_dir, &config.keys_dir) {
        return Err(none(config));
    }
    Ok(EmbeddedStore::adopt(with(config, config.key.load(true)?))?)
}

fn none(config: &Config) -> Failure {
    Failure::Argument(format!("there is no store in {}", config.data_dir.display()))
}

/// Opens a store that must exist.
pub(super) fn existing(config: &Config) -> Result<Opened, Failure> {
    if EmbeddedStore::exists(&config.data_dir, &config.keys_dir) {
        return store(config);
    }
    Err(none(config))
}
