//! What else has to break where a fault is on: rules that are not what the fault is about, and that nobody with it can
//! keep.
//!
//! `oauth-conformance selftest --whole` runs every case under each fault. A finding that fails there under a rule that is
//! neither the fault's nor stands here accuses a server of what it does right.

use oauth_rules::{RuleId, rules};

/// A fault, the rules that break by themselves where it is on, and why nobody with it can keep them.
type Consequence = (&'static str, &'static [RuleId], &'static str);

/// A proof is wrong if any check of it fails.
const CHECKS: &[RuleId] = rules![
    "rfc9449-4.3-proof-checked-at-token-endpoint",
    "rfc9449-7.1-rs-checks-proof",
    "rfc9449-10.1-par-proof-checked"
];
const ONE_CHECK_LESS: &str =
    "wherever a proof is shown, all checks of it are wanted, and this one is missing";

const BY_NAME: &[RuleId] =
    rules!["rfc6749-2.2-client-id-alone-no-auth", "rfc9700-2.5-client-authentication-enforced"];
const NO_SECRET: &str = "its identifier is all that such a client shows";

const NONCE_UNTOLD: &str = "that a nonce is wanted is an error in the challenge";

/// Of redirect URIs that are compared in another way than as text.
const NOT_ON_RECORD: &str = "a code goes to an address that is not on record";
/// Of redirect URIs that are not compared.
const UNCOMPARED: &str = "what is compared with nothing may differ in anything";
/// Of rules that speak of how an authorization request is refused.
const AT_THE_CLIENT: &str = "the rule asks for the error at the client";
/// Of rules that speak of how a request is refused, by which error.
const NAMES_ITS_ERROR: &str = "the rule names the error itself";
/// Of one code in many requests.
const AT_ONCE: &str = "the rule speaks of simultaneous redemptions too";

/// In the order of the registry; a line for each reason.
const CONSEQUENCES: &[Consequence] = &[
    (
        "redirect-uri-unchecked",
        rules![
            "rfc6749-3.1.2-redirect-uri-absolute",
            "rfc6749-3.1.2.3-simple-string-comparison",
            "rfc8252-8.4-exact-match-except-loopback-port",
            "rfc9700-2.1-redirect-uri-exact-match",
            "rfc9700-4.1.3-simple-string-comparison"
        ],
        UNCOMPARED,
    ),
    (
        "redirect-uri-unchecked",
        rules!["rfc9700-2.1-as-no-open-redirector"],
        "a known client's name is all that it takes to send a browser anywhere",
    ),
    ("redirect-uri-prefix", rules!["rfc6749-3.1.2.3-registered-uris-compared"], NOT_ON_RECORD),
    ("redirect-port-ignored", rules!["rfc6749-3.1.2.3-registered-uris-compared"], NOT_ON_RECORD),
    ("loopback-user-taken", rules!["rfc6749-3.1.2.3-registered-uris-compared"], NOT_ON_RECORD),
    ("loopback-names-alike", rules!["rfc6749-3.1.2.2-public-client-registered-uri"], NOT_ON_RECORD),
    (
        "bad-client-redirected",
        rules!["rfc9700-2.1-as-no-open-redirector"],
        "the name of a client that nobody knows is all that it takes to send a browser anywhere",
    ),
    (
        "errors-on-page",
        rules![
            "rfc6749-3.1.1-response-type-missing",
            "rfc6749-3.1.1-response-type-unknown",
            "rfc7636-4.4.1-challenge-required",
            "rfc7636-4.4.1-unknown-method-refused"
        ],
        AT_THE_CLIENT,
    ),
    (
        "authorization-errors-wrong",
        rules!["rfc7636-4.4.1-challenge-required", "rfc7636-4.4.1-unknown-method-refused"],
        NAMES_ITS_ERROR,
    ),
    (
        "iss-with-query",
        rules!["rfc9207-2.3-iss-equals-metadata-issuer"],
        "the metadata's issuer has no query",
    ),
    ("private-scheme-rewritten", rules!["rfc6749-3.1.2.3-registered-uris-compared"], NOT_ON_RECORD),
    (
        "login-skipped",
        rules!["rfc9700-4.11.2-authenticate-before-redirect"],
        "where every browser counts as logged in, nobody logs in first",
    ),
    (
        "login-page-as-good-as-consent",
        rules!["rfc6749-4.1.2-state-returned-exactly"],
        "a code that answers no request comes with no request's state",
    ),
    (
        "verifier-unchecked",
        rules!["rfc7636-4.5-method-bound-to-code"],
        "what is compared with nothing is compared by no method",
    ),
    (
        "verifier-optional",
        rules!["rfc8252-6-as-pkce", "rfc9700-2.1.1-as-enforces-verifier"],
        "no verifier is not the right one",
    ),
    (
        "verifier-taken-plain",
        rules!["rfc9700-2.1.1-as-enforces-verifier"],
        "the challenge is not the right verifier",
    ),
    (
        "verifier-replaces-checks",
        rules!["rfc6749-4.1.3-redirect-uri-identical", "rfc6749-4.1.3-redirect-uri-present"],
        "a client that uses PKCE sends a fitting verifier with each code",
    ),
    (
        "code-replayable",
        rules!["rfc6749-4.1.2-code-single-use-concurrent"],
        "each of many at once is taken too",
    ),
    ("blind-write", rules!["rfc9700-4.2.4-code-single-use"], AT_ONCE),
    ("blind-write-for-public-clients", rules!["rfc9700-4.2.4-code-single-use"], AT_ONCE),
    (
        "authentication-unchecked",
        rules![
            "rfc6749-2.2-client-id-alone-no-auth",
            "rfc6749-4.4-client-credentials-confidential-only",
            "rfc6749-6-client-auth-required"
        ],
        "where any secret is right, an empty or a wrong one proves nothing and brings tokens",
    ),
    (
        "basic-refused",
        rules!["rfc7591-3.2.1-created-response"],
        "a client that registers itself for Basic finishes no flow with what it is told",
    ),
    (
        "token-errors-wrong",
        rules!["rfc6749-5.2-error-400-json"],
        "server_error is none of the errors that are defined for the token endpoint",
    ),
    (
        "token-errors-wrong",
        rules!["rfc7636-4.6-mismatch-invalid-grant", "rfc9449-8-use-dpop-nonce-error"],
        NAMES_ITS_ERROR,
    ),
    ("token-errors-200", rules!["rfc9449-8-use-dpop-nonce-error"], "the rule asks for status 400"),
    ("token-as-text", rules!["rfc6749-5.2-error-400-json"], "a refusal is a response too, and JSON"),
    (
        "token-type-missing",
        rules!["rfc9449-5-token-type-dpop"],
        "a token of no type is not announced as DPoP",
    ),
    (
        "refresh-blind-write",
        rules!["rfc6749-10.4-public-refresh-abuse-detected"],
        "of two who use a token at once both get tokens, and nothing tells",
    ),
    (
        "refresh-scope-wider",
        rules!["rfc6749-10.12-no-more-than-agreed"],
        "a refresh asks for what the user left out",
    ),
    (
        "refresh-scope-of-registration",
        rules!["rfc6749-10.12-no-more-than-agreed"],
        "a refresh asks for what the user left out",
    ),
    (
        "token-unchecked",
        rules!["rfc6749-1.5-refresh-token-not-for-rs"],
        "a refresh token has the id of the grant too",
    ),
    (
        "second-resource-of-any-scope",
        rules!["rfc9700-2.3-rs-refuses-insufficient-privilege"],
        "what no scope is wanted for needs no privilege",
    ),
    (
        "resource-challenge-missing",
        rules!["rfc9110-15.5.2-401-has-challenge"],
        "a 401 of the resource has none",
    ),
    ("resource-challenge-missing", rules!["rfc9449-9-rs-use-dpop-nonce"], NONCE_UNTOLD),
    (
        "grant-for-every-resource",
        rules!["rfc9700-4.14.2-refresh-bound-to-resource"],
        "a refresh leads wherever the grant does",
    ),
    ("told-type-wrong", rules!["rfc9449-6.2-introspection-token-type"], "it says so of a bound token too"),
    (
        "metadata-issuer-odd",
        rules!["rfc9207-2.3-iss-equals-metadata-issuer", "rfc9728-2-authorization-servers-form"],
        "whoever names the issuer as it is names another than the metadata",
    ),
    ("pushed-unusable", rules!["rfc9126-2.2-success-201"], "what is not taken leads to no code"),
    (
        "proof-signature-unchecked",
        rules!["rfc9449-7.1-rs-checks-proof", "rfc9449-10.1-par-proof-checked"],
        ONE_CHECK_LESS,
    ),
    ("proof-method-unchecked", CHECKS, ONE_CHECK_LESS),
    ("proof-target-unchecked", CHECKS, ONE_CHECK_LESS),
    ("proof-port-ignored", rules!["rfc9449-7.1-rs-checks-proof"], ONE_CHECK_LESS),
    ("proof-of-any-key", rules!["rfc9700-4.10.1-rs-checks-possession"], "nobody needs the token's own key"),
    ("proof-repeated-taken", CHECKS, ONE_CHECK_LESS),
    (
        "proof-garbage-ignored",
        rules!["rfc9449-4.3-proof-checked-at-token-endpoint", "rfc9449-10.1-par-proof-checked"],
        ONE_CHECK_LESS,
    ),
    ("proof-garbage-ignored", rules!["rfc9449-4.3-one-header-field"], "two proofs in one field are no JWT"),
    ("proof-claims-optional", CHECKS, ONE_CHECK_LESS),
    ("proof-type-unchecked", CHECKS, ONE_CHECK_LESS),
    ("proof-algorithm-unchecked", CHECKS, ONE_CHECK_LESS),
    ("proof-private-key-taken", CHECKS, ONE_CHECK_LESS),
    ("proof-challenge-silent", rules!["rfc9449-9-rs-use-dpop-nonce"], NONCE_UNTOLD),
    (
        "push-proof-ignored",
        rules!["rfc9449-10.1-par-both-ways", "rfc9449-10.1-par-mismatch-refused"],
        "the key of a proof that nobody looks at is not known",
    ),
    ("nonce-stored", rules!["rfc6749-5.1-no-store"], "a token response may have a nonce"),
    (
        "registration-id-constant",
        rules!["rfc7591-3.2.1-created-response"],
        "a client that is told another's identifier finishes no flow",
    ),
    (
        "registration-secret-constant",
        rules!["rfc7591-3.2.1-created-response"],
        "a client that is told another's secret finishes no flow",
    ),
    (
        "registration-of-any-uri",
        rules!["rfc6749-3.1.2-redirect-no-fragment"],
        "one with a fragment is of some kind too",
    ),
    ("registered-uris-uncompared", rules!["rfc9700-2.1-redirect-uri-exact-match"], UNCOMPARED),
    ("registered-clients-unproven", BY_NAME, NO_SECRET),
    ("post-clients-unproven", BY_NAME, NO_SECRET),
    (
        "code-replayable-by-public-clients",
        rules!["rfc6749-4.1.2-code-single-use-concurrent"],
        "what is taken again and again is taken many times at once",
    ),
    (
        "refresh-type-missing",
        rules!["rfc9449-5-token-type-dpop"],
        "a bound token that a refresh brings is not announced as such",
    ),
];

/// What follows from the fault of this name: each rule, and why.
pub(crate) fn of(fault: &'static str) -> impl Iterator<Item = (RuleId, &'static str)> {
    let rows = CONSEQUENCES.iter().filter(move |(name, ..)| *name == fault);
    rows.flat_map(|(_, rules, because)| rules.iter().map(move |rule| (*rule, *because)))
}

#[cfg(test)]
mod tests {
    use super::CONSEQUENCES;
    use crate::Fault;

    #[test]
    fn what_follows_from_a_fault_is_not_what_it_is_about_and_stands_once_with_its_reason() {
        let mut seen = Vec::new();
        for (name, rules, because) in CONSEQUENCES {
            let fault = Fault::find(name).unwrap_or_else(|| panic!("{name} is no fault"));
            assert!(!rules.is_empty() && !because.is_empty(), "{name}");
            for rule in *rules {
                assert!(!fault.rules().contains(rule), "{name} breaks {rule} itself");
                assert!(!seen.contains(&(fault, *rule)), "{rule} follows twice from {name}");
                seen.push((fault, *rule));
            }
        }
    }
}
