//! Laws that take more than a line: about codes, thieves and sessions.

use super::facts::{all, every};
use super::{Facts, Judgement};
use crate::fact::{CodeChallenge, CodeIssued, Fact, Redemption, Sender, What};

pub(super) fn code_redeemed_once(facts: &Facts<'_>) -> Judgement {
    every(facts.redeemed().map(|(at, _, redemption)| {
        let mut before = facts.redeemed().take_while(|(earlier, _, _)| *earlier < at);
        (at, !before.any(|(_, _, other)| other.code == redemption.code))
    }))
}

/// Whether a redemption shows the verifier that the code's challenge was made of, where there is one.
pub(super) fn shows_its_verifier(issued: &CodeIssued, redemption: &Redemption) -> bool {
    match (issued.challenge, redemption.verifier) {
        (Some(CodeChallenge::Plain(challenge)), Some((text, _))) => challenge == text,
        (Some(CodeChallenge::S256(challenge)), Some((_, hashed))) => challenge == hashed,
        (Some(_), None) => false,
        (None, _) => true,
    }
}

/// Whether a request shows all that another showed. One with a proof of possession shows a new one each time, which may be
/// what it was refused for: it decides nothing.
pub(super) fn is_repetition(redeemed: &Redemption, refused: &Redemption) -> bool {
    refused.proof.is_none() && Redemption { token: None, ..*redeemed } == *refused
}

/// Of two codes for one `request_uri` the later one is too many.
pub(super) fn request_uri_used_once(facts: &Facts<'_>) -> Judgement {
    let uri = |issued: &CodeIssued| issued.pushed.map(|(uri, _)| uri);
    every(facts.codes().filter(|(_, _, issued)| issued.certain).filter_map(|(at, _, issued)| {
        let own = uri(issued)?;
        let mut before = facts.codes().take_while(|(earlier, _, _)| *earlier < at);
        Some((at, !before.any(|(_, _, other)| other.certain && uri(other) == Some(own))))
    }))
}

/// The repetitions in full, each with the place of what it repeats: the same code, client, redirect URI and verifier, refused,
/// after the first was answered.
fn replays<'a>(facts: &Facts<'a>) -> impl Iterator<Item = (&'a Fact, usize)> {
    let refused = facts.redemptions().filter(|(_, _, redemption)| redemption.token.is_none());
    refused.filter_map(move |(_, replay, refused)| {
        let (origin, _, _) = facts
            .redeemed()
            .find(|(_, first, redeemed)| is_repetition(redeemed, refused) && replay.is_after(first))?;
        Some((replay, origin))
    })
}

pub(super) fn replay_ends_grant(facts: &Facts<'_>) -> Judgement {
    all(replays(facts).map(|(replay, origin)| facts.nothing_gained_after(replay, origin)))
}

/// Whether a token that was good otherwise was shown after a repetition.
pub(super) fn replay_was_followed(facts: &Facts<'_>) -> bool {
    replays(facts).any(|(replay, origin)| facts.shows_flawless(replay, origin, true))
}

/// Silent as long as no issue of a code was seen: then the observer joined too late to know.
pub(super) fn code_was_issued(facts: &Facts<'_>) -> Judgement {
    if facts.codes().next().is_none() {
        return Judgement::Silent;
    }
    every(facts.redeemed().map(|(at, _, redemption)| (at, facts.code(redemption.code).is_some())))
}

pub(super) fn thief_gains_nothing(facts: &Facts<'_>) -> Judgement {
    every(facts.facts.iter().enumerate().filter_map(|(at, fact)| match &fact.what {
        What::Redemption(redemption) => Some((at, fact.by != Sender::Thief || redemption.token.is_none())),
        What::Refresh(refresh) => Some((at, fact.by != Sender::Thief || refresh.issued.is_none())),
        What::Resource(service) => Some((at, fact.by != Sender::Thief || !service.served)),
        What::ForItself(request) => Some((at, fact.by != Sender::Thief || request.issued.is_none())),
        _ => None,
    }))
}
