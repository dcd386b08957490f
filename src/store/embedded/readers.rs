//! Reading: a small pool of connections that cannot write, used on threads that may block. A reader of the key file
//! holds no transaction longer than one statement, so that it never delays a destruction. Tenants take turns, and credentials
//! that are looked up have a turn of their own.

use std::sync::{Arc, Mutex, PoisonError};

use super::{
    files::{self, Files},
    jobs::Turn,
};
use crate::store::{
    StoreError,
    turns::{Closed, Held, Turns},
};
use rusqlite::{Connection, Transaction};

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
    turns: Arc<Turns<i64>>,
}

impl Readers {
    /// An empty pool; connections are opened when needed.
    pub(super) fn new(files: Files) -> Arc<Self> {
        Arc::new(Self { files, idle: Mutex::default(), turns: Turns::new(READERS) })
    }

    /// Runs `work` with a reader on a thread that may block, when its turn comes.
    pub(super) async fn run<T, F>(self: &Arc<Self>, turn: Turn, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Read) -> Result<T, StoreError> + Send + 'static,
    {
        let held = self.turns.turn(turn.tenant, turn.class).await?;
        let pool = Arc::clone(self);
        let task = tokio::task::spawn_blocking(move || {
            let mut read = pool.take()?;
            let result = work(&mut read);
            pool.idle.lock().unwrap_or_else(PoisonError::into_inner).push(read);
            drop(held);
            result
        });
        task.await.unwrap_or_else(|_| Err(StoreError::Engine("a read was broken off".to_owned())))
    }

    /// Waits until nobody reads, and lets nobody read until the answer is dropped.
    pub(super) async fn pause(&self) -> Result<Vec<Held<i64>>, StoreError> {
        let mut all = Vec::with_capacity(READERS);
        for _ in 0..READERS {
            all.push(self.turns.turn(Turn::INSTANCE.tenant, Turn::INSTANCE.class).await?);
        }
        Ok(all)
    }

    fn take(&self) -> Result<Read, StoreError> {
        if let Some(read) = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop() {
            return Ok(read);
        }
        Ok(Read { data: files::reader(&self.files.data())?, keys: files::reader(&self.files.keys())? })
    }

    /// Closes the connections.
    pub(super) fn close(&self) {
        self.turns.close();
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

impl From<Closed> for StoreError {
    fn from(_: Closed) -> Self {
        Self::Unavailable("the store is closed")
    }
}
