//! An action, and the worlds before and after it.

use super::http::Always;
use crate::world::symbols::{self, ask, digest, grant_at, grant_id};
use crate::world::{Actor, At, Browser, Call, Next, Universe, World};
use oauth_core::secret::{Digest, Shown};
use oauth_core::server::audience::AskedResources;
use oauth_core::server::authorize::AskedScope;
use oauth_core::server::redeem::TokenAsk;
use oauth_core::server::resource::Scheme;
use oauth_laws::fact::{Fact, ResourceUse, Sender, Sym, What};

/// An action in its world, and what came of it.
#[derive(Clone, Copy)]
pub(super) struct Scene<'a> {
    pub(super) universe: &'a Universe,
    pub(super) before: &'a World,
    pub(super) next: &'a Next,
}

impl<'a> Scene<'a> {
    /// A browser, as the action finds it.
    pub(super) fn browser(&self, browser: usize) -> &'a Browser {
        &self.before.browsers[browser]
    }

    /// What was seen.
    pub(super) fn facts(&self) -> Vec<&'a Fact> {
        let new = self.next.world.facts.len().saturating_sub(self.before.facts.len());
        let mut facts: Vec<&Fact> = self.next.world.facts.backwards().take(new as usize).collect();
        facts.reverse();
        facts
    }

    /// What was seen of a resource, and by whom it was asked.
    pub(super) fn uses(&self) -> impl Iterator<Item = (Sender, &'a ResourceUse)> {
        self.facts().into_iter().filter_map(|fact| match &fact.what {
            What::Resource(service) => Some((fact.by, service)),
            _ => None,
        })
    }

    /// The token request that the action sent.
    pub(super) fn sent(&self) -> Option<&'a Call> {
        self.next.world.calls.get(self.before.calls.len()).map(|call| &**call)
    }

    /// What every authorization request of the scenario has.
    pub(super) fn always(&self) -> Always {
        let scenario = self.universe.scenario;
        Always {
            scope: scenario.client.asks.map(|known| AskedScope { known, has_unknown: false }),
            resources: scenario.client.resource.map(|known| AskedResources { known, has_unknown: false }),
            key: self.universe.key_named(),
        }
    }

    /// The scheme behind which the client shows its tokens.
    pub(super) fn scheme(&self) -> Scheme {
        if self.universe.scenario.client.dpop { Scheme::Dpop } else { Scheme::Bearer }
    }

    /// Whose account a token speaks for, if a token request of this world brought it.
    pub(super) fn account(&self, token: Sym) -> Option<Actor> {
        let call = token.0.checked_sub(symbols::token(0).into())?;
        let grant = match self.next.world.calls.get(usize::try_from(call).ok()?)?.request.ask.ok()? {
            TokenAsk::Redeem(redeem) => redeem.code?.grant,
            TokenAsk::Refresh(refresh) => refresh.token?.grant,
            TokenAsk::ClientCredentials(_) | TokenAsk::Unsupported => return None,
        };
        let owner = self.next.world.grant(grant)?.terms.owner?;
        Some(Actor::person(owner.user.0.into()))
    }

    /// The anti-CSRF value of the consent page that a browser shows, or has just left.
    pub(super) fn consent_page(&self, browser: usize) -> Option<Shown> {
        match self.browser(browser).at {
            At::ConsentPage(_, shown) => Some(shown),
            At::ToClient(response) => {
                let place = grant_at(response.code?.grant);
                Some(Shown { grant: grant_id(place), digest: digest(ask(place)) })
            }
            At::Elsewhere
            | At::ToServer(_)
            | At::ToMalicious(_)
            | At::LogInPage(_)
            | At::OnCallbackPage(_) => None,
        }
    }

    /// The address to which an authorization request is answered.
    pub(super) fn answered_at(&self, browser: usize) -> Option<Digest> {
        if let At::ToClient(response) = self.next.world.browsers[browser].at {
            return Some(response.to);
        }
        let (At::ToServer(asking) | At::ConsentPage(asking, _)) = self.browser(browser).at else {
            return None;
        };
        let clients = &self.universe.clients;
        let registered = clients.iter().find(|client| client.no == asking.client)?.redirects.first();
        asking.redirect.or(registered.copied()).map(|uri| uri.exact)
    }
}
