//! Faults of how a challenge is compared with what a verifier makes (RFC 7636 4.6).

use oauth_core::form;
use oauth_core::http::HttpRequest;
use oauth_core::secret::{Digest, s256};
use oauth_core::server::authorize::{Ask, Authorize};
use oauth_core::server::push::Push;
use oauth_core::server::received::Received;
use oauth_core::server::redeem::{Redeem, TokenAsk, TokenRequest};
use oauth_core::text::{ChallengeMethod, CodeChallenge};
use oauth_rules::rules;

use super::Lie::Read;
use crate::edit::Pairs;
use crate::entry::{Entry, Lies::OfServer};

/// So many characters of a challenge count where it is compared in part.
const PART: usize = 20;

/// In reading order.
pub(crate) const FAULTS: &[Entry] = &[
    Entry {
        name: "challenge-compared-in-part",
        about: "the first characters of a challenge are compared, and not the others",
        rules: rules!["rfc7636-4.6-mismatch-invalid-grant", "rfc9700-2.1.1-as-enforces-verifier"],
        lies: OfServer(&[Read(|request, received, _| {
            compare(request, received, |challenge| challenge.chars().take(PART).collect());
        })]),
    },
    Entry {
        name: "challenge-case-folded",
        about: "challenges are compared without regard to case",
        rules: rules!["rfc7636-4.6-mismatch-invalid-grant", "rfc9700-2.1.1-as-enforces-verifier"],
        lies: OfServer(&[Read(|request, received, _| compare(request, received, str::to_ascii_lowercase))]),
    },
];

/// Lets challenges be compared by what `reads` makes of them: that of a request, and that which a verifier makes.
fn compare(request: &HttpRequest, received: &mut Received, reads: fn(&str) -> String) {
    let pairs = if request.method == "POST" { Pairs::body(request) } else { Pairs::query(request) };
    let sent = |name: &str| pairs.value(name).and_then(|value| form::decode(value.as_bytes()));
    if let Some(CodeChallenge { method: ChallengeMethod::S256, digest }) = challenge(received)
        && let Some(text) = sent("code_challenge")
    {
        *digest = Digest::of(&reads(&text));
    }
    if let Received::Token {
        request: TokenRequest { ask: Ok(TokenAsk::Redeem(Redeem { verifier: Some(verifier), .. })), .. },
        ..
    } = received
        && let Some(text) = sent("code_verifier")
    {
        verifier.s256 = Digest::of(&reads(&s256(&text)));
    }
}

/// The challenge of a request, in the browser or pushed.
fn challenge(received: &mut Received) -> Option<&mut CodeChallenge> {
    let (Received::Authorize { request, .. }
    | Received::Push { request: Push { request, .. }, .. }) = received
    else {
        return None;
    };
    if let Authorize { ask: Ok(Ask { challenge: Some(challenge), .. }), .. } = request {
        Some(challenge)
    } else {
        None
    }
}
