//! The reference server in this process, for runs that name no target.

use std::sync::Arc;

use oauth_core::policy::{PkceNeed, Policy};
use oauth_faults::Faults;
use oauth_reference_server::{Config, ManualClock, Options, Server, faulty};
use tokio::net::TcpListener;

use crate::case::Profile;
use crate::clock::Clock;
use crate::run::RunError;
use crate::subject::{Target, read_text};

/// The target file of the reference server at its default address.
pub const TARGET: &str = include_str!("../targets/reference.toml");

/// A reference server that runs until it is dropped.
#[derive(Debug)]
pub struct Reference {
    /// What the suite knows of it.
    pub target: Target,
    /// How its clock is advanced.
    pub clock: Clock,
    _server: Server,
}

/// Starts the reference server on a free loopback port, with the profile's policy and these faults.
///
/// # Errors
/// When it cannot be started.
pub async fn start(profile: Profile, faults: Faults) -> Result<Reference, RunError> {
    start_with(policy(profile), faults).await
}

/// The reference server's policy for a profile.
#[must_use]
pub fn policy(profile: Profile) -> Policy {
    match profile {
        Profile::Rfc6749 => Policy::RFC6749,
        Profile::Documented | Profile::Rfc9700 => Policy::RFC9700,
        Profile::Oauth21 => Policy::OAUTH21,
    }
}

/// Starts the reference server on a free loopback port, with this policy and these faults.
///
/// # Errors
/// When it cannot be started.
pub async fn start_with(policy: Policy, faults: Faults) -> Result<Reference, RunError> {
    let fault = |text: String| RunError::usage(format!("the reference server does not start: {text}"));
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.map_err(|error| fault(error.to_string()))?;
    let clock = ManualClock::default();
    // Registration is off unless somebody wants it, and the suite does.
    let profile = Policy { registration: true, ..policy };
    let options = Options { profile, clock: Arc::new(clock.clone()), ..Options::default() };
    let server = faulty::serve(listener, Config::built_in(), options, faults)
        .await
        .map_err(|error| fault(error.to_string()))?;
    let text = TARGET.replace("http://127.0.0.1:9000", &format!("http://{}", server.addr()));
    let mut target =
        read_text("targets/reference.toml", &text, &|_| None).map_err(|error| fault(error.to_string()))?;
    target.pkce_required &= policy.pkce != PkceNeed::Optional;
    let advance = Clock::Advance(Arc::new(move |time| clock.advance(time)));
    Ok(Reference { target, clock: advance, _server: server })
}
