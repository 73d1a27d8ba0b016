//! Faults of challenges and verifiers (RFC 7636).
//!
//! Lies about a verifier are about the request only: what is written stays what was asked, so that a replay is still
//! known as one.

use oauth_core::form;
use oauth_core::policy::PkceNeed;
use oauth_core::server::received::Received;
use oauth_core::text::{CodeChallenge, Verifier, is_proof_key};
use oauth_rules::rules;

use super::Lie::{Before, Form, Policy, Query, Read, Told};
use super::code::redeemed;
use super::{METADATA, PAR, TOKEN};
use crate::edit::Pairs;
use crate::entry::{Entry, Lies::OfServer};

/// In reading order.
pub(crate) const FAULTS: &[Entry] = &[
    Entry {
        name: "challenge-not-required",
        about: "a public client needs no code_challenge",
        rules: rules![
            "rfc7636-4.4.1-challenge-required",
            "rfc8252-8.1-no-pkce-refused",
            "oauth21-4.1.2.1-no-challenge-public-rejected",
            "oauth21-4.1.2.1-no-challenge-confidential-rejected"
        ],
        lies: OfServer(&[Policy(|policy| policy.pkce = PkceNeed::Optional)]),
    },
    Entry {
        name: "plain-taken",
        about: "code_challenge_method plain is taken",
        rules: rules!["rfc7636-7.2-plain-not-used"],
        lies: OfServer(&[Policy(|policy| policy.plain = true)]),
    },
    Entry {
        name: "unknown-method-taken",
        about: "an unknown code_challenge_method counts as S256",
        rules: rules!["rfc7636-4.4.1-unknown-method-refused", "oauth21-4.1.2.1-unsupported-challenge-method"],
        lies: OfServer(&[Query(|pairs| {
            pairs.replace("code_challenge_method", |value| {
                if value.is_empty() || value == "plain" { value.to_owned() } else { "S256".to_owned() }
            });
        })]),
    },
    Entry {
        name: "method-defaults-to-s256",
        about: "a challenge without a method counts as S256",
        rules: rules!["rfc7636-4.3-method-defaults-to-plain"],
        lies: OfServer(&[Query(|pairs| {
            if pairs.value("code_challenge").is_some_and(|challenge| !challenge.is_empty())
                && pairs.value("code_challenge_method").is_none_or(str::is_empty)
            {
                pairs.remove("code_challenge_method");
                pairs.push("code_challenge_method", "S256");
            }
        })]),
    },
    Entry {
        name: "challenge-without-method-dropped",
        about: "a challenge without a method is left unread, so that its code needs no verifier",
        rules: rules!["rfc7636-4.5-verifier-required", "rfc9700-2.1.1-as-enforces-verifier"],
        lies: OfServer(&[Query(drop_without_method), Form(PAR, drop_without_method)]),
    },
    Entry {
        name: "challenge-syntax-unchecked",
        about: "a code_challenge of any length and alphabet is taken",
        rules: rules!["rfc7636-4.2-challenge-syntax-checked"],
        lies: OfServer(&[Query(|pairs| {
            pairs.replace("code_challenge", |value| {
                if value.is_empty() || is_proof_key(value) { value.to_owned() } else { "A".repeat(43) }
            });
        })]),
    },
    Entry {
        name: "challenge-exposed",
        about: "the authorization response repeats the code_challenge",
        rules: rules!["rfc7636-4.4-challenge-not-exposed"],
        lies: OfServer(&[Read(|request, received, _| {
            if let Received::Authorize { response_target, .. } = received
                && let Some(challenge) = Pairs::query(request).value("code_challenge")
            {
                let uri = &mut response_target.redirect_uri;
                *uri = form::add_to_uri(uri, &[("challenge", challenge)]);
            }
        })]),
    },
    Entry {
        name: "pkce-unadvertised",
        about: "the metadata does not name the PKCE methods",
        rules: rules!["rfc9700-2.1.1-pkce-support-detectable", "rfc8414-2-pkce-omitted-means-unsupported"],
        lies: OfServer(&[Told(METADATA, |_, told| {
            told.remove("code_challenge_methods_supported");
        })]),
    },
    Entry {
        name: "verifier-unchecked",
        about: "any code_verifier fits",
        rules: rules![
            "rfc7636-4.6-mismatch-invalid-grant",
            "rfc7636-4.4-challenge-bound-to-code",
            "rfc9700-4.5.3-code-bound-to-transaction",
            "rfc9700-2.1.1-as-supports-pkce",
            "rfc9700-2.1.1-as-enforces-verifier",
            "rfc8252-6-as-pkce",
            "oauth21-4.1.1-s256-mandatory-to-implement"
        ],
        lies: OfServer(&[Before(|found, request| {
            if let Some((redeem, grant, _)) = redeemed(found, request)
                && let (Some(challenge), Some(_)) = (grant.terms.challenge, redeem.verifier)
            {
                redeem.verifier = Some(fitting(challenge));
            }
        })]),
    },
    Entry {
        name: "verifier-optional",
        about: "a code issued for a challenge is redeemed without verifier",
        rules: rules!["rfc7636-4.5-verifier-required", "oauth21-4.1.3-verifier-iff-challenge"],
        lies: OfServer(&[Before(|found, request| {
            if let Some((redeem, grant, _)) = redeemed(found, request)
                && let (Some(challenge), None) = (grant.terms.challenge, redeem.verifier)
            {
                redeem.verifier = Some(fitting(challenge));
            }
        })]),
    },
    Entry {
        name: "verifier-taken-plain",
        about: "the challenge itself is taken as verifier",
        rules: rules!["rfc7636-4.5-method-bound-to-code"],
        lies: OfServer(&[Before(|found, request| {
            if let Some((redeem, grant, _)) = redeemed(found, request)
                && let (Some(challenge), Some(verifier)) = (grant.terms.challenge, redeem.verifier)
                && verifier.plain == challenge.digest
            {
                redeem.verifier = Some(fitting(challenge));
            }
        })]),
    },
    Entry {
        name: "verifier-unexpected-ignored",
        about: "a verifier for a code without challenge is ignored",
        rules: rules!["rfc9700-4.8.2-pkce-downgrade-rejected"],
        lies: OfServer(&[Before(|found, request| {
            if let Some((redeem, grant, _)) = redeemed(found, request)
                && grant.terms.challenge.is_none()
            {
                redeem.verifier = None;
            }
        })]),
    },
    Entry {
        name: "verifier-replaces-checks",
        about: "with a fitting verifier the redirect URI is not compared",
        rules: rules!["rfc7636-4.6-match-continues"],
        lies: OfServer(&[Before(|found, request| {
            if let Some((redeem, grant, _)) = redeemed(found, request)
                && let (Some(challenge), Some(verifier)) = (grant.terms.challenge, redeem.verifier)
                && verifier.fits(&challenge)
            {
                redeem.redirect = grant.terms.redirect;
            }
        })]),
    },
    Entry {
        name: "long-verifier-refused",
        about: "a code_verifier of more than 100 characters is refused",
        rules: rules!["rfc7636-4.2-s256-supported"],
        lies: OfServer(&[Form(TOKEN, |pairs| {
            pairs.replace("code_verifier", |value| {
                if value.len() > 100 && value.is_ascii() { value[..100].to_owned() } else { value.to_owned() }
            });
        })]),
    },
];

/// Takes out a challenge of which no method is named.
fn drop_without_method(pairs: &mut Pairs) {
    if pairs.value("code_challenge_method").is_none_or(str::is_empty) {
        pairs.remove("code_challenge");
    }
}

/// A verifier that fits a challenge.
fn fitting(challenge: CodeChallenge) -> Verifier {
    Verifier { plain: challenge.digest, s256: challenge.digest }
}
