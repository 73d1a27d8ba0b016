//! What is known of a server: what is configured, then what its metadata adds (RFC 8414), and before that what the
//! resource says where no server is configured (RFC 9728).
//!
//! A server's metadata is fetched when a login begins, and again at later logins until it could be read; a resource is
//! asked at each login, since it may have changed its server. What stands in the configuration wins. How answers change
//! the settings is the model's.

use std::sync::{Arc, PoisonError, RwLock};

use oauth_core::client::http_call::HttpCall;
use oauth_core::client::logic::Logic;
use oauth_core::client::resource::probe;
use oauth_core::client::settings::{MetadataRefusal, Settings};
use oauth_core::policy::{Lifetime, Time};
use tokio::sync::Mutex;

use crate::call::BackChannel;
use crate::config::Endpoints;

/// How long to go on without metadata before it is asked for again.
const PATIENCE: Lifetime = Lifetime(10);

/// What is known of a server.
pub(crate) struct Discovery {
    /// What the configuration says.
    told: Settings,
    configured: Endpoints,
    known: RwLock<Arc<Settings>>,
    progress: Mutex<Progress>,
}

#[derive(Default)]
struct Progress {
    done: bool,
    tried: Option<Time>,
}

/// What asking takes.
#[derive(Clone, Copy)]
pub(crate) struct Means<'a> {
    pub(crate) calls: &'a BackChannel,
    pub(crate) logic: &'a dyn Logic,
}

impl Discovery {
    pub(crate) fn new(told: Settings, configured: Endpoints) -> Self {
        let known = RwLock::new(Arc::new(told.clone()));
        Self { told, configured, known, progress: Mutex::default() }
    }

    /// What is known.
    pub(crate) fn known(&self) -> Arc<Settings> {
        Arc::clone(&self.known.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// What is known after the metadata was asked for, if it is time to do so. `now` is read when the answer
    /// is there, so that those who waited for it do not ask again.
    ///
    /// # Errors
    /// No server is configured, and none was found.
    pub(crate) async fn ask(
        &self,
        means: Means<'_>,
        now: impl Fn() -> Time,
    ) -> Result<Arc<Settings>, MetadataRefusal> {
        if self.told.issuer.is_empty() {
            return self.ask_resource(means).await;
        }
        let mut progress = self.progress.lock().await;
        if !progress.done && progress.tried.is_none_or(|tried| now() >= tried.after(PATIENCE)) {
            match self.add_metadata(means, self.told.clone()).await {
                Ok(_) => progress.done = true,
                Err(MetadataRefusal::Silent) => tracing::info!("the server publishes no metadata"),
                Err(refusal) => {
                    tracing::warn!(%refusal, "the metadata is not used; check the configured issuer");
                }
            }
            progress.tried = Some(now());
        }
        Ok(self.known())
    }

    /// Asks the resource for its server, side by side with others who do so.
    async fn ask_resource(&self, means: Means<'_>) -> Result<Arc<Settings>, MetadataRefusal> {
        let known = self.known();
        if !known.issuer.is_empty() && !means.logic.asks_resource_again() {
            return Ok(known);
        }
        let found = self.find(means).await;
        found.inspect_err(|refusal| tracing::warn!(%refusal, "no server was found"))
    }

    /// Goes from the resource to its server, and on to what that one says.
    async fn find(&self, means: Means<'_>) -> Result<Arc<Settings>, MetadataRefusal> {
        let mut settings = self.told.clone();
        let call = probe(&settings);
        let answer = means.calls.send(call).await.map_err(|_| MetadataRefusal::Silent)?;
        let challenges = means.logic.resource_challenges(answer.status, &answer.fields("www-authenticate"));
        let call = means.logic.resource_metadata_call(&settings, &challenges)?;
        let body = fetch(means.calls, call).await?;
        means.logic.find_server(&mut settings, &body, &challenges)?;
        self.add_metadata(means, settings).await
    }

    /// Adds what a server's metadata says to what is known of it.
    async fn add_metadata(
        &self,
        means: Means<'_>,
        mut settings: Settings,
    ) -> Result<Arc<Settings>, MetadataRefusal> {
        let body = fetch(means.calls, means.logic.metadata_call(&settings)).await?;
        means.logic.discover(&mut settings, &body)?;
        self.configured.override_in(&mut settings);
        tracing::info!(issuer = settings.issuer, iss = ?settings.iss, "the server's metadata is used");
        let settings = Arc::new(settings);
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&settings);
        Ok(settings)
    }
}

async fn fetch(calls: &BackChannel, call: HttpCall) -> Result<Vec<u8>, MetadataRefusal> {
    match calls.send(call).await {
        Ok(answer) if answer.status == 200 => answer.body.ok_or(MetadataRefusal::Malformed),
        Ok(_) | Err(_) => Err(MetadataRefusal::Silent),
    }
}
