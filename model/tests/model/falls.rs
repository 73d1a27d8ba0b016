//! Single faults, and the laws that fall under them.

use std::collections::BTreeSet;

use oauth_checker::Engine;
use oauth_faults::{Fault, Faults, fault};
use oauth_laws::law::LAWS;
use oauth_model::run::exhaust;
use oauth_world::attack::Attack;

use crate::scenario;

/// Single faults, and the laws that fall under each, alone, in a scenario.
#[rustfmt::skip]
const FALLS: &[(Fault, &str, &[&str])] = &[
    (fault!("login-skipped"), "honest", &["code-after-login"]),
    (fault!("password-unchecked"), "honest", &["code-after-login"]),
    (fault!("consent-skipped"), "honest", &["code-after-consent"]),
    (fault!("consent-forgeable"), "csrf", &["code-after-consent", "consent-is-the-owners"]),
    (fault!("consent-of-any-session"), "csrf", &["code-after-consent", "consent-is-the-owners"]),
    (fault!("decision-repeatable"), "csrf", &["code-after-consent", "consent-is-the-owners"]),
    (fault!("redirect-uri-unchecked"), "lure", &["code-to-registered-uri", "thief-gains-nothing"]),
    (fault!("code-replayable"), "sloppy-client", &["code-redeemed-once"]),
    (fault!("blind-write"), "sloppy-client", &["code-redeemed-once"]),
    (fault!("replay-keeps-tokens"), "sloppy-client", &["replay-ends-grant"]),
    (fault!("code-unexpiring"), "expiry", &["code-redeemed-in-time"]),
    (fault!("code-of-any-client"), "two-clients", &["code-redeemed-by-its-client"]),
    (fault!("code-of-any-public-client"), "two-public-clients", &["code-redeemed-by-its-client"]),
    (fault!("code-unchecked"), "two-clients", &["code-was-issued"]),
    (fault!("redirect-uri-differs-taken"), "sloppy-client", &["code-redeemed-with-its-redirect-uri"]),
    (fault!("redirect-uri-absent-taken"), "sloppy-client", &["code-redeemed-with-its-redirect-uri"]),
    (fault!("verifier-replaces-checks"), "sloppy-client", &["code-redeemed-with-its-redirect-uri"]),
    (fault!("verifier-unchecked"), "sloppy-client", &["code-redeemed-with-its-verifier"]),
    (fault!("verifier-unchecked"), "interception", &["code-redeemed-with-its-verifier", "thief-gains-nothing"]),
    (fault!("verifier-optional"), "interception", &["code-redeemed-with-its-verifier", "thief-gains-nothing"]),
    (fault!("verifier-taken-plain"), "interception", &["code-redeemed-with-its-verifier", "thief-gains-nothing"]),
    (fault!("verifier-unexpected-ignored"), "downgrade", &["no-verifier-without-challenge"]),
    (fault!("authentication-unchecked"), "two-clients", &["confidential-client-authenticated", "thief-gains-nothing"]),
    (fault!("authentication-optional"), "two-clients", &["confidential-client-authenticated", "thief-gains-nothing"]),
    (fault!("token-unchecked"), "replay", &["served-token-was-issued", "thief-gains-nothing"]),
    (fault!("token-unexpiring"), "expiry", &["served-token-in-time"]),
    (fault!("resource-scope-unchecked"), "honest", &["served-token-covers-resource"]),
    (fault!("refresh-replayable"), "refresh", &["public-refresh-used-once"]),
    (fault!("refresh-replayable"), "refresh-theft", &["public-refresh-used-once"]),
    (fault!("refresh-replayable"), "refresh-grace", &["public-refresh-used-once"]),
    (fault!("refresh-replay-keeps-grant"), "refresh", &["public-refresh-replay-ends-grant"]),
    (fault!("refresh-replay-keeps-grant"), "refresh-theft", &["public-refresh-replay-ends-grant"]),
    (fault!("refresh-of-any-client"), "refresh-two-clients", &["refresh-by-its-client"]),
    (fault!("refresh-of-any-client"), "refresh-by-public-client", &["refresh-by-its-client"]),
    (fault!("refresh-unchecked"), "refresh", &["refresh-token-was-issued", "public-refresh-used-once"]),
    (fault!("refresh-unexpiring"), "refresh-theft", &["refresh-in-time"]),
    (fault!("refresh-scope-wider"), "refresh", &["token-within-consent"]),
    (fault!("refresh-scope-of-registration"), "refresh-narrowed", &["token-within-consent"]),
    (fault!("spent-refresh-forgotten"), "refresh-long-spent", &["public-refresh-replay-ends-grant"]),
    (fault!("refresh-narrows-grant"), "refresh", &["refresh-keeps-scope"]),
    (fault!("authentication-optional"), "refresh-two-clients", &["confidential-client-authenticated"]),
    (fault!("code-replayable"), "refresh", &["code-redeemed-once"]),
    (fault!("revocation-keeps-access"), "revocation", &["revoked-refresh-token-ends-access"]),
    (fault!("revocation-by-any-client"), "revocation", &["token-stays-good"]),
    (fault!("invalid-replay-ends-tokens"), "spoilt-replay", &["token-stays-good"]),
    (fault!("introspection-unexpiring"), "asked-late", &["active-token-in-time"]),
    (fault!("audience-unchecked"), "two-resources", &["served-token-is-for-resource", "thief-gains-nothing"]),
    (fault!("refresh-of-any-resource"), "two-resources", &["refresh-within-resources"]),
    (fault!("authentication-optional"), "client-credentials", &["confidential-client-authenticated"]),
    (fault!("client-iss-unchecked"), "mix-up-metadata", &["thief-gains-nothing", "code-to-its-server"]),
    (fault!("client-iss-unchecked"), "mix-up-resource", &["thief-gains-nothing", "token-to-its-resource"]),
    (fault!("redirect-uri-unchecked"), "evil-redirect-pushed", &["thief-gains-nothing"]),
    (fault!("proof-signature-unchecked"), "dpop-theft", &["bound-token-with-its-key", "thief-gains-nothing"]),
    (fault!("refresh-of-any-key"), "dpop-takeover", &["public-refresh-with-its-key"]),
    (fault!("invalid-replay-ends-tokens"), "spoilt-replay-burning", &["token-stays-good"]),
    (fault!("verifier-optional"), "plain-left-out", &["code-redeemed-with-its-verifier", "thief-gains-nothing"]),
    (fault!("post-secret-unchecked"), "secret-in-body", &["confidential-client-authenticated", "thief-gains-nothing"]),
    (fault!("audience-unchecked"), "redeemed-elsewhere", &["served-token-is-for-resource"]),
    (fault!("audience-unchecked"), "one-of-two-resources", &["served-token-is-for-resource"]),
    (fault!("refresh-replayable"), "refresh-grace-passed", &["public-refresh-used-once"]),
    (fault!("refresh-replay-keeps-grant"), "refresh-outlived", &["public-refresh-replay-ends-grant"]),
    (fault!("refresh-of-any-client"), "refresh-spent-elsewhere", &["token-stays-good", "refresh-by-its-client"]),
    (fault!("narrowed-token-opens-more"), "refresh-useless", &["served-token-covers-resource"]),
    (fault!("code-of-any-key"), "dpop-code-and-challenge", &["code-with-its-key", "thief-gains-nothing"]),
    (fault!("refresh-of-any-key"), "dpop-grace", &["public-refresh-with-its-key", "thief-gains-nothing"]),
    (fault!("proof-of-any-token"), "dpop-token", &["bound-token-with-its-key"]),
    (fault!("token-unexpiring"), "dpop-token", &["served-token-in-time"]),
    (fault!("pushed-redirect-uri-forgotten"), "pushed-sloppy", &["code-redeemed-with-its-redirect-uri"]),
    (fault!("code-of-any-key"), "pushed-bound", &["code-with-its-key", "thief-gains-nothing"]),
    (fault!("code-of-any-key"), "pushed-by-proof", &["code-with-its-key", "thief-gains-nothing"]),
    (fault!("login-forgeable"), "forged-login", &["session-integrity", "resource-of-the-person"]),
    (fault!("introspection-by-any-client"), "asked-by-others", &["active-token-concerns-who-asks"]),
    (fault!("introspection-of-any-audience"), "asked-by-others", &["active-token-concerns-who-asks"]),
    (fault!("introspection-of-refresh-tokens"), "asked-by-others", &["active-token-concerns-who-asks"]),
    // One wall of several: alone these let no law fall.
    (fault!("client-state-unchecked"), "csrf", &[]),
    (fault!("client-without-pkce"), "interception", &[]),
    (fault!("client-keeps-old-refresh"), "refresh-theft", &[]),
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
