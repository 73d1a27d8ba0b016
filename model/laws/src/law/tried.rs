//! What puts a law to trial: a request that is good but for what the law forbids.
//!
//! A server that refuses a request with two flaws may have seen either, so that it decides about neither law.

use super::{Facts, code};
use crate::fact::{
    AskedScope, CodeAsked, CodeIssued, Fact, ForItself, ProofRefused, Proved, Redemption, RefreshUse,
    ResourceUse, SecretShown, Sym, What,
};

/// What can be wrong with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flaw {
    /// What it shows was never issued.
    Unissued,
    /// It comes from another client.
    Client,
    /// It lacks the client's secret.
    Secret,
    /// It names another redirect URI than the authorization request, or none.
    RedirectUri,
    /// It has another verifier than the challenge asks for, or none.
    Verifier,
    /// It has a verifier for which there is no challenge.
    Downgrade,
    /// Its proof is another key's, or there is none.
    Key,
    /// It comes too late.
    Late,
    /// What it shows was used before.
    Spent,
    /// What it shows was revoked.
    Revoked,
    /// It asks for more than the scope that was granted.
    Scope,
    /// It is about a resource that was not granted.
    Resource,
}

/// The flaws that a request has, of those that were looked for.
fn found<const N: usize>(looked_for: [(Flaw, bool); N]) -> Vec<Flaw> {
    looked_for.into_iter().filter(|(_, has)| *has).map(|(flaw, _)| flaw).collect()
}

/// Whether a proof does not show this key, where one is asked for.
fn lacks(key: Option<Sym>, proof: Option<Proved>) -> bool {
    key.is_some() && proof.map(|proof| proof.key) != key
}

impl<'a> Facts<'a> {
    /// Whether a code was shown in a request that has this flaw and no other.
    pub(super) fn tried_code(&self, flaw: Flaw) -> bool {
        self.redemptions().any(|(at, fact, shown)| self.flaws_of_redemption(at, fact, shown) == [flaw])
    }

    /// Whether a refresh token was shown in a request that has this flaw and no other.
    pub(super) fn tried_refresh(&self, flaw: Flaw) -> bool {
        self.refreshes().any(|(at, fact, shown)| self.flaws_of_refresh(at, fact, shown) == [flaw])
    }

    /// Whether the same, by a client without a secret.
    pub(super) fn tried_public_refresh(&self, flaw: Flaw) -> bool {
        let public = |shown: &RefreshUse| shown.secret == SecretShown::NoneNeeded;
        let mut all = self.refreshes().filter(|(_, _, shown)| public(shown));
        all.any(|(at, fact, shown)| self.flaws_of_refresh(at, fact, shown) == [flaw])
    }

    /// Whether a resource was asked for in a request that has this flaw and no other.
    pub(super) fn tried_resource(&self, flaw: Flaw) -> bool {
        self.uses().any(|(_, fact, shown)| self.flaws_of_use(fact, shown) == [flaw])
    }

    /// Whether a browser asked for a code by a pushed request, with this flaw and no other.
    pub(super) fn tried_push(&self, flaw: Flaw) -> bool {
        self.asked().any(|(at, _, asked)| self.flaws_of_push(at, asked) == [flaw])
    }

    /// Whether a browser asked for a code in such a way.
    pub(super) fn was_asked(&self, how: impl Fn(&CodeAsked) -> bool) -> bool {
        self.asked().any(|(_, _, asked)| how(asked))
    }

    /// Whether a client with a secret asked for a token without it.
    pub(super) fn tried_without_secret(&self) -> bool {
        let mut own = self.of_kind(|what| match what {
            What::ForItself(request) => Some(request),
            _ => None,
        });
        let lacks_it = |request: &ForItself| request.secret == SecretShown::WrongOrMissing;
        self.tried_code(Flaw::Secret)
            || self.tried_refresh(Flaw::Secret)
            || own.any(|(_, _, request)| lacks_it(request))
    }

    /// Whether a code for a key came without a proof by it.
    pub(super) fn tried_key_of_code(&self) -> bool {
        let mut refused = self.refused_keys();
        self.tried_code(Flaw::Key)
            || refused.any(|(_, _, refused)| {
                let issued = self.code(refused.shown).filter(|(_, issued)| issued.certain);
                issued.is_some_and(|(_, issued)| lacks(issued.key, refused.proof))
            })
    }

    /// Whether a refresh token that a client without a secret got for a key came without a proof by it.
    pub(super) fn tried_key_of_refresh(&self) -> bool {
        let mut refused = self.refused_keys();
        self.tried_public_refresh(Flaw::Key)
            || refused.any(|(_, _, refused)| {
                let issue = self.issue_of_refresh(refused.shown);
                issue.is_some_and(|issue| {
                    issue.secret == SecretShown::NoneNeeded && lacks(issue.issued.key, refused.proof)
                })
            })
    }

    /// Whether a proof came that was too old.
    pub(super) fn tried_old_proof(&self) -> bool {
        self.facts.iter().any(|fact| {
            let proof = match &fact.what {
                What::Redemption(redemption) => redemption.proof,
                What::Refresh(refresh) => refresh.proof,
                What::Resource(service) => service.proof,
                What::ProofRefused(refused) => refused.proof,
                _ => None,
            };
            proof.is_some_and(|proof| fact.sent_at >= proof.made.saturating_add(self.proof_lifetime))
        })
    }

    /// Whether somebody asked about a token after its end, and nothing but time had ended it.
    pub(super) fn tried_expired_introspection(&self) -> bool {
        self.questions().any(|(at, fact, asked)| {
            let mut used = self.refreshed().take_while(|(earlier, _, _)| *earlier < at);
            self.outlived(at, fact, asked.token) == Some(true)
                && self.was_called_active(fact, asked.token)
                && !self.is_revoked(fact, asked.token)
                && !used.any(|(_, _, refresh)| refresh.token == asked.token)
        })
    }

    /// Whether a token was shown after its revocation and refused, with nothing else wrong: so that the revocation had an effect.
    pub(super) fn was_refused_as_revoked(&self, token: Sym) -> bool {
        let is_revoked = [Flaw::Revoked];
        let mut uses = self.uses().filter(|(_, _, shown)| shown.token == token && !shown.served);
        let mut refreshes =
            self.refreshes().filter(|(_, _, shown)| shown.token == token && shown.issued.is_none());
        uses.any(|(_, fact, shown)| self.flaws_of_use(fact, shown) == is_revoked)
            || refreshes.any(|(at, fact, shown)| self.flaws_of_refresh(at, fact, shown) == is_revoked)
    }

    /// Whether somebody asked about a token that was called active before and that was revoked since, with nothing else that
    /// had ended it, and was told that it is not active.
    pub(super) fn tried_revoked_introspection(&self) -> bool {
        self.questions().any(|(at, fact, asked)| {
            let mut used = self.refreshed().take_while(|(earlier, _, _)| *earlier < at);
            !asked.active
                && self.is_revoked(fact, asked.token)
                && self.was_called_active(fact, asked.token)
                && self.outlived(at, fact, asked.token) != Some(true)
                && !used.any(|(_, _, refresh)| refresh.token == asked.token)
        })
    }

    /// Whether an access token was shown after the refresh token beside it was revoked, with nothing else wrong.
    pub(super) fn tried_after_refresh_revocation(&self) -> bool {
        self.revocations().any(|(_, revoked, revocation)| {
            let origin = self.issue_of_refresh(revocation.token).and_then(|issue| self.origin(&issue));
            origin.is_some_and(|origin| self.shows_flawless(revoked, origin.at, false))
        })
    }

    /// Whether a request after this one shows a token of the chain that began there, an access token or any, with nothing wrong.
    pub(super) fn shows_flawless(&self, ended: &Fact, origin: usize, refreshes_too: bool) -> bool {
        self.facts.iter().enumerate().any(|(at, fact)| {
            let is_flawless = || match &fact.what {
                What::Resource(shown) => self.flaws_of_use(fact, shown).is_empty(),
                What::Refresh(shown) => refreshes_too && self.flaws_of_refresh(at, fact, shown).is_empty(),
                _ => false,
            };
            fact.is_after(ended) && self.gains(fact, origin).is_some() && is_flawless()
        })
    }

    /// Whether the same was told before: who is never told that a token is active learns nothing of its end.
    fn was_called_active(&self, fact: &Fact, token: Sym) -> bool {
        self.questions()
            .any(|(_, before, asked)| asked.active && asked.token == token && fact.is_after(before))
    }

    fn asked(&self) -> impl Iterator<Item = (usize, &'a Fact, &'a CodeAsked)> {
        self.of_kind(|what| match what {
            What::CodeAsked(asked) => Some(asked),
            _ => None,
        })
    }

    /// The requests that were refused for a proof whose key may have been looked at.
    fn refused_keys(&self) -> impl Iterator<Item = (usize, &'a Fact, &'a ProofRefused)> {
        self.of_kind(|what| match what {
            What::ProofRefused(refused) if !refused.wants_nonce => Some(refused),
            _ => None,
        })
    }

    fn is_revoked(&self, fact: &Fact, token: Sym) -> bool {
        // Few tokens are, and whose each was takes a look at all facts.
        let names = |what: &What| matches!(what, What::Revocation(revocation) if revocation.token == token);
        self.facts.iter().any(|fact| names(&fact.what))
            && self
                .revocations()
                .any(|(_, revoked, revocation)| revocation.token == token && fact.is_after(revoked))
    }

    fn flaws_of_redemption(&self, at: usize, fact: &Fact, shown: &Redemption) -> Vec<Flaw> {
        let secret = (Flaw::Secret, shown.secret == SecretShown::WrongOrMissing);
        let Some((issue, issued)) = self.code(shown.code) else {
            return found([(Flaw::Unissued, self.codes().next().is_some()), secret]);
        };
        if !issued.certain {
            return Vec::new();
        }
        let ended = issue.answered_at.saturating_add(self.code_lifetime);
        let mut before = self.redeemed().take_while(|(earlier, _, _)| *earlier < at);
        let is_own = code::shows_its_verifier(issued, shown);
        found([
            secret,
            (Flaw::Client, issued.client != shown.client),
            (Flaw::RedirectUri, issued.redirect_uri.is_some() && issued.redirect_uri != shown.redirect_uri),
            (Flaw::Verifier, issued.challenge.is_some() && !is_own),
            (Flaw::Downgrade, issued.challenge.is_none() && shown.verifier.is_some()),
            (Flaw::Key, lacks(issued.key, shown.proof)),
            (Flaw::Late, fact.sent_at >= ended),
            (Flaw::Spent, before.any(|(_, _, other)| other.code == shown.code)),
        ])
    }

    fn flaws_of_refresh(&self, at: usize, fact: &Fact, shown: &RefreshUse) -> Vec<Flaw> {
        let secret = (Flaw::Secret, shown.secret == SecretShown::WrongOrMissing);
        let Some(issue) = self.issue_of_refresh(shown.token) else {
            let saw_any = self.issues().any(|issue| issue.issued.refresh.is_some());
            return found([(Flaw::Unissued, saw_any), secret]);
        };
        let key = issue.issued.key.filter(|_| shown.secret == SecretShown::NoneNeeded);
        let mut before = self.refreshed().take_while(|(earlier, _, _)| *earlier < at);
        // Who shows a secret may keep a token as long as no other came in its place.
        let is_kept = |other: &RefreshUse| {
            let next = other.issued.and_then(|issued| issued.refresh);
            shown.secret != SecretShown::NoneNeeded && next.is_none_or(|next| next == shown.token)
        };
        let first = before.find(|(_, _, other)| other.token == shown.token && !is_kept(other));
        let is_spent = first.is_some_and(|(_, first, _)| {
            self.refresh_grace == 0 || fact.sent_at >= first.answered_at.saturating_add(self.refresh_grace)
        });
        found([
            secret,
            (Flaw::Client, issue.client != shown.client),
            (Flaw::Key, lacks(key, shown.proof)),
            (Flaw::Late, self.lay_idle(at, fact, shown.token) == Some(true)),
            (Flaw::Spent, is_spent),
            (Flaw::Revoked, self.is_revoked(fact, shown.token)),
            (Flaw::Scope, shown.asks == Some(AskedScope::More)),
            (Flaw::Resource, shown.strays),
        ])
    }

    fn flaws_of_use(&self, fact: &Fact, shown: &ResourceUse) -> Vec<Flaw> {
        let Some(issue) = self.issue_of(shown.token) else { return vec![Flaw::Unissued] };
        found([
            (Flaw::Key, lacks(issue.issued.key, shown.proof)),
            (Flaw::Late, self.has_expired(fact, shown.token) == Some(true)),
            (Flaw::Revoked, self.is_revoked(fact, shown.token)),
            (Flaw::Scope, shown.covered == Some(false)),
            (Flaw::Resource, issue.issued.only_for.is_some_and(|resource| resource != shown.resource)),
        ])
    }

    /// The flaws of a request for a code that names what was pushed; none where that was not seen.
    fn flaws_of_push(&self, at: usize, asked: &CodeAsked) -> Vec<Flaw> {
        let Some((uri, asked_at)) = asked.pushed else { return Vec::new() };
        let Some((push, pushed)) = self.push(uri) else { return Vec::new() };
        let ends_at = pushed.expires_in.map(|lives| push.answered_at.saturating_add(lives));
        let mut before = self.codes().take_while(|(earlier, _, _)| *earlier < at);
        let answers_it =
            |issued: &CodeIssued| issued.certain && issued.pushed.is_some_and(|(other, _)| other == uri);
        found([
            (Flaw::Client, pushed.client != asked.client),
            (Flaw::Late, ends_at.is_some_and(|end| asked_at >= end)),
            (Flaw::Spent, before.any(|(_, _, issued)| answers_it(issued))),
        ])
    }
}
