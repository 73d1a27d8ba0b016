//! What an outsider has seen happen to one grant. It grows by requests and replies, and never reads the
//! record: what it repeats of the record's types it repeats on purpose, or the proof would compare the record with itself.

use super::domain::{ID, Setting};
use oauth_core::directory::{Authentication, ClientNo};
use oauth_core::grant::SPENT_LIMIT;
use oauth_core::policy::Time;
use oauth_core::refusal::{Malformed, Refusal, Refused, Untold};
use oauth_core::secret::{Digest, Handle, Shown};
use oauth_core::server::audience::AskedResources;
use oauth_core::server::authenticate::{Credentials, Presented};
use oauth_core::server::authorize::Authorize;
use oauth_core::server::decide::{Choice, Decide};
use oauth_core::server::dpop::{DpopProof, Signature};
use oauth_core::server::introspect_revoke::IntrospectOrRevoke;
use oauth_core::server::redeem::{Redeem, TokenAsk, TokenRequest};
use oauth_core::server::refresh::RefreshAsk;
use oauth_core::server::{Reply, Request, Tokens};
use oauth_core::text::{CodeChallenge, ResourceSet, ScopeSet, Verifier};
use oauth_world::world::symbols::{digest, symbol};

// As many as a record remembers.
const _: () = assert!(SPENT_LIMIT == 8);

/// A request, its reply, and when.
#[derive(Debug, Clone, Copy)]
pub struct Exchange<'a> {
    /// Who is registered, and what the server says of its lifetimes.
    pub setting: &'a Setting,
    /// When it was judged.
    pub now: Time,
    /// The request, as it was sent.
    pub request: &'a Request,
    /// The reply, as it came.
    pub reply: &'a Reply,
}

/// What was seen of one grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Ghost {
    /// What was asked.
    pub request: Option<Asked>,
    /// The name that a pushed request got, and until when it is good.
    pub pushed: Option<(Digest, Time)>,
    /// The consent page that was shown.
    pub page: Option<Page>,
    /// What the owner said yes to.
    pub consent: Option<ScopeSet>,
    /// The code that was issued, and when.
    pub code: Option<(Digest, Time)>,
    /// The redemption that brought tokens.
    pub redemption: Option<Redemption>,
    /// The latest access token.
    pub access: Option<Access>,
    /// The latest refresh token.
    pub refresh: Option<Refresh>,
    /// The symbols of the refresh tokens that brought tokens, the latest first, as many as a server need
    /// remember.
    pub spent: [u8; 8],
    /// What was seen to end it.
    pub ended: Option<End>,
}

/// What a client asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Asked {
    /// The client.
    pub client: ClientNo,
    /// The redirect URI that it named.
    pub redirect: Option<Digest>,
    /// The challenge.
    pub challenge: Option<CodeChallenge>,
    /// The key that the code is to be bound to.
    pub key: Option<Digest>,
    /// The resources; the first of the server where it named none.
    pub audience: ResourceSet,
}

/// A consent page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Page {
    /// Its anti-CSRF value.
    pub ask: Digest,
    /// The cookie of the browser that it was shown in.
    pub session: Option<Digest>,
    /// The scope that it showed.
    pub scope: ScopeSet,
}

/// What a redemption showed beside the code and the client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Redemption {
    /// The redirect URI.
    pub redirect: Option<Digest>,
    /// The verifier.
    pub verifier: Option<Verifier>,
    /// The resources.
    pub resources: Option<AskedResources>,
    /// The key that it proved.
    pub key: Option<Digest>,
}

/// An access token, as it was issued.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Access {
    /// The token.
    pub token: Digest,
    /// The scope that came with it.
    pub scope: ScopeSet,
    /// The resources that were asked for.
    pub audience: ResourceSet,
    /// The key that was proved for it.
    pub key: Option<Digest>,
    /// When it ends.
    pub until: Time,
}

/// A refresh token, as it was issued.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Refresh {
    /// The token.
    pub token: Digest,
    /// The key that was proved for it.
    pub key: Option<Digest>,
    /// When it was issued.
    pub at: Time,
}

/// What an outsider can see end a grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum End {
    /// The owner said no, and was heard.
    Denied,
    /// The redemption was repeated in full.
    CodeReplayed,
    /// A spent refresh token was shown again by its client.
    RefreshReplayed,
    /// Its client gave up its access token.
    AccessRevoked,
    /// Its client gave up one of its refresh tokens.
    RefreshRevoked,
}

impl End {
    /// All of them.
    pub const ALL: &'static [Self] =
        &[Self::Denied, Self::CodeReplayed, Self::RefreshReplayed, Self::AccessRevoked, Self::RefreshRevoked];
}

/// The digest behind a handle that came back.
pub(super) fn came(handle: Handle) -> Digest {
    digest(handle.secret.symbol())
}

/// What somebody showed of this grant; none if it names another.
pub(super) fn shown(handle: Option<Shown>) -> Option<Digest> {
    handle.filter(|shown| shown.grant == ID).map(|shown| shown.digest)
}

/// The key of a proof whose signature is right, and that was made for the request.
pub(super) fn proved(proof: Result<Option<DpopProof>, Malformed>) -> Option<Digest> {
    let good =
        |proof: &DpopProof| proof.signature == Signature::Right && proof.fits_method && proof.fits_target;
    proof.ok().flatten().filter(good).map(|proof| proof.key)
}

impl Exchange<'_> {
    /// The client that a request names and, if that has a secret, shows it of.
    pub(super) fn authenticated(&self, by: Result<Presented, Malformed>) -> Option<ClientNo> {
        let by = by.ok()?;
        let client = self.setting.client(by.client?)?;
        let right = match (client.authentication, by.credentials) {
            (Authentication::None, _) => true,
            (_, Credentials::Basic(secret) | Credentials::Post(secret)) => client.secret == Some(secret),
            (Authentication::Basic | Authentication::Post, Credentials::None) => false,
        };
        right.then_some(client.no)
    }

    /// Whether a proof is none, or good in itself. Whoever sends a bad one has sent no request that could be
    /// granted.
    fn proof_passes(&self, proof: Result<Option<DpopProof>, Malformed>) -> bool {
        let fresh = |proof: DpopProof| self.now < proof.made.after(self.setting.policy.proof_lifetime);
        match proof {
            Ok(None) => true,
            Ok(Some(sent)) => proved(proof).is_some() && fresh(sent),
            Err(_) => false,
        }
    }
}

impl Ghost {
    /// What is known after one more exchange; none if it told nothing new of this grant.
    #[must_use]
    pub fn after(self, exchange: &Exchange<'_>) -> Option<Self> {
        match (exchange.request, exchange.reply) {
            (Request::Authorize(asked), Reply::Consent(consent)) if self.request.is_none() => {
                let page = Page { ask: came(consent.ask), session: asked.session, scope: consent.scope };
                Some(Self { request: Asked::of(asked, None), page: Some(page), ..self })
            }
            (Request::Push(push), Reply::Pushed(taken)) if self.request.is_none() => Some(Self {
                request: Asked::of(&push.request, proved(push.proof)),
                pushed: Some((came(taken.handle), exchange.now.after(taken.expires_in))),
                ..self
            }),
            (Request::AuthorizePushed(brought), Reply::Consent(consent)) => {
                let page = Page { ask: came(consent.ask), session: brought.session, scope: consent.scope };
                shown(brought.pushed).map(|_| Self { page: Some(page), ..self })
            }
            (Request::Decide(decide), reply) => self.after_decision(exchange.now, decide, reply),
            (Request::Token(token), Reply::Tokens(tokens)) => self.after_tokens(exchange, token, tokens),
            (Request::Token(token), Reply::Refused(_)) => self.after_refusal(exchange, token),
            (Request::Revoke(named), Reply::Revoked) => self.after_revocation(exchange, named),
            _ => None,
        }
    }

    fn after_decision(self, now: Time, decide: &Decide, reply: &Reply) -> Option<Self> {
        let page = self.page?;
        match reply {
            Reply::Code(code) => {
                let consent = match decide.choice {
                    Choice::Approve => page.scope,
                    Choice::ApproveOnly(kept) => page.scope.and(kept),
                    Choice::Deny => ScopeSet::EMPTY,
                };
                Some(Self { consent: Some(consent), code: Some((came(*code), now)), ..self })
            }
            Reply::Refused(
                Refused::Step(Refusal::OwnerDenied) | Refused::Untrusted(Untold::Step(Refusal::OwnerDenied)),
            ) => Some(Self { ended: Some(End::Denied), ..self }),
            _ => None,
        }
    }

    fn after_tokens(self, exchange: &Exchange<'_>, token: &TokenRequest, tokens: &Tokens) -> Option<Self> {
        let key = proved(token.proof);
        let mut next = self;
        let asked = match token.ask.ok()? {
            TokenAsk::Redeem(redeem) => {
                shown(redeem.code)?;
                next.redemption = Some(Redemption::of(&redeem, key));
                redeem.resources
            }
            TokenAsk::Refresh(refresh) => {
                let used = shown(refresh.token)?;
                next.spent.rotate_right(1);
                next.spent[0] = symbol(used);
                refresh.resources
            }
            TokenAsk::ClientCredentials(ask) if self.request.is_none() => {
                let client = token.by.ok()?.client?;
                let audience = ask.resources.map_or(ResourceSet::FIRST, |asked| asked.known);
                next.request = Some(Asked { client, redirect: None, challenge: None, key, audience });
                ask.resources
            }
            TokenAsk::ClientCredentials(_) | TokenAsk::Unsupported => return None,
        };
        let request = next.request?;
        let audience = asked.map_or(request.audience, |asked| asked.known);
        let until = exchange.now.after(tokens.expires_in);
        next.access = Some(Access { token: came(tokens.access), scope: tokens.scope, audience, key, until });
        let is_public = exchange.setting.is_public(request.client);
        next.refresh = tokens.refresh.map(|refresh| Refresh {
            token: came(refresh),
            key: key.filter(|_| is_public),
            at: exchange.now,
        });
        Some(next)
    }

    /// A request that could have been granted, was it not the second of its kind, ends the grant.
    fn after_refusal(self, exchange: &Exchange<'_>, token: &TokenRequest) -> Option<Self> {
        let own = exchange.authenticated(token.by) == Some(self.request?.client);
        if !own || !exchange.proof_passes(token.proof) {
            return None;
        }
        let end = match token.ask.ok()? {
            TokenAsk::Redeem(redeem) => {
                let same = self.redemption? == Redemption::of(&redeem, proved(token.proof));
                (same && shown(redeem.code)? == self.code?.0).then_some(End::CodeReplayed)
            }
            TokenAsk::Refresh(RefreshAsk { token, .. }) => {
                self.is_spent(shown(token)?).then_some(End::RefreshReplayed)
            }
            TokenAsk::ClientCredentials(_) | TokenAsk::Unsupported => None,
        };
        end.map(|end| Self { ended: self.ended.or(Some(end)), ..self })
    }

    fn after_revocation(self, exchange: &Exchange<'_>, named: &IntrospectOrRevoke) -> Option<Self> {
        let own = exchange.authenticated(named.by) == Some(self.request?.client);
        let token = shown(named.token.ok()?).filter(|_| own)?;
        let is_access = self.access.is_some_and(|access| access.token == token);
        let is_refresh = self.refresh.is_some_and(|refresh| refresh.token == token) || self.is_spent(token);
        let end = match (is_access, is_refresh) {
            (true, _) => End::AccessRevoked,
            (false, true) => End::RefreshRevoked,
            (false, false) => return None,
        };
        Some(Self { ended: self.ended.or(Some(end)), ..self })
    }

    /// Whether a token is one of the refresh tokens that were seen spent.
    #[must_use]
    pub fn is_spent(&self, token: Digest) -> bool {
        self.spent.contains(&symbol(token))
    }
}

impl Asked {
    /// What a request asks; a pushed one may prove the key besides.
    fn of(asked: &Authorize, proved: Option<Digest>) -> Option<Self> {
        let ask = asked.ask.ok()?;
        Some(Self {
            client: asked.client.ok()??,
            redirect: asked.redirect.ok()?.map(|uri| uri.exact),
            challenge: ask.challenge,
            key: ask.key.or(proved),
            audience: ask.resources.map_or(ResourceSet::FIRST, |asked| asked.known),
        })
    }
}

impl Redemption {
    fn of(redeem: &Redeem, key: Option<Digest>) -> Self {
        let Redeem { code: _, redirect, verifier, resources } = *redeem;
        Self { redirect, verifier, resources, key }
    }
}
