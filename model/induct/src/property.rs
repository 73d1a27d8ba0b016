//! The laws of one grant, each as a property of what was seen before and of one exchange.
//!
//! A law can only be broken by a reply that grants something: that a dead grant stays dead is the invariant's part.
//! Some properties ask more than their law does, since this server serves a grant's latest token only (decision 0007).

use super::ghost::{Asked, End, Exchange, Ghost, Page, proved, shown};
use oauth_core::directory::Client;
use oauth_core::policy::{Lifetime, Time};
use oauth_core::secret::Digest;
use oauth_core::server::audience::AskedResources;
use oauth_core::server::authenticate::Presented;
use oauth_core::server::decide::{Choice, Decide};
use oauth_core::server::push::AuthorizePushed;
use oauth_core::server::redeem::{Redeem, TokenAsk, TokenRequest};
use oauth_core::server::refresh::RefreshAsk;
use oauth_core::server::resource::{Bearer, ResourceRequest, Scheme};
use oauth_core::server::{Reply, Request, Tokens};
use oauth_core::text::{ChallengeMethod, RedirectUri, Verifier};
use oauth_laws::law::law;

/// What was seen before, and one exchange.
#[derive(Debug, Clone, Copy)]
pub struct Observation<'a> {
    /// What was seen before.
    pub before: &'a Ghost,
    /// The exchange.
    pub exchange: &'a Exchange<'a>,
}

/// A law, as a property of one exchange.
#[derive(Debug, Clone, Copy)]
pub struct Property {
    /// The law's id.
    pub law: &'static str,
    holds: fn(&Observation<'_>) -> bool,
}

/// The law that an exchange breaks, if it breaks one.
#[must_use]
pub fn broken(seen: &Observation<'_>) -> Option<&'static Property> {
    if !seen.gains() {
        return None;
    }
    PROPERTIES.iter().find(|property| !(property.holds)(seen))
}

macro_rules! properties {
    ($($id:literal: $holds:expr;)*) => {
        /// Every law that is covered, in the order in which they are judged.
        pub const PROPERTIES: &[Property] = &[$(Property { law: law($id).id, holds: $holds }),*];
    };
}

properties! {
    // The page and the code.
    "code-after-login": |seen| match (seen.exchange.request, seen.exchange.reply) {
        (Request::Authorize(asked), Reply::Consent(_)) => seen.logged_in(asked.session),
        (Request::AuthorizePushed(brought), Reply::Consent(_)) => seen.logged_in(brought.session),
        (Request::Decide(decide), Reply::Code(_)) => seen.logged_in(decide.session),
        _ => true,
    };
    "code-to-registered-uri": |seen| match (seen.exchange.request, seen.exchange.reply) {
        (Request::Authorize(asked), Reply::Consent(_)) => seen.registered(asked.redirect.ok().flatten()),
        (Request::Push(push), Reply::Pushed(_)) => seen.registered(push.request.redirect.ok().flatten()),
        _ => true,
    };
    "pushed-request-used-once": |seen| seen.page_of_pushed().is_none_or(|_| seen.before.page.is_none());
    "pushed-request-of-its-client": |seen| seen.page_of_pushed().is_none_or(|brought| {
        let named = brought.client.ok().flatten();
        shown(brought.pushed) == seen.before.pushed.map(|(uri, _)| uri)
            && named == seen.before.request.map(|asked| asked.client)
    });
    "pushed-request-in-time": |seen| seen.page_of_pushed().is_none_or(|_| {
        seen.before.pushed.is_some_and(|(_, until)| seen.exchange.now < until)
    });
    "code-after-consent": |seen| seen.code().is_none_or(|decide| decide.is_some_and(|decide| {
        decide.choice != Choice::Deny && seen.before.page.is_some() && seen.before.code.is_none()
    }));
    "consent-is-the-owners": |seen| seen.code().flatten().is_none_or(|decide| {
        seen.before.page.is_some_and(|Page { ask, session, .. }| {
            shown(decide.ask) == Some(ask) && decide.session == session
        })
    });

    // The code's tokens.
    "code-was-issued": |seen| seen.redeemed().is_none_or(|(_, redeem)| {
        seen.before.code.is_some_and(|(code, _)| shown(redeem.code) == Some(code))
    });
    "code-redeemed-once": |seen| seen.redeemed().is_none_or(|_| seen.before.redemption.is_none());
    "code-redeemed-in-time": |seen| seen.redeemed().is_none_or(|_| {
        let lifetime = seen.exchange.setting.policy.code_lifetime;
        seen.before.code.is_some_and(|(_, at)| seen.soon_after(at, lifetime))
    });
    "code-redeemed-by-its-client": |seen| seen.redeemed_for(|asked, token, _| by(token.by, asked));
    "code-redeemed-with-its-redirect-uri": |seen| seen.redeemed_for(|asked, _, redeem| {
        asked.redirect.is_none() || asked.redirect == redeem.redirect
    });
    "code-redeemed-with-its-verifier": |seen| seen.redeemed_for(|asked, _, redeem| {
        asked.challenge.is_none_or(|challenge| redeem.verifier.is_some_and(|Verifier { plain, s256 }| {
            match challenge.method {
                ChallengeMethod::Plain => plain == challenge.digest,
                ChallengeMethod::S256 => s256 == challenge.digest,
            }
        }))
    });
    "no-verifier-without-challenge": |seen| seen.redeemed_for(|asked, _, redeem| {
        asked.challenge.is_some() || redeem.verifier.is_none()
    });
    "code-with-its-key": |seen| seen.redeemed_for(|asked, token, _| {
        asked.key.is_none() || proved(token.proof) == asked.key
    });

    // Refresh tokens.
    "public-refresh-used-once": |seen| seen.refreshed().is_none_or(|(_, refresh, _)| {
        shown(refresh.token).is_none_or(|token| !seen.before.is_spent(token))
    });
    "refresh-token-was-issued": |seen| seen.refreshed().is_none_or(|(_, refresh, _)| {
        seen.before.refresh.is_some_and(|issued| shown(refresh.token) == Some(issued.token))
    });
    "refresh-by-its-client": |seen| seen.refreshed().is_none_or(|(token, ..)| {
        seen.before.request.is_some_and(|asked| by(token.by, &asked))
    });
    "refresh-keeps-scope": |seen| seen.refreshed().is_none_or(|(_, refresh, tokens)| {
        refresh.scope.is_some() || seen.before.consent.is_some_and(|scope| tokens.scope.covers(scope))
    });
    "refresh-in-time": |seen| seen.refreshed().is_none_or(|_| {
        let lifetime = seen.exchange.setting.policy.refresh_lifetime;
        seen.before.refresh.is_some_and(|issued| seen.soon_after(issued.at, lifetime))
    });
    "refresh-within-resources": |seen| seen.refreshed().is_none_or(|(_, refresh, _)| {
        seen.before.request.is_some_and(|asked| within(refresh.resources, &asked))
    });
    "public-refresh-with-its-key": |seen| seen.refreshed().is_none_or(|(token, ..)| {
        let key = seen.before.refresh.and_then(|issued| issued.key);
        key.is_none() || proved(token.proof) == key
    });
    "revoked-refresh-token-is-dead": |seen| seen.refreshed().is_none_or(|_| !seen.revoked());

    // Tokens of either kind.
    "confidential-client-authenticated": |seen| seen.tokens().is_none_or(|(token, _)| {
        seen.exchange.authenticated(token.by).is_some()
    });
    "token-within-consent": |seen| seen.tokens().is_none_or(|(token, tokens)| match token.ask {
        Ok(TokenAsk::ClientCredentials(_)) => true,
        _ => seen.before.consent.is_some_and(|scope| scope.covers(tokens.scope)),
    });
    "proof-in-time": |seen| seen.made().is_none_or(|made| {
        seen.soon_after(made, seen.exchange.setting.policy.proof_lifetime)
    });

    // Where tokens are shown, and asked about.
    "revoked-access-token-is-dead": |seen| seen.served().is_none_or(|_| {
        seen.before.ended != Some(End::AccessRevoked)
    });
    "revoked-refresh-token-ends-access": |seen| seen.served().is_none_or(|_| {
        seen.before.ended != Some(End::RefreshRevoked)
    });
    "served-token-was-issued": |seen| seen.served().is_none_or(|service| {
        let Bearer::Shown(token) = service.bearer else { return false };
        seen.before.access.is_some_and(|issued| shown(Some(token)) == Some(issued.token))
    });
    "served-token-in-time": |seen| seen.served().is_none_or(|_| {
        seen.before.access.is_some_and(|issued| seen.exchange.now < issued.until)
    });
    "served-token-is-for-resource": |seen| seen.served().is_none_or(|service| {
        seen.before.access.is_some_and(|issued| issued.audience.covers(service.need.resource))
    });
    "served-token-covers-resource": |seen| seen.served().is_none_or(|service| {
        seen.before.access.is_some_and(|issued| issued.scope.covers(service.need.scope))
    });
    "bound-token-with-its-key": |seen| seen.served().is_none_or(|service| {
        let key = seen.before.access.and_then(|issued| issued.key);
        let proof = service.proof.ok().flatten();
        let for_the_token = proof.is_some_and(|proof| proof.token == Some(service.hash));
        key.is_none() || (for_the_token && proved(service.proof) == key)
    });
    "active-token-not-revoked": |seen| seen.called_active().is_none_or(|_| !seen.revoked());
    "active-token-in-time": |seen| seen.called_active().is_none_or(|token| {
        let access = seen.before.access.is_some_and(|issued| {
            issued.token == token && seen.exchange.now < issued.until
        });
        let lifetime = seen.exchange.setting.policy.refresh_lifetime;
        let refresh = seen.before.refresh.is_some_and(|issued| {
            issued.token == token && seen.soon_after(issued.at, lifetime)
        });
        access || refresh
    });

    "active-token-concerns-who-asks": |seen| seen.called_active().is_none_or(|token| {
        seen.caller().is_some_and(|caller| {
            let is_own = seen.before.request.is_some_and(|asked| asked.client == caller.no);
            let guards = seen.before.access.is_some_and(|issued| {
                issued.token == token && !caller.introspects.and(issued.audience).is_empty()
            });
            is_own || guards
        })
    });

    // Whatever is gained after an end that was seen.
    "replay-ends-grant": |seen| seen.before.ended != Some(End::CodeReplayed);
    "public-refresh-replay-ends-grant": |seen| seen.before.ended != Some(End::RefreshReplayed);
}

/// The laws that are not covered, and why.
pub const LEFT_OUT: &[(&str, &str)] = &[
    ("state-returned", "`state` lies beside the record, and no step reads it"),
    ("proof-used-once", "the marks of used proofs are another store, for all grants at once"),
    ("token-stays-good", "a property judges what a reply grants, and this law what a refusal withholds"),
    ("thief-gains-nothing", "who sent a request is not in the request"),
    ("session-integrity", "it is the client's"),
    ("authentication", "it is the client's"),
    ("resource-of-the-person", "it is the client's"),
    ("code-to-its-server", "it is the client's"),
    ("token-to-its-resource", "it is the client's"),
    ("password-stays", "the login reads no grant"),
    ("no-way-to-strangers", "an error before the consent reads no grant"),
];

fn by(by: Result<Presented, oauth_core::refusal::Malformed>, asked: &Asked) -> bool {
    by.ok().and_then(|by| by.client) == Some(asked.client)
}

fn within(resources: Option<AskedResources>, asked: &Asked) -> bool {
    resources.is_none_or(|wanted| !wanted.has_unknown && asked.audience.covers(wanted.known))
}

impl<'a> Observation<'a> {
    /// Whether the reply gives something that a law is about.
    fn gains(&self) -> bool {
        match self.exchange.reply {
            Reply::Consent(_)
            | Reply::Code(_)
            | Reply::Pushed(_)
            | Reply::Tokens(_)
            | Reply::Introspection(Some(_))
            | Reply::Resource(_) => true,
            Reply::Home
            | Reply::LogInPage(..)
            | Reply::LogInFirst
            | Reply::LoggedIn(_)
            | Reply::Registered(_)
            | Reply::Revoked
            | Reply::Introspection(None)
            | Reply::Metadata
            | Reply::ResourceMetadata(_)
            | Reply::Refused(_) => false,
        }
    }

    fn page_of_pushed(&self) -> Option<&'a AuthorizePushed> {
        match (self.exchange.request, self.exchange.reply) {
            (Request::AuthorizePushed(brought), Reply::Consent(_)) => Some(brought),
            _ => None,
        }
    }

    /// A code that came, and the decision that it answers, if it answers one.
    fn code(&self) -> Option<Option<&'a Decide>> {
        match (self.exchange.request, self.exchange.reply) {
            (Request::Decide(decide), Reply::Code(_)) => Some(Some(decide)),
            (_, Reply::Code(_)) => Some(None),
            _ => None,
        }
    }

    fn tokens(&self) -> Option<(&'a TokenRequest, &'a Tokens)> {
        match (self.exchange.request, self.exchange.reply) {
            (Request::Token(token), Reply::Tokens(tokens)) => Some((token, tokens)),
            _ => None,
        }
    }

    fn redeemed(&self) -> Option<(&'a TokenRequest, &'a Redeem)> {
        let (token, _) = self.tokens()?;
        match &token.ask {
            Ok(TokenAsk::Redeem(redeem)) => Some((token, redeem)),
            _ => None,
        }
    }

    fn redeemed_for(&self, holds: impl Fn(&Asked, &TokenRequest, &Redeem) -> bool) -> bool {
        self.redeemed().is_none_or(|(token, redeem)| {
            self.before.request.is_some_and(|asked| holds(&asked, token, redeem))
        })
    }

    fn refreshed(&self) -> Option<(&'a TokenRequest, &'a RefreshAsk, &'a Tokens)> {
        let (token, tokens) = self.tokens()?;
        match &token.ask {
            Ok(TokenAsk::Refresh(refresh)) => Some((token, refresh, tokens)),
            _ => None,
        }
    }

    fn served(&self) -> Option<&'a ResourceRequest> {
        match (self.exchange.request, self.exchange.reply) {
            (Request::Resource(service), Reply::Resource(_)) => Some(service),
            _ => None,
        }
    }

    /// The token that was called active.
    fn called_active(&self) -> Option<Digest> {
        match (self.exchange.request, self.exchange.reply) {
            (Request::Introspect(named), Reply::Introspection(Some(_))) => shown(named.token.ok().flatten()),
            _ => None,
        }
    }

    /// The client that asked about a token, if it proved who it is.
    fn caller(&self) -> Option<&Client> {
        let Request::Introspect(named) = self.exchange.request else { return None };
        self.exchange.setting.client(self.exchange.authenticated(named.by)?)
    }

    /// When the proof says that it was made, that came with a request that gained tokens or a resource.
    fn made(&self) -> Option<Time> {
        let proof = match (self.tokens(), self.served()) {
            (Some((token, _)), _) => token.proof,
            // Behind `Bearer` no proof is needed, and none is read.
            (None, Some(service)) if service.scheme == Scheme::Dpop => service.proof,
            (None, Some(_) | None) => return None,
        };
        proved(proof)?;
        proof.ok().flatten().map(|proof| proof.made)
    }

    fn soon_after(&self, at: Time, lifetime: Lifetime) -> bool {
        self.exchange.now < at.after(lifetime)
    }

    fn revoked(&self) -> bool {
        matches!(self.before.ended, Some(End::AccessRevoked | End::RefreshRevoked))
    }

    fn logged_in(&self, session: Option<Digest>) -> bool {
        session
            .and_then(|key| self.exchange.setting.session(key))
            .is_some_and(|session| self.exchange.now < session.until)
    }

    /// Whether a redirect URI is one of the client's that the request names; none is, if it has but one.
    fn registered(&self, uri: Option<RedirectUri>) -> bool {
        let client = match self.exchange.request {
            Request::Authorize(asked) => asked.client.ok().flatten(),
            Request::Push(push) => push.request.client.ok().flatten(),
            _ => None,
        };
        client.and_then(|no| self.exchange.setting.client(no)).is_some_and(|client| match uri {
            Some(uri) => client.redirects.contains(&uri),
            None => client.redirects.len() == 1,
        })
    }
}
