//! What time brings, done beside the calls: erasures whose holds have ended, rows without a key. Each round is bounded; the
//! store's own time decides what is due.

use std::time::Duration;

use crate::service::app::App;

/// How long it rests when nothing is due.
const INTERVAL: Duration = Duration::from_secs(30);

/// Runs until the server shuts down.
pub(super) async fn run(app: App) {
    loop {
        let more = match app.store.upkeep().await {
            Ok(done) => done.more,
            Err(error) => {
                tracing::warn!(%error, "upkeep was put off");
                false
            }
        };
        if !more {
            tokio::select! {
                () = tokio::time::sleep(INTERVAL) => {}
                () = app.drained() => return,
            }
        }
    }
}
