//! Reading of facts: by kind, and along the chain from a code to the tokens that came of it.

use super::{Facts, Judgement};
use crate::fact::{
    CodeIssued, Fact, Introspection, Issued, Pushed, Redemption, RefreshUse, ResourceUse, Revocation,
    SecretShown, Sym, What,
};

/// Tokens that were issued: by which request, to whom.
#[derive(Debug, Clone, Copy)]
pub(super) struct Issue<'a> {
    /// Its place among the facts.
    pub(super) at: usize,
    /// The request.
    pub(super) fact: &'a Fact,
    /// The client that it named.
    pub(super) client: Sym,
    /// What it showed of that client's secret.
    pub(super) secret: SecretShown,
    /// What came back.
    pub(super) issued: Issued,
}

impl<'a> Facts<'a> {
    pub(super) fn codes(&self) -> impl Iterator<Item = (usize, &'a Fact, &'a CodeIssued)> {
        self.of_kind(|what| match what {
            What::CodeIssued(issued) => Some(issued),
            _ => None,
        })
    }

    /// The codes that answer pushed requests, each with the request as it was pushed.
    pub(super) fn each_pushed_code(
        &self,
        holds: impl Fn(&CodeIssued, u64, &Fact, &Pushed) -> bool,
    ) -> Judgement {
        every(self.codes().filter_map(|(at, _, issued)| {
            let (uri, asked_at) = issued.pushed.filter(|_| issued.certain)?;
            let (fact, pushed) = self.push(uri)?;
            Some((at, holds(issued, asked_at, fact, pushed)))
        }))
    }

    /// The push that a `request_uri` names.
    pub(super) fn push(&self, uri: Sym) -> Option<(&'a Fact, &'a Pushed)> {
        let mut pushes = self.of_kind(|what| match what {
            What::Pushed(pushed) => Some(pushed),
            _ => None,
        });
        pushes.find(|(_, _, pushed)| pushed.uri == uri).map(|(_, fact, pushed)| (fact, pushed))
    }

    pub(super) fn redemptions(&self) -> impl Iterator<Item = (usize, &'a Fact, &'a Redemption)> {
        self.of_kind(|what| match what {
            What::Redemption(redemption) => Some(redemption),
            _ => None,
        })
    }

    /// The redemptions that brought tokens.
    pub(super) fn redeemed(&self) -> impl Iterator<Item = (usize, &'a Fact, &'a Redemption)> {
        self.redemptions().filter(|(_, _, redemption)| redemption.token.is_some())
    }

    /// The requests for a resource.
    pub(super) fn uses(&self) -> impl Iterator<Item = (usize, &'a Fact, &'a ResourceUse)> {
        self.of_kind(|what| match what {
            What::Resource(service) => Some(service),
            _ => None,
        })
    }

    /// Those that were served.
    pub(super) fn services(&self) -> impl Iterator<Item = (usize, &'a Fact, &'a ResourceUse)> {
        self.uses().filter(|(_, _, service)| service.served)
    }

    pub(super) fn refreshes(&self) -> impl Iterator<Item = (usize, &'a Fact, &'a RefreshUse)> {
        self.of_kind(|what| match what {
            What::Refresh(refresh) => Some(refresh),
            _ => None,
        })
    }

    /// The revocations that the server said are done, by the client that the token was issued to.
    pub(super) fn revocations(&self) -> impl Iterator<Item = (usize, &'a Fact, &'a Revocation)> {
        self.of_kind(|what| match what {
            What::Revocation(revocation) if revocation.accepted => Some(revocation),
            _ => None,
        })
        .filter(move |(_, _, revocation)| {
            revocation.secret != SecretShown::WrongOrMissing
                && self
                    .issue_of_either(revocation.token)
                    .is_some_and(|issue| issue.client == revocation.client)
        })
    }

    /// The questions whether a token is good.
    pub(super) fn questions(&self) -> impl Iterator<Item = (usize, &'a Fact, &'a Introspection)> {
        self.of_kind(|what| match what {
            What::Introspection(introspection) => Some(introspection),
            _ => None,
        })
    }

    pub(super) fn of_kind<T: 'a>(
        &self,
        kind: impl Fn(&'a What) -> Option<&'a T>,
    ) -> impl Iterator<Item = (usize, &'a Fact, &'a T)> {
        let facts = self.facts.iter().enumerate();
        facts.filter_map(move |(at, fact)| kind(&fact.what).map(|what| (at, fact, what)))
    }

    /// The refreshes that brought tokens.
    pub(super) fn refreshed(&self) -> impl Iterator<Item = (usize, &'a Fact, &'a RefreshUse)> {
        self.refreshes().filter(|(_, _, refresh)| refresh.issued.is_some())
    }

    /// Everything that was issued: for a code, for a refresh token, or to a client for itself.
    pub(super) fn issues(&self) -> impl Iterator<Item = Issue<'a>> {
        self.facts.iter().enumerate().filter_map(|(at, fact)| {
            let (client, secret, issued) = match &fact.what {
                What::Redemption(redemption) => (redemption.client, redemption.secret, redemption.token?),
                What::Refresh(refresh) => (refresh.client, refresh.secret, refresh.issued?),
                What::ForItself(request) => (request.client, request.secret, request.issued?),
                _ => return None,
            };
            Some(Issue { at, fact, client, secret, issued })
        })
    }

    /// The request that issued an access token.
    pub(super) fn issue_of(&self, token: Sym) -> Option<Issue<'a>> {
        self.issues().find(|issue| issue.issued.token == token)
    }

    /// The request that issued a refresh token.
    pub(super) fn issue_of_refresh(&self, token: Sym) -> Option<Issue<'a>> {
        self.issues().find(|issue| issue.issued.refresh == Some(token))
    }

    /// The request that issued a token, of whatever kind.
    pub(super) fn issue_of_either(&self, token: Sym) -> Option<Issue<'a>> {
        self.issue_of(token).or_else(|| self.issue_of_refresh(token))
    }

    /// Whether a request was sent after the lifetime that an access token was told to have; none if it was told none.
    pub(super) fn has_expired(&self, fact: &Fact, token: Sym) -> Option<bool> {
        let issue = self.issue_of(token)?;
        let lifetime = issue.issued.expires_in?;
        Some(fact.sent_at >= issue.fact.answered_at.saturating_add(lifetime))
    }

    /// Whether a request, which stands at this place, was sent when a refresh token had lain unused for longer than it may;
    /// none if that is not known. A token is used when it is issued and when it brings tokens.
    pub(super) fn lay_idle(&self, at: usize, fact: &Fact, token: Sym) -> Option<bool> {
        let lifetime = self.refresh_lifetime?;
        let uses = self.issues().filter(|issue| {
            let shown = matches!(&issue.fact.what, What::Refresh(refresh) if refresh.token == token);
            issue.at != at && !issue.fact.is_after(fact) && (shown || issue.issued.refresh == Some(token))
        });
        let used_at = uses.map(|issue| issue.fact.answered_at).max()?;
        Some(fact.sent_at >= used_at.saturating_add(lifetime))
    }

    /// Whether a request was sent after the end of a token, of whatever kind; none if that is not known.
    pub(super) fn outlived(&self, at: usize, fact: &Fact, token: Sym) -> Option<bool> {
        self.has_expired(fact, token).or_else(|| self.lay_idle(at, fact, token))
    }

    /// Where the grant of a token began: the place of the redemption of its code, or of the request of a client for itself;
    /// none if that was not seen.
    #[must_use]
    pub fn origin_of(&self, token: Sym) -> Option<usize> {
        self.origin(&self.issue_of_either(token)?).map(|origin| origin.at)
    }

    /// The request at the beginning of the chain that a request for tokens belongs to.
    pub(super) fn origin(&self, issue: &Issue<'a>) -> Option<Issue<'a>> {
        let mut issue = *issue;
        // A chain is no longer than the facts are many.
        for _ in 0..self.facts.len() {
            match &issue.fact.what {
                What::Refresh(refresh) => issue = self.issue_of_refresh(refresh.token)?,
                What::Redemption(_) | What::ForItself(_) => return Some(issue),
                _ => return None,
            }
        }
        None
    }

    /// Whether a fact made use of a token of the chain that began at this redemption; `Some(true)` if it gained by it.
    pub(super) fn gains(&self, fact: &'a Fact, origin: usize) -> Option<bool> {
        let (issue, gained) = match &fact.what {
            What::Resource(service) => (self.issue_of(service.token)?, service.served),
            What::Refresh(refresh) => (self.issue_of_refresh(refresh.token)?, refresh.issued.is_some()),
            _ => return None,
        };
        (self.origin(&issue)?.at == origin).then_some(gained)
    }

    /// Whether anything of a chain was gained by a request that was sent after this one was answered. The token endpoint knows
    /// at once of the end that it made itself.
    pub(super) fn nothing_gained_after(&self, ended: &Fact, origin: usize) -> Judgement {
        every(self.facts.iter().enumerate().filter(|(_, fact)| fact.is_after(ended)).filter_map(
            |(at, fact)| {
                let gained = self.gains(fact, origin)?;
                let elsewhere = matches!(fact.what, What::Resource(_));
                self.decides(ended, fact, elsewhere && gained).then_some((at, !gained))
            },
        ))
    }

    /// Whether nothing was gained by these later requests, each with whether it gained something, of what had ended.
    pub(super) fn nothing_gained_of_what_ended(
        &self,
        ended: &Fact,
        later: impl Iterator<Item = (usize, &'a Fact, bool)>,
    ) -> Judgement {
        every(
            later
                .filter(|(_, fact, _)| fact.is_after(ended))
                .filter_map(|(at, fact, gained)| self.decides(ended, fact, gained).then_some((at, !gained))),
        )
    }

    /// What was gained so soon after an end that not every server need have known of it decides nothing.
    const fn decides(&self, ended: &Fact, later: &Fact, gained: bool) -> bool {
        !gained || later.sent_at >= ended.answered_at.saturating_add(self.revocation_delay)
    }

    pub(super) fn code(&self, code: Sym) -> Option<(&'a Fact, &'a CodeIssued)> {
        self.codes().find(|(_, _, issued)| issued.code == code).map(|(_, fact, issued)| (fact, issued))
    }

    pub(super) fn each_code(&self, holds: impl Fn(&Fact, &CodeIssued) -> bool) -> Judgement {
        every(self.codes().map(|(at, fact, issued)| (at, holds(fact, issued))))
    }

    /// Every redemption that gave a token for a code whose issue was seen.
    pub(super) fn each_redeemed_code(
        &self,
        holds: impl Fn(&Fact, &CodeIssued, &Fact, &Redemption) -> bool,
    ) -> Judgement {
        every(self.redeemed().filter_map(|(at, fact, redemption)| {
            let (issue, issued) = self.code(redemption.code).filter(|(_, issued)| issued.certain)?;
            Some((at, holds(issue, issued, fact, redemption)))
        }))
    }

    pub(super) fn each_issue(&self, holds: impl Fn(&Issue<'a>) -> bool) -> Judgement {
        every(self.issues().map(|issue| (issue.at, holds(&issue))))
    }

    pub(super) fn each_service(&self, holds: impl Fn(&Fact, &ResourceUse) -> bool) -> Judgement {
        every(self.services().map(|(at, fact, service)| (at, holds(fact, service))))
    }
}

/// The first that does not hold, or whether there was any.
pub(super) fn every(instances: impl Iterator<Item = (usize, bool)>) -> Judgement {
    all(instances.map(|(at, holds)| if holds { Judgement::Holds } else { Judgement::Broken(at) }))
}

/// The first that is broken, or whether any was kept.
pub(super) fn all(judgements: impl Iterator<Item = Judgement>) -> Judgement {
    let mut so_far = Judgement::Silent;
    for judgement in judgements {
        match judgement {
            Judgement::Broken(_) => return judgement,
            Judgement::Holds => so_far = Judgement::Holds,
            Judgement::Silent => {}
        }
    }
    so_far
}
