//! Runs of the suite against the reference server in this process.

use std::sync::Arc;
use std::time::Duration;

use oauth_suite::case::{Profile, RunState};
use oauth_suite::outcome::Outcome;
use oauth_suite::run::{RunError, Selection, run};
use oauth_suite::subject::discover;
use oauth_suite::wire::http::{Settings, Wire};

use crate::reference::Reference;

/// The profile of the clean run, under which most rules apply.
pub(crate) const PROFILE: Profile = Profile::Rfc9700;

/// Runs every case of the clean run's profile, slow ones too.
pub(crate) async fn whole_run(started: &Reference, seed: u64) -> Result<Outcome, RunError> {
    under(PROFILE, started, &Selection { slow: true, ..Selection::default() }, seed).await
}

/// Runs a selection against a reference server of its own.
pub(crate) async fn under(
    profile: Profile,
    started: &Reference,
    selection: &Selection,
    seed: u64,
) -> Result<Outcome, RunError> {
    let settings = Settings { timeout: Duration::from_secs(10), roots: Vec::new(), headers: Vec::new() };
    let wire = Wire::new(&settings).map_err(|error| RunError::usage(error.to_string()))?;
    let mut target = started.target.clone();
    // A fault may hide the metadata; the endpoints are in the target file.
    let _found = discover(&wire, &mut target).await;
    let live = Arc::new(RunState::new(target, wire, started.clock.clone(), profile, seed));
    run(&live, &crate::cases(profile), selection, false, &mut (), std::future::pending()).await
}
