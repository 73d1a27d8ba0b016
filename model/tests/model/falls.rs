//! Single faults, and the laws that fall under them.

use std::collections::BTreeSet;

use oauth_checker::Engine;
use oauth_faults::{Fault, Faults};
use oauth_laws::law::LAWS;
use oauth_model::run::exhaust;
use oauth_world::attack::Attack;

use crate::scenario;

/// Single faults, and the laws that fall under each, alone, in a scenario.
#[rustfmt::skip]
const FALLS: &[(Fault, &str, &[&str])] = &[
    (Fault::LoginSkipped, "honest", &["code-after-login"]),
    (Fault::PasswordUnchecked, "honest", &["code-after-login"]),
    (Fault::ConsentSkipped, "honest", &["code-after-consent"]),
    (Fault::ConsentForgeable, "csrf", &["code-after-consent", "consent-is-the-owners"]),
    (Fault::ConsentOfAnySession, "csrf", &["code-after-consent", "consent-is-the-owners"]),
    (Fault::DecisionRepeatable, "csrf", &["code-after-consent", "consent-is-the-owners"]),
    (Fault::RedirectUriUnchecked, "lure", &["code-to-registered-uri", "thief-gains-nothing"]),
    (Fault::CodeReplayable, "sloppy-client", &["code-redeemed-once"]),
    (Fault::BlindWrite, "sloppy-client", &["code-redeemed-once"]),
    (Fault::ReplayKeepsTokens, "sloppy-client", &["replay-ends-grant"]),
    (Fault::CodeUnexpiring, "expiry", &["code-redeemed-in-time"]),
    (Fault::CodeOfAnyClient, "two-clients", &["code-redeemed-by-its-client"]),
    (Fault::CodeUnchecked, "two-clients", &["code-was-issued"]),
    (Fault::RedirectUriDiffersTaken, "sloppy-client", &["code-redeemed-with-its-redirect-uri"]),
    (Fault::RedirectUriAbsentTaken, "sloppy-client", &["code-redeemed-with-its-redirect-uri"]),
    (Fault::VerifierReplacesChecks, "sloppy-client", &["code-redeemed-with-its-redirect-uri"]),
    (Fault::VerifierUnchecked, "sloppy-client", &["code-redeemed-with-its-verifier"]),
    (Fault::VerifierUnchecked, "interception", &["code-redeemed-with-its-verifier", "thief-gains-nothing"]),
    (Fault::VerifierOptional, "interception", &["code-redeemed-with-its-verifier", "thief-gains-nothing"]),
    (Fault::VerifierTakenPlain, "interception", &["code-redeemed-with-its-verifier", "thief-gains-nothing"]),
    (Fault::VerifierUnexpectedIgnored, "downgrade", &["no-verifier-without-challenge"]),
    (Fault::AuthenticationUnchecked, "two-clients", &["confidential-client-authenticated", "thief-gains-nothing"]),
    (Fault::AuthenticationOptional, "two-clients", &["confidential-client-authenticated", "thief-gains-nothing"]),
    (Fault::TokenUnchecked, "replay", &["served-token-was-issued", "thief-gains-nothing"]),
    (Fault::TokenUnexpiring, "expiry", &["served-token-in-time"]),
    (Fault::ResourceScopeUnchecked, "honest", &["served-token-covers-resource"]),
    (Fault::RefreshReplayable, "refresh", &["public-refresh-used-once"]),
    (Fault::RefreshReplayable, "refresh-theft", &["public-refresh-used-once", "refresh-in-time"]),
    (Fault::RefreshReplayable, "refresh-grace", &["public-refresh-used-once"]),
    (Fault::RefreshReplayKeepsGrant, "refresh", &["public-refresh-replay-ends-grant"]),
    (Fault::RefreshReplayKeepsGrant, "refresh-theft", &["public-refresh-replay-ends-grant"]),
    (Fault::RefreshOfAnyClient, "refresh-two-clients", &["refresh-by-its-client"]),
    (Fault::RefreshUnchecked, "refresh", &["refresh-token-was-issued", "public-refresh-used-once"]),
    (Fault::RefreshUnexpiring, "refresh-theft", &["refresh-in-time"]),
    (Fault::RefreshScopeWider, "refresh", &["token-within-consent"]),
    (Fault::RefreshNarrowsGrant, "refresh", &["refresh-keeps-scope"]),
    (Fault::AuthenticationOptional, "refresh-two-clients", &["confidential-client-authenticated"]),
    (Fault::CodeReplayable, "refresh", &["code-redeemed-once"]),
    (Fault::RevocationKeepsAccess, "revocation", &["revoked-refresh-token-ends-access"]),
    (Fault::AudienceUnchecked, "two-resources", &["served-token-is-for-resource", "thief-gains-nothing"]),
    (Fault::RefreshOfAnyResource, "two-resources", &["refresh-within-resources"]),
    (Fault::AuthenticationOptional, "client-credentials", &["confidential-client-authenticated"]),
    (Fault::ClientIssUnchecked, "mix-up-metadata", &["thief-gains-nothing", "code-to-its-server"]),
    (Fault::ClientIssUnchecked, "mix-up-resource", &["thief-gains-nothing", "token-to-its-resource"]),
    (Fault::RedirectUriUnchecked, "evil-redirect-pushed", &["thief-gains-nothing"]),
    (Fault::ProofSignatureUnchecked, "dpop-theft", &["bound-token-with-its-key", "thief-gains-nothing"]),
    (Fault::RefreshOfAnyKey, "dpop-takeover", &["public-refresh-with-its-key"]),
    // One wall of several: alone these let no law fall.
    (Fault::ClientStateUnchecked, "csrf", &[]),
    (Fault::ClientWithoutPkce, "interception", &[]),
    (Fault::ClientKeepsOldRefresh, "refresh-theft", &[]),
];

/// Laws whose departures stand in the bytes of a reply, which the checker's typed messages do not have: no scenario names
/// them, and the walks of `codec.rs` make them fall.
pub(crate) const FALL_ON_THE_WIRE: &[&str] = &["state-returned"];

#[test]
fn single_faults_make_the_laws_of_the_table_fall() {
    let mut wrong = String::new();
    for (fault, name, laws) in FALLS {
        let explored = exhaust(scenario(name), Faults::these(&[*fault]), Engine::Ours);
        let fell: Vec<&str> = explored.fallen().map(|(law, _)| law.id).collect();
        if fell != *laws {
            wrong.push_str(&format!("\n    (Fault::{fault:?}, \"{name}\", &{fell:?}),"));
        }
    }
    assert!(wrong.is_empty(), "the rows are{wrong}");
    let faults: BTreeSet<Fault> =
        FALLS.iter().filter(|(_, _, laws)| !laws.is_empty()).map(|(fault, _, _)| *fault).collect();
    assert!(faults.len() >= 12, "a checker that only twelve faults could fool is too weak");
}

#[test]
fn every_law_falls_somewhere() {
    let alone = FALLS.iter().flat_map(|(_, _, laws)| laws.iter().copied());
    let attacked = Attack::all().map(|attack| attack.law.id);
    let fall: BTreeSet<&str> = alone.chain(attacked).collect();
    let never: Vec<&str> = LAWS.iter().map(|law| law.id).filter(|id| !fall.contains(id)).collect();
    assert_eq!(never, FALL_ON_THE_WIRE);
}
