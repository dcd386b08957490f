//! What time brings, done beside the calls: erasures whose holds have ended, what is kept long enough, rows without a key.
//! Each round is bounded; the store's own time decides what is due.

use std::{sync::Arc, time::Duration};

use crate::{service::app::App, store::RetentionOf};

/// How long it rests when nothing is due.
const INTERVAL: Duration = Duration::from_secs(30);

/// Runs until the server shuts down.
pub(super) async fn run(app: App) {
    loop {
        let rules = app.clone();
        let retention: RetentionOf = Arc::new(move |tenant| rules.rules.retention(tenant, rules.now()));
        let more = match app.store.upkeep(retention).await {
            Ok(done) => done.more,
            Err(error) => {
                tracing::warn!(%error, "upkeep was put off");
                false
            }
        };
        let rest = if more { Duration::ZERO } else { INTERVAL };
        tokio::select! {
            biased;
            () = app.drained() => return,
            () = tokio::time::sleep(rest) => {}
        }
    }
}
