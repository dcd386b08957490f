//! Texts stay closed after a restore whose tombstones may be incomplete: somebody who was erased might be in it. Two privacy
//! officers may accept that, by name.

use std::sync::{Arc, atomic::Ordering};

use rusqlite::Connection;

use crate::{
    audit::{Action, Event},
    id::PrincipalId,
    store::{
        StoreError,
        embedded::{EmbeddedStore, header},
    },
};

const CLOSED: &str = "closed";

/// Notes that texts stay closed.
pub(super) fn close(data: &Connection) -> rusqlite::Result<()> {
    header::put(data, CLOSED, 1)
}

/// Whether they do.
pub(in super::super) fn is_closed(data: &Connection) -> rusqlite::Result<bool> {
    Ok(header::meta::<i64>(data, CLOSED)?.is_some())
}

/// Opens texts again: two different people answer for it.
pub(in super::super) async fn accept(store: &EmbeddedStore, officers: [PrincipalId; 2]) -> Result<(), StoreError> {
    let [one, other] = officers;
    if one == other {
        return Err(StoreError::NotFound);
    }
    let closed = Arc::clone(&store.closed);
    let work = move |write: &mut crate::store::embedded::write::Write<'_>| {
        header::remove(write.data, CLOSED)?;
        for officer in officers {
            let event = Event { principal: Some(officer), ..Event::new(Action::RestoreAccepted, write.now) };
            write.audit(None, &event)?;
        }
        write.after(move || closed.store(false, Ordering::SeqCst));
        Ok(())
    };
    store.committer.run(work).await
}
