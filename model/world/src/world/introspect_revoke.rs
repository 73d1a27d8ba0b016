//! Requests about a token, and of a client for itself: revocation, introspection, client credentials.

use super::attacker::{refresh_tokens, sent};
use super::symbols::{JUNK, digest, grant_id};
use super::tries::{CredentialsOf, RefreshOf};
use super::{Known, Next, Universe, World};
use oauth_core::secret::Shown;
use oauth_core::server::Request;
use oauth_core::server::audience::AskedResources;
use oauth_core::server::client_credentials::ClientCredentials;
use oauth_core::server::introspect_revoke::IntrospectOrRevoke;
use oauth_core::server::redeem::{TokenAsk, TokenRequest};
use oauth_core::text::ResourceSet;
use oauth_laws::fact::{Sender, What};

/// A request that names a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IntrospectOrRevokeTry {
    /// What is wanted of it.
    pub what: Wanted,
    /// Who sends it.
    pub by: Sender,
    /// As which client.
    pub client: u16,
    /// How it proves that.
    pub credentials: CredentialsOf,
    /// Which token.
    pub token: TokenOf,
}

/// What somebody wants of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Wanted {
    /// That it ends.
    Revoke,
    /// Whether it is good.
    Introspect,
}

/// Which token somebody names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TokenOf {
    /// The access token that was issued last.
    Access,
    /// A refresh token.
    Refresh(RefreshOf),
}

/// A client asks for itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ForItselfTry {
    /// Who sends it.
    pub by: Sender,
    /// As which client.
    pub client: u16,
    /// How it proves that.
    pub credentials: CredentialsOf,
}

/// These resources, as a request names them.
pub(super) const fn named(resources: ResourceSet) -> AskedResources {
    AskedResources { known: resources, has_unknown: false }
}

impl Universe {
    /// Composes a request that names a token; `None` where the token is not at hand.
    pub(super) fn named(&self, world: &World, naming: &IntrospectOrRevokeTry) -> Option<IntrospectOrRevoke> {
        let token = match naming.token {
            TokenOf::Access => access_tokens(world).next_back()?,
            TokenOf::Refresh(RefreshOf::Latest) => refresh_tokens(world).next_back()?,
            TokenOf::Refresh(RefreshOf::First) => refresh_tokens(world).next()?,
            TokenOf::Refresh(RefreshOf::MadeUp) => {
                Shown { digest: digest(JUNK), ..refresh_tokens(world).next()? }
            }
            TokenOf::Refresh(RefreshOf::Leaked) => world.known.iter().find_map(|known| match known {
                Known::Refresh(shown) => Some(*shown),
                _ => None,
            })?,
        };
        Some(IntrospectOrRevoke {
            by: Ok(self.presented(naming.client, naming.credentials)?),
            token: Ok(Some(token)),
        })
    }

    /// Somebody names a token; answered at once.
    pub(super) fn name(&self, mut world: World, naming: &IntrospectOrRevokeTry) -> Option<Next> {
        let request = self.named(&world, naming)?;
        world.namings += 1;
        let reply = match naming.what {
            Wanted::Revoke => self.serve(&mut world, Request::Revoke(request), 0, 0)?,
            Wanted::Introspect => self.serve(&mut world, Request::Introspect(request), 0, 0)?,
        };
        self.observe_naming(&mut world, naming, &request, &reply);
        Some(Next { world, refused: reply.refusal(), client_refused: None })
    }

    /// A client asks for itself.
    pub(super) fn for_itself(&self, world: World, request: &ForItselfTry) -> Option<Next> {
        let by = Ok(self.presented(request.client, request.credentials)?);
        let ask = Ok(TokenAsk::ClientCredentials(ClientCredentials { scope: None, resources: None }));
        Some(sent(world, request.by, TokenRequest { by, ask, proof: Ok(None) }))
    }
}

/// The access tokens of the first grant, in the order in which they were issued.
fn access_tokens(world: &World) -> impl DoubleEndedIterator<Item = Shown> {
    world.facts.facts().into_iter().filter_map(|fact| {
        let issued = match fact.what {
            What::Redemption(redemption) => redemption.token?,
            What::Refresh(refresh) => refresh.issued?,
            _ => return None,
        };
        Some(Shown { grant: grant_id(0), digest: digest(u8::try_from(issued.token.0).ok()?) })
    })
}
