//! Each fault of a step breaks the induction, at the law or the clause that it is about.

use oauth_core::policy::WrongVerifier;
use oauth_faults::{Fault, Faults};
use oauth_induct::{Part, prove};

/// The fault, the part in which it shows, the law or clause that breaks.
#[rustfmt::skip]
const FAULTS: &[(Fault, Part, &str)] = &[
    (Fault::LoginSkipped, Part::Nothing, "code-after-login"),
    (Fault::RedirectUriUnchecked, Part::Nothing, "code-to-registered-uri"),
    (Fault::ConsentSkipped, Part::Nothing, "code-after-consent"),
    (Fault::AuthenticationUnchecked, Part::Nothing, "confidential-client-authenticated"),
    (Fault::AuthenticationOptional, Part::Nothing, "confidential-client-authenticated"),
    (Fault::ProofSignatureUnchecked, Part::Nothing, "terms-as-asked"),
    (Fault::ProofUnexpiring, Part::Nothing, "proof-in-time"),
    (Fault::RequestUriOfAnyClient, Part::Pushed, "pushed-request-of-its-client"),
    (Fault::RequestUriUnexpiring, Part::Pushed, "pushed-request-in-time"),
    (Fault::RequestUriReusable, Part::Coded, "pushed-request-used-once"),
    (Fault::ConsentForgeable, Part::Asked, "consent-is-the-owners"),
    (Fault::ConsentOfAnySession, Part::Asked, "consent-is-the-owners"),
    (Fault::DecisionRepeatable, Part::Coded, "code-after-consent"),
    (Fault::CodeUnexpiring, Part::Coded, "code-redeemed-in-time"),
    (Fault::CodeUnchecked, Part::Coded, "code-was-issued"),
    (Fault::CodeOfAnyClient, Part::Coded, "code-redeemed-by-its-client"),
    (Fault::CodeOfAnyKey, Part::Coded, "code-with-its-key"),
    // Where the request named none, the redirect URI of another client is taken.
    (Fault::RedirectUriDiffersTaken, Part::Coded, "redemption-fits"),
    (Fault::VerifierReplacesChecks, Part::Coded, "redemption-fits"),
    (Fault::RedirectUriAbsentTaken, Part::Coded, "code-redeemed-with-its-redirect-uri"),
    (Fault::VerifierUnchecked, Part::Coded, "code-redeemed-with-its-verifier"),
    (Fault::VerifierOptional, Part::Coded, "code-redeemed-with-its-verifier"),
    (Fault::VerifierTakenPlain, Part::Coded, "code-redeemed-with-its-verifier"),
    (Fault::VerifierUnexpectedIgnored, Part::Coded, "no-verifier-without-challenge"),
    (Fault::CodeReplayable, Part::Redeemed, "code-redeemed-once"),
    (Fault::ReplayKeepsTokens, Part::Redeemed, "replay-ends-grant"),
    (Fault::RefreshReplayable, Part::Refreshed, "public-refresh-used-once"),
    (Fault::RefreshReplayKeepsGrant, Part::Refreshed, "public-refresh-replay-ends-grant"),
    (Fault::RefreshUnchecked, Part::Refreshed, "refresh-token-was-issued"),
    (Fault::RefreshUnexpiring, Part::Refreshed, "refresh-in-time"),
    (Fault::RefreshOfAnyClient, Part::Refreshed, "refresh-by-its-client"),
    (Fault::RefreshOfAnyResource, Part::Refreshed, "refresh-within-resources"),
    (Fault::RefreshScopeWider, Part::Refreshed, "token-within-consent"),
    (Fault::RefreshNarrowsGrant, Part::Refreshed, "scope-as-consented"),
    (Fault::RefreshOfOneKey, Part::Refreshed, "public-refresh-with-its-key"),
    (Fault::RefreshOfAnyKey, Part::Refreshed, "public-refresh-with-its-key"),
    (Fault::TokenUnchecked, Part::Tokens, "served-token-was-issued"),
    (Fault::RefreshOpensResource, Part::Tokens, "served-token-was-issued"),
    (Fault::TokenUnexpiring, Part::Tokens, "served-token-in-time"),
    (Fault::ResourceScopeUnchecked, Part::Tokens, "served-token-covers-resource"),
    (Fault::AudienceUnchecked, Part::Tokens, "served-token-is-for-resource"),
    (Fault::ProofOfAnyToken, Part::Tokens, "bound-token-with-its-key"),
    (Fault::ProofOfAnyKey, Part::Tokens, "bound-token-with-its-key"),
    (Fault::BoundTokenAsBearerTaken, Part::Tokens, "bound-token-with-its-key"),
    (Fault::RevocationKeepsTokens, Part::Tokens, "revoked-access-token-is-dead"),
    (Fault::RevocationKeepsAccess, Part::Tokens, "revoked-refresh-token-ends-access"),
    (Fault::IntrospectionUnexpiring, Part::Tokens, "active-token-in-time"),
    (Fault::IntrospectionUnrevoked, Part::Dead, "active-token-not-revoked"),
];

/// These concern who may end or learn something, of which no law speaks.
const SILENT: &[(Fault, Part)] = &[
    (Fault::RevocationByAnyClient, Part::Tokens),
    (Fault::IntrospectionByAnyClient, Part::Tokens),
    (Fault::InvalidReplayEndsTokens, Part::Redeemed),
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
    let faults = Faults::these(&[Fault::ReplayKeepsTokens]);
    let report = prove(&[Part::Redeemed], WrongVerifier::KeepsCode, &faults);
    let text = report.broken.map(|broken| broken.to_string()).unwrap_or_default();
    println!("{text}");
    for words in ["replay-ends-grant", "no token of its code", "code: Some((<code>", "Redeem", "CodeReplayed"]
    {
        assert!(text.contains(words), "{words} is not in {text}");
    }
}
