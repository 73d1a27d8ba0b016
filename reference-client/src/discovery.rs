//! What is known of a server: its configured endpoints, then what its metadata adds (RFC 8414).
//!
//! The metadata is fetched when a login begins, and again at later logins until it could be read. What stands
//! in the configuration wins. How the metadata changes the settings is the model's.

use std::sync::{Arc, RwLock};

use oauth_model::client::call::HttpCall;
use oauth_model::client::settings::{MetadataRefusal, Settings, metadata_url};
use oauth_model::fault::Faults;
use oauth_model::policy::{Lifetime, Time};
use tokio::sync::Mutex;

use crate::call::BackChannel;
use crate::config::Endpoints;

/// How long to go on without metadata before it is asked for again.
const PATIENCE: Lifetime = Lifetime(10);

/// What is known of a server.
pub(crate) struct Discovery {
    configured: Endpoints,
    known: RwLock<Arc<Settings>>,
    progress: Mutex<Progress>,
}

#[derive(Default)]
struct Progress {
    done: bool,
    tried: Option<Time>,
}

impl Discovery {
    pub(crate) fn new(settings: Settings, configured: Endpoints) -> Self {
        Self { configured, known: RwLock::new(Arc::new(settings)), progress: Mutex::default() }
    }

    /// What is known.
    pub(crate) fn known(&self) -> Arc<Settings> {
        Arc::clone(&self.known.read().unwrap_or_else(std::sync::PoisonError::into_inner))
    }

    /// What is known after the metadata was asked for, if it is time to do so. `now` is read when the answer
    /// is there, so that those who waited for it do not ask again.
    pub(crate) async fn ask(
        &self,
        calls: &BackChannel,
        faults: &Faults,
        now: impl Fn() -> Time,
    ) -> Arc<Settings> {
        let mut progress = self.progress.lock().await;
        if !progress.done && progress.tried.is_none_or(|tried| now() >= tried.after(PATIENCE)) {
            progress.done = self.fetch(calls, faults).await;
            progress.tried = Some(now());
        }
        self.known()
    }

    async fn fetch(&self, calls: &BackChannel, faults: &Faults) -> bool {
        let mut settings = Settings::clone(&self.known());
        let mut call = HttpCall {
            method: "GET",
            url: metadata_url(&settings.issuer),
            headers: vec![("Accept", "application/json".to_owned())],
            body: String::new(),
        };
        faults.on_metadata_call(&settings, &mut call);
        let mut body = match calls.send(call).await {
            Ok(answer) if answer.status == 200 => answer.body.unwrap_or_default(),
            Ok(answer) => {
                tracing::info!(status = answer.status, "the server publishes no metadata");
                return false;
            }
            Err(_) => {
                tracing::warn!("the server did not answer the request for its metadata");
                return false;
            }
        };
        faults.on_metadata(&settings, &mut body);
        match settings.discover(&body) {
            Ok(()) => {
                self.configured.override_in(&mut settings);
                tracing::info!(issuer = settings.issuer, iss = ?settings.iss, "the server's metadata is used");
                *self.known.write().unwrap_or_else(std::sync::PoisonError::into_inner) = Arc::new(settings);
                true
            }
            Err(refusal @ (MetadataRefusal::Malformed | MetadataRefusal::OtherIssuer)) => {
                tracing::warn!(%refusal, "the metadata is not used; check the configured issuer");
                false
            }
        }
    }
}
