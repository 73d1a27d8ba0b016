//! What a broken law says: which of its rules the fact at hand breaks, and what contradicts what.
//!
//! A law holds for several rules at once; the model needs no more. Whoever is accused wants to know which one it was.

use std::sync::Arc;

use oauth_laws::fact::{
    CodeChallenge, CodeIssued, Fact, Issued, Redemption, RefreshUse, ResourceUse, SecretShown, Sym, What,
};
use oauth_laws::law::{Facts, Law};
use oauth_rules::{RuleId, rules};

use super::reading::{codes, first_redeemed, is_refresh_token, issued, was_pushed};
use crate::wire::{Exchange, Params};

/// The rules that the broken fact of a law breaks, its own or another's that says what was wrong; empty for all of its own. A
/// SHOULD does not fail by standing beside a MUST.
pub(super) fn rules_broken(
    law: &Law,
    facts: &[Fact],
    at: usize,
    exchange: Option<&Exchange>,
    lifetime_is_stated: bool,
) -> &'static [RuleId] {
    let Some(what) = facts.get(at).map(|fact| &fact.what) else { return &[] };
    match (law.id, what) {
        // A new browser in which nothing was sent has shown no wrong password either.
        ("code-after-login", _) => rules!["rfc6749-3.1-owner-authenticated-first"],
        // Where an earlier consent may stand, the law is silent; and a second code for one yes is none without consent.
        ("code-after-consent", _) => rules!["rfc6749-4.1.1-owner-decision-obtained"],
        // How the redirect URI was compared shows where the code went to the one that was named. Whether public clients
        // register any at all, and where answers go that have no code, cases say.
        ("code-to-registered-uri", What::CodeIssued(issued))
            if issued.redirect_uri == Some(issued.sent_to) =>
        {
            rules!["rfc6749-3.1.2.3-registered-uris-compared", "rfc9700-2.1-redirect-uri-exact-match"]
        }
        ("code-to-registered-uri", _) => rules!["rfc6749-3.1.2.3-registered-uris-compared"],
        ("code-redeemed-once", What::Redemption(redemption)) => {
            let first = first_redeemed(facts, redemption.code);
            match first.is_some_and(|first| facts[at].is_after(&facts[first])) {
                true => rules!["rfc6749-4.1.2-code-single-use", "rfc9700-4.2.4-code-single-use"],
                false => rules!["rfc6749-4.1.2-code-single-use-concurrent", "rfc9700-4.2.4-code-single-use"],
            }
        }
        // How long "shortly" is, the target says or nobody.
        ("code-redeemed-in-time", _) if lifetime_is_stated => rules!["rfc6749-4.1.2-code-expires-shortly"],
        ("code-redeemed-in-time", _) => rules!["rfc6749-4.1.2-code-lifetime-10-minutes"],
        ("code-redeemed-by-its-client", What::Redemption(redemption)) => match redemption.secret {
            SecretShown::NoneNeeded => rules!["rfc6749-4.1.3-code-bound-to-public-client-id"],
            SecretShown::Right | SecretShown::WrongOrMissing => rules!["rfc6749-4.1.3-code-bound-to-client"],
        },
        ("code-redeemed-with-its-redirect-uri", What::Redemption(redemption)) => {
            match redemption.redirect_uri {
                None => rules!["rfc6749-4.1.3-redirect-uri-present"],
                Some(_) => rules!["rfc6749-4.1.3-redirect-uri-identical"],
            }
        }
        ("code-redeemed-with-its-verifier", What::Redemption(redemption)) => verifier(facts, redemption),
        ("confidential-client-authenticated", What::Refresh(_)) => rules!["rfc6749-6-client-auth-required"],
        ("confidential-client-authenticated", What::Redemption(_))
            if exchange.is_some_and(has_credentials) =>
        {
            rules!["rfc6749-4.1.3-client-auth-checked-if-included"]
        }
        ("confidential-client-authenticated", _) => rules![
            "rfc6749-2.2-client-id-alone-no-auth",
            "rfc6749-4.1.3-client-auth-required",
            "rfc9700-2.5-client-authentication-enforced",
        ],
        ("token-within-consent", What::Refresh(_)) => {
            rules!["rfc6749-6-scope-not-beyond-original", "rfc9700-4.14.2-refresh-bound-to-scope"]
        }
        ("token-within-consent", _) => rules!["rfc6749-5.2-scope-not-beyond-grant"],
        // Which refresh token a refresh without scope began with does not matter.
        ("refresh-keeps-scope", _) => rules!["rfc6749-6-scope-omitted-means-original"],
        // A refresh token was issued, but not to open anything.
        ("served-token-was-issued", What::Resource(service)) if is_refresh_token(facts, service.token) => {
            rules!["rfc6749-1.5-refresh-token-not-for-rs"]
        }
        // What the token was asked for is known, and not what it says: whether server or resource is wrong about it.
        ("served-token-is-for-resource", _) => rules!["rfc8707-2-token-audience-restricted"],
        ("active-token-not-revoked", What::Introspection(asked)) => called_active(facts, at, asked.token),
        // Pushed with the parameter or with a proof.
        ("code-with-its-key", What::Redemption(redemption)) if was_pushed(facts, redemption.code) => {
            rules!["rfc9449-10.1-par-both-ways"]
        }
        ("bound-token-with-its-key", What::Resource(service)) => match service.proof {
            None => rules!["rfc9449-7.2-bound-token-not-as-bearer", "rfc9700-4.10.1-rs-checks-possession"],
            Some(_) => rules!["rfc9449-7.1-rs-checks-proof", "rfc9700-4.10.1-rs-checks-possession"],
        },
        // That it has an end at all is what a response or the target says.
        ("served-token-in-time", _) => rules!["rfc6749-7-expired-token-refused"],
        _ => &[],
    }
}

/// What a fact gained, in words, with the number of the earlier exchange that it stands against; and the place of that
/// exchange among the facts.
pub(super) fn contradiction(
    law: &Law,
    facts: &Facts<'_>,
    exchanges: &[Arc<Exchange>],
    at: usize,
) -> (String, Option<usize>) {
    let all = facts.facts;
    let Some(what) = all.get(at).map(|fact| &fact.what) else { return (String::new(), None) };
    let gained = match what {
        What::Resource(service) if is_refresh_token(all, service.token) => {
            "the resource for the refresh token"
        }
        what => gained(what).unwrap_or("an exchange that breaks it"),
    };
    let before = match what {
        What::CodeIssued(issued) => issued.pushed.and_then(|(uri, _)| before_code(all, at, uri)),
        What::Redemption(redemption) => before_redemption(all, at, redemption.code),
        What::Refresh(refresh) => before_use(all, at, refresh.token),
        What::Resource(service) => before_use(all, at, service.token),
        What::Introspection(asked) => before_use(all, at, asked.token),
        What::ForItself(_)
        | What::Pushed(_)
        | What::Revocation(_)
        | What::LoggedIn(_)
        | What::Handed(_)
        | What::SentAway(_)
        | What::CodeAsked(_)
        | What::ProofRefused(_) => None,
    };
    let ended = match (law.id, what) {
        (
            "replay-ends-grant" | "public-refresh-replay-ends-grant" | "revoked-refresh-token-ends-access",
            What::Resource(ResourceUse { token, .. }) | What::Refresh(RefreshUse { token, .. }),
        ) => before_end(facts, at, *token),
        _ => None,
    };
    let Some((before, did)) = ended.or(before) else { return (gained.into(), None) };
    let number = exchanges.get(before).map_or(0, |exchange| exchange.number);
    (format!("{gained} that exchange {number} {did}"), Some(before))
}

/// Whether a broken law says that something was granted which had to be refused. Two laws are about how it was granted.
pub(super) fn is_granted(law: &Law, facts: &[Fact], at: usize) -> bool {
    !matches!(law.id, "state-returned" | "refresh-keeps-scope")
        && facts.get(at).is_some_and(|fact| gained(&fact.what).is_some())
}

/// What a fact gained for whoever sent the request, in words.
const fn gained(what: &What) -> Option<&'static str> {
    match what {
        What::CodeIssued(_) => Some("a code"),
        What::Redemption(_) => Some("a token for the code"),
        What::Refresh(_) => Some("a token for the refresh token"),
        What::Resource(_) => Some("the resource for the access token"),
        What::Introspection(_) => Some("active: true for the token"),
        What::ForItself(_) => Some("a token for the client itself"),
        What::Pushed(_)
        | What::Revocation(_)
        | What::LoggedIn(_)
        | What::Handed(_)
        | What::SentAway(_)
        | What::CodeAsked(_)
        | What::ProofRefused(_) => None,
    }
}

/// The latest of the facts before this one that `did` says something of, and what.
fn before(
    facts: &[Fact],
    at: usize,
    did: impl Fn(&What) -> Option<&'static str>,
) -> Option<(usize, &'static str)> {
    let earlier = facts.iter().enumerate().take(at).rev();
    earlier.filter_map(|(at, fact)| Some((at, did(&fact.what)?))).next()
}

fn before_code(facts: &[Fact], at: usize, uri: Sym) -> Option<(usize, &'static str)> {
    before(facts, at, |what| match what {
        What::CodeIssued(issued) => {
            issued.pushed.filter(|(pushed, _)| *pushed == uri).map(|_| "had got one for")
        }
        What::Pushed(pushed) => (pushed.uri == uri).then_some("asked for by a push"),
        _ => None,
    })
}

fn before_redemption(facts: &[Fact], at: usize, code: Sym) -> Option<(usize, &'static str)> {
    before(facts, at, |what| match what {
        What::Redemption(redemption) => {
            (redemption.code == code && redemption.token.is_some()).then_some("had redeemed")
        }
        What::CodeIssued(issued) => (issued.code == code).then_some("issued"),
        _ => None,
    })
}

/// What became of a token before: it was issued, spent or revoked.
fn before_use(facts: &[Fact], at: usize, token: Sym) -> Option<(usize, &'static str)> {
    let issues = |issued: Option<Issued>| {
        let issued = issued.filter(|issued| issued.token == token || issued.refresh == Some(token));
        issued.map(|_| "issued")
    };
    before(facts, at, |what| match what {
        What::Revocation(revocation) => {
            (revocation.token == token && revocation.accepted).then_some("had revoked")
        }
        What::Refresh(refresh) if refresh.token == token && refresh.issued.is_some() => Some("had spent"),
        What::Refresh(refresh) => issues(refresh.issued),
        What::Redemption(redemption) => issues(redemption.token),
        What::ForItself(request) => issues(request.issued),
        _ => None,
    })
}

/// What should have ended the grant that a token is of: its code or a spent refresh token came back, or one was revoked.
fn before_end(facts: &Facts<'_>, at: usize, token: Sym) -> Option<(usize, &'static str)> {
    let origin = facts.origin_of(token)?;
    let is_of_grant = |token: Sym| facts.origin_of(token) == Some(origin);
    let code = match &facts.facts[origin].what {
        What::Redemption(redemption) => Some(redemption.code),
        _ => None,
    };
    before(facts.facts, at, |what| {
        let ends = match what {
            What::Redemption(redemption) => redemption.token.is_none() && code == Some(redemption.code),
            What::Refresh(refresh) => refresh.issued.is_none() && is_of_grant(refresh.token),
            What::Revocation(revocation) => revocation.accepted && is_of_grant(revocation.token),
            _ => false,
        };
        ends.then_some("should have ended")
    })
}

/// The rules that a redemption with a verifier other than its code's breaks, or with none.
fn verifier(facts: &[Fact], redemption: &Redemption) -> &'static [RuleId] {
    let Some((text, hashed)) = redemption.verifier else {
        return rules!["rfc7636-4.5-verifier-required", "rfc9700-2.1.1-as-enforces-verifier"];
    };
    let own = |issued: &&CodeIssued| issued.code == redemption.code;
    let mut others = codes(facts).filter(|issued| !own(issued)).filter_map(|issued| issued.challenge);
    if codes(facts).find(own).and_then(|issued| issued.challenge) == Some(CodeChallenge::S256(text)) {
        return rules!["rfc7636-4.5-method-bound-to-code", "rfc9700-2.1.1-as-enforces-verifier"];
    }
    let fits = |challenge: CodeChallenge| match challenge {
        CodeChallenge::Plain(challenge) => challenge == text,
        CodeChallenge::S256(challenge) => challenge == hashed,
    };
    if others.any(fits) {
        return rules![
            "rfc7636-4.4-challenge-bound-to-code",
            "rfc9700-2.1.1-as-enforces-verifier",
            "rfc9700-4.5.3-code-bound-to-transaction",
        ];
    }
    rules!["rfc7636-4.6-mismatch-invalid-grant", "rfc9700-2.1.1-as-enforces-verifier"]
}

/// The rule that a revoked token breaks which is called active. Introspection is wrong about one that is dead: it was good until
/// then, and is refused since. Of any other it may tell the truth: what was revoked did not end.
fn called_active(facts: &[Fact], at: usize, token: Sym) -> &'static [RuleId] {
    let revokes = |fact: &&Fact| match &fact.what {
        What::Revocation(revocation) => {
            revocation.token == token && revocation.accepted && facts[at].is_after(fact)
        }
        _ => false,
    };
    let is_refresh_token = is_refresh_token(facts, token);
    let key = issued(facts).find(|issued| issued.token == token).and_then(|issued| issued.key);
    // Whether a request that showed it brought something; none for a request with another flaw.
    let gained = |fact: &Fact| match &fact.what {
        What::Resource(service) if service.token == token => {
            let is_proven = key.is_none() || service.proof.map(|proof| proof.key) == key;
            is_proven.then_some(service.served)
        }
        What::Refresh(refresh) if refresh.token == token => {
            (refresh.secret != SecretShown::WrongOrMissing).then_some(refresh.issued.is_some())
        }
        _ => None,
    };
    let is_dead = facts.iter().find(revokes).is_some_and(|revoked| {
        let mut before = facts.iter().filter(|fact| revoked.is_after(fact)).filter_map(gained);
        let mut after = facts.iter().filter(|fact| fact.is_after(revoked)).filter_map(gained);
        (is_refresh_token || before.any(|gained| gained)) && after.next_back() == Some(false)
    });
    match (is_dead, is_refresh_token) {
        (true, _) => rules!["rfc7662-4-revocation-checked"],
        (false, true) => rules!["rfc7009-2-refresh-token-revocable"],
        (false, false) => rules!["rfc7009-2-access-token-revocable"],
    }
}

/// Whether a token request brings credentials, in its header or its body.
fn has_credentials(exchange: &Exchange) -> bool {
    let request = &exchange.request;
    let in_header = request.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("authorization"));
    in_header || Params::decode(&String::from_utf8_lossy(&request.body)).has("client_secret")
}

#[cfg(test)]
mod tests;
