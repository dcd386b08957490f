//! Reading: a small pool of connections that cannot write, used on threads that may block. A reader of the key file
//! holds no transaction longer than one statement, so that it never delays a destruction.

use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::{Connection, Transaction};
use tokio::sync::{Semaphore, SemaphorePermit};

use super::files::{self, Files};
use crate::store::StoreError;

/// How many reads run at once.
const READERS: usize = 4;

/// The connections of one reader.
#[derive(Debug)]
pub(super) struct Read {
    data: Connection,
    keys: Connection,
}

impl Read {
    /// One consistent view of the data file.
    pub(super) fn data(&mut self) -> Result<(Transaction<'_>, &Connection), StoreError> {
        Ok((self.data.transaction()?, &self.keys))
    }
}

/// The pool.
#[derive(Debug)]
pub(super) struct Readers {
    files: Files,
    idle: Mutex<Vec<Read>>,
    permits: Semaphore,
}

impl Readers {
    /// An empty pool; connections are opened when needed.
    pub(super) fn new(files: Files) -> Arc<Self> {
        Arc::new(Self { files, idle: Mutex::default(), permits: Semaphore::new(READERS) })
    }

    /// Runs `work` with a reader on a thread that may block.
    pub(super) async fn run<T, F>(self: &Arc<Self>, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Read) -> Result<T, StoreError> + Send + 'static,
    {
        let closed = |_| StoreError::Unavailable("the store is closed");
        let _permit = self.permits.acquire().await.map_err(closed)?;
        let pool = Arc::clone(self);
        let task = tokio::task::spawn_blocking(move || {
            let mut read = pool.take()?;
            let result = work(&mut read);
            pool.idle.lock().unwrap_or_else(PoisonError::into_inner).push(read);
            result
        });
        task.await.unwrap_or_else(|_| Err(StoreError::Engine("a read was broken off".to_owned())))
    }

    /// Waits until nobody reads, and lets nobody read until the answer is dropped.
    pub(super) async fn pause(&self) -> Result<SemaphorePermit<'_>, StoreError> {
        let all = u32::try_from(READERS).unwrap_or(u32::MAX);
        self.permits.acquire_many(all).await.map_err(|_| StoreError::Unavailable("the store is closed"))
    }

    fn take(&self) -> Result<Read, StoreError> {
        if let Some(read) = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop() {
            return Ok(read);
        }
        Ok(Read { data: files::reader(&self.files.data())?, keys: files::reader(&self.files.keys())? })
    }

    /// Closes the connections.
    pub(super) fn close(&self) {
        self.permits.close();
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}
