//! The reference server in this process, for runs that name no target.

use std::fmt::Display;
use std::net::SocketAddr;
use std::sync::Arc;

use oauth_core::policy::{PkceNeed, Policy};
use oauth_faults::Faults;
use oauth_reference_server::{BUILT_IN, Config, ManualClock, Options, Server, faulty};
use oauth_suite::case::Profile;
use oauth_suite::run::RunError;
use oauth_suite::subject::{Target, read_text};
use oauth_suite::wire::Clock;
use tokio::net::TcpListener;

use crate::liberties::{Liberty, Relay};

/// The target file of the reference server at its default address.
pub const TARGET: &str = include_str!("../targets/reference.toml");

/// The passwords of the built-in users, and their hashes by argon2 at its lowest cost. Nobody guesses them here, and a run
/// logs in some hundred times.
const PASSWORDS: [(&str, &str); 2] = [
    (
        "mypassword",
        "$argon2id$v=19$m=8,t=1,p=1$dGhlIGZpcnN0IHVzZXI$Ws9AjkcS0txMpe+pl8Slek4YOizhtflaVuGilO/RuJY",
    ),
    (
        "otherpassword",
        "$argon2id$v=19$m=8,t=1,p=1$dGhlIHNlY29uZCB1c2Vy$5BS8wAr9onFzL28QDseM6DD4QCfXnNP6Fz9kSeNGHVM",
    ),
];

/// A reference server that runs until it is dropped.
#[derive(Debug)]
pub struct Reference {
    /// What the suite knows of it.
    pub target: Target,
    /// Where it listens.
    pub addr: SocketAddr,
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
    start_behind(None, policy, faults).await
}

/// Starts the reference server behind a relay that takes these liberties.
///
/// # Errors
/// When it cannot be started.
pub(crate) async fn start_at_liberty(
    policy: Policy,
    liberties: &[&'static Liberty],
) -> Result<(Reference, Relay), RunError> {
    let front = bind().await?;
    let origin = format!("http://{}", front.local_addr().map_err(|error| no_start(&error))?);
    let mut reference = start_behind(Some(&origin), policy, Faults::none()).await?;
    let relay = Relay::start(front, reference.addr, liberties);
    for liberty in liberties {
        liberty.on_target(&mut reference.target);
    }
    Ok((reference, relay))
}

async fn bind() -> Result<TcpListener, RunError> {
    TcpListener::bind(("127.0.0.1", 0)).await.map_err(|error| no_start(&error))
}

fn no_start(error: &dyn Display) -> RunError {
    RunError::usage(format!("the reference server does not start: {error}"))
}

/// As [`start_with`]; the suite reaches the server at this origin, where somebody else listens and passes on what it asks.
///
/// # Errors
/// When it cannot be started.
pub async fn start_behind(
    origin: Option<&str>,
    policy: Policy,
    faults: Faults,
) -> Result<Reference, RunError> {
    let listener = bind().await?;
    let clock = ManualClock::default();
    // Registration is off unless somebody wants it, and the suite does.
    let profile = Policy { registration: true, ..policy };
    let options = Options { profile, ..Options::default() }.with_test_clock(clock.clone());
    let issuer = origin.map(|origin| format!("issuer = {origin:?}\n")).unwrap_or_default();
    let config = Config::parse("built-in data", &(issuer + &data())).map_err(|error| no_start(&error))?;
    let server = faulty::serve(listener, config, options, faults).await.map_err(|error| no_start(&error))?;
    let addr = server.addr();
    let own = format!("http://{addr}");
    let text = TARGET.replace("http://127.0.0.1:9000", origin.unwrap_or(&own));
    let mut target =
        read_text("targets/reference.toml", &text, &|_| None).map_err(|error| no_start(&error))?;
    target.pkce_required &= policy.pkce != PkceNeed::Optional;
    let advance = Clock::Advance(Arc::new(move |time| clock.advance(time)));
    Ok(Reference { target, clock: advance, addr, _server: server })
}

/// The server's built-in data, with hashes for passwords.
fn data() -> String {
    PASSWORDS.into_iter().fold(BUILT_IN.to_owned(), |data, (password, hash)| {
        data.replace(&format!("password = \"{password}\""), &format!("password_hash = \"{hash}\""))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_user_of_the_reference_server_costs_a_slow_hash() {
        let data = data();
        assert!(!data.contains("password = ") && data.matches("password_hash = ").count() == PASSWORDS.len());
    }
}
