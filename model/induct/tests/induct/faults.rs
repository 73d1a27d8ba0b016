//! Each fault of a step breaks the induction, at the law or the clause that it is about.

use oauth_core::policy::WrongVerifier;
use oauth_faults::{Fault, Faults, fault};
use oauth_induct::{Part, prove};

/// The fault, the part in which it shows, the law or clause that breaks.
#[rustfmt::skip]
const FAULTS: &[(Fault, Part, &str)] = &[
    (fault!("login-skipped"), Part::Nothing, "code-after-login"),
    (fault!("redirect-uri-unchecked"), Part::Nothing, "code-to-registered-uri"),
    (fault!("consent-skipped"), Part::Nothing, "code-after-consent"),
    (fault!("authentication-unchecked"), Part::Nothing, "confidential-client-authenticated"),
    (fault!("authentication-optional"), Part::Nothing, "confidential-client-authenticated"),
    (fault!("proof-signature-unchecked"), Part::Nothing, "terms-as-asked"),
    (fault!("proof-unexpiring"), Part::Nothing, "proof-in-time"),
    (fault!("request-uri-of-any-client"), Part::Pushed, "pushed-request-of-its-client"),
    (fault!("request-uri-unexpiring"), Part::Pushed, "pushed-request-in-time"),
    (fault!("request-uri-reusable"), Part::Coded, "pushed-request-used-once"),
    (fault!("login-skipped"), Part::Asked, "code-after-login"),
    (fault!("consent-forgeable"), Part::Asked, "consent-is-the-owners"),
    (fault!("consent-of-any-session"), Part::Asked, "consent-is-the-owners"),
    (fault!("decision-repeatable"), Part::Coded, "code-after-consent"),
    (fault!("code-unexpiring"), Part::Coded, "code-redeemed-in-time"),
    (fault!("code-unchecked"), Part::Coded, "code-was-issued"),
    (fault!("code-of-any-client"), Part::Coded, "code-redeemed-by-its-client"),
    (fault!("code-of-any-public-client"), Part::Coded, "code-redeemed-by-its-client"),
    (fault!("code-of-any-key"), Part::Coded, "code-with-its-key"),
    // Where the request named none, the redirect URI of another client is taken.
    (fault!("redirect-uri-differs-taken"), Part::Coded, "redemption-fits"),
    (fault!("verifier-replaces-checks"), Part::Coded, "redemption-fits"),
    (fault!("redirect-uri-absent-taken"), Part::Coded, "code-redeemed-with-its-redirect-uri"),
    (fault!("verifier-unchecked"), Part::Coded, "code-redeemed-with-its-verifier"),
    (fault!("verifier-optional"), Part::Coded, "code-redeemed-with-its-verifier"),
    (fault!("verifier-taken-plain"), Part::Coded, "code-redeemed-with-its-verifier"),
    (fault!("verifier-unexpected-ignored"), Part::Coded, "no-verifier-without-challenge"),
    (fault!("code-replayable"), Part::Redeemed, "code-redeemed-once"),
    (fault!("replay-keeps-tokens"), Part::Redeemed, "replay-ends-grant"),
    (fault!("refresh-replayable"), Part::Refreshed, "public-refresh-used-once"),
    (fault!("refresh-replay-keeps-grant"), Part::Refreshed, "public-refresh-replay-ends-grant"),
    (fault!("spent-refresh-forgotten"), Part::Refreshed, "spent-as-seen"),
    (fault!("refresh-unchecked"), Part::Refreshed, "refresh-token-was-issued"),
    (fault!("refresh-unexpiring"), Part::Refreshed, "refresh-in-time"),
    (fault!("refresh-of-any-client"), Part::Refreshed, "refresh-by-its-client"),
    (fault!("refresh-of-any-resource"), Part::Refreshed, "refresh-within-resources"),
    (fault!("refresh-scope-wider"), Part::Refreshed, "token-within-consent"),
    (fault!("refresh-scope-of-registration"), Part::Refreshed, "token-within-consent"),
    (fault!("refresh-narrows-grant"), Part::Refreshed, "scope-as-consented"),
    (fault!("refresh-of-one-key"), Part::Refreshed, "public-refresh-with-its-key"),
    (fault!("refresh-of-any-key"), Part::Refreshed, "public-refresh-with-its-key"),
    (fault!("token-unchecked"), Part::Tokens, "served-token-was-issued"),
    (fault!("refresh-opens-resource"), Part::Tokens, "served-token-was-issued"),
    (fault!("token-unexpiring"), Part::Tokens, "served-token-in-time"),
    (fault!("resource-scope-unchecked"), Part::Tokens, "served-token-covers-resource"),
    (fault!("audience-unchecked"), Part::Tokens, "served-token-is-for-resource"),
    (fault!("proof-of-any-token"), Part::Tokens, "bound-token-with-its-key"),
    (fault!("proof-of-any-key"), Part::Tokens, "bound-token-with-its-key"),
    (fault!("bound-token-as-bearer-taken"), Part::Tokens, "bound-token-with-its-key"),
    (fault!("revocation-keeps-tokens"), Part::Tokens, "revoked-access-token-is-dead"),
    (fault!("revocation-keeps-access"), Part::Tokens, "revoked-refresh-token-ends-access"),
    (fault!("introspection-unexpiring"), Part::Tokens, "active-token-in-time"),
    (fault!("introspection-of-any-audience"), Part::Tokens, "active-token-concerns-who-asks"),
    (fault!("introspection-unrevoked"), Part::Dead, "active-token-not-revoked"),
];

/// These concern who may end something, of which no property speaks.
const SILENT: &[(Fault, Part)] = &[
    (fault!("revocation-by-public-clients"), Part::Tokens),
    (fault!("invalid-replay-ends-tokens"), Part::Redeemed),
];

#[test]
fn each_fault_breaks_the_law_that_it_is_about() {
    for (fault, part, property) in FAULTS {
        let report = prove(&[*part], WrongVerifier::KeepsCode, &Faults::these(&[*fault]));
        let broken = report.broken.map(|broken| broken.property);
        assert_eq!(broken, Some(*property), "{fault:?} in {part:?}");
    }
}

#[test]
fn faults_of_which_no_law_speaks_break_none() {
    for (fault, part) in SILENT {
        let report = prove(&[*part], WrongVerifier::KeepsCode, &Faults::these(&[*fault]));
        assert!(report.broken.is_none(), "{fault:?}: {report}");
    }
}

#[test]
fn a_counterexample_names_the_law_the_record_the_request_and_the_reply() {
    let faults = Faults::these(&[fault!("replay-keeps-tokens")]);
    let report = prove(&[Part::Redeemed], WrongVerifier::KeepsCode, &faults);
    let text = report.broken.map(|broken| broken.to_string()).unwrap_or_default();
    println!("{text}");
    for words in ["replay-ends-grant", "no token of its code", "code: Some((<code>", "Redeem", "CodeReplayed"]
    {
        assert!(text.contains(words), "{words} is not in {text}");
    }
}
