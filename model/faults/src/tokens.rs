//! Lies about tokens that are named: to be revoked (RFC 7009), or to be asked about (RFC 7662).

use super::Fault;
use super::step::NEVER;
use oauth_core::directory::Client;
use oauth_core::grant::{Cause, Grant, Phase, TokenKind};
use oauth_core::secret::Digest;
use oauth_core::server::authenticate::Credentials;
use oauth_core::server::introspect::TokenInfo;
use oauth_core::server::introspect_revoke::IntrospectOrRevoke;
use oauth_core::server::{Found, Outcome, Pending, Reply, Write};
use oauth_core::text::ResourceSet;

/// Before a step.
pub(super) fn before(fault: Fault, found: &mut Found<'_>, named: &mut IntrospectOrRevoke) {
    if let (Ok(by), Some(secret)) = (&mut named.by, found.client.and_then(|client| client.secret))
        && fault == Fault::NamingUnauthenticated
    {
        by.credentials = Credentials::Basic(secret);
    }
    let (Some(grant), Ok(Some(shown))) = (&mut found.grant, named.token) else { return };
    let Phase::Live(live) = &mut grant.phase else { return };
    match fault {
        Fault::RevocationByAnyClient | Fault::IntrospectionByAnyClient => of(found.client, grant),
        Fault::IntrospectionUnexpiring => live.access.until = NEVER,
        Fault::IntrospectionOfAnyAudience if live.kind_of(&shown.digest) == Some(TokenKind::Access) => {
            live.access.audience = ResourceSet(u16::MAX);
        }
        _ => {}
    }
}

/// Makes a grant this client's.
fn of(client: Option<&Client>, grant: &mut Grant) {
    if let Some(client) = client {
        grant.terms.client = client.no;
    }
}

/// After a step.
pub(super) fn after(fault: Fault, found: &Found<'_>, named: &IntrospectOrRevoke, outcome: &mut Outcome) {
    let (Some(grant), Ok(Some(shown))) = (found.grant, named.token) else { return };
    match (fault, &*outcome) {
        (Fault::RevocationKeepsTokens, Outcome::Write(_)) => *outcome = Outcome::Reply(Reply::Revoked),
        (Fault::RevocationKeepsAccess, Outcome::Write(_)) => {
            if let Some(kept) = without_refresh(grant, &shown.digest) {
                *outcome = Outcome::Write(Pending::new(Write::SwapGrant(kept), Reply::Revoked));
            }
        }
        (Fault::IntrospectionUnrevoked, Outcome::Reply(Reply::Introspection(None)))
            if grant.phase == Phase::Dead(Cause::Revoked) =>
        {
            let told = TokenInfo {
                kind: TokenKind::Access,
                client: grant.terms.client,
                user: grant.terms.owner.map(|owner| owner.user),
                scope: grant.terms.scope,
                audience: grant.terms.audience,
                key: None,
                until: NEVER,
            };
            *outcome = Outcome::Reply(Reply::Introspection(Some(told)));
        }
        _ => {}
    }
}

/// The grant with its access token alone, if this was its refresh token.
fn without_refresh(mut grant: Grant, token: &Digest) -> Option<Grant> {
    let Phase::Live(live) = &mut grant.phase else { return None };
    if live.kind_of(token) == Some(TokenKind::Access) {
        return None;
    }
    live.refresh = None;
    Some(grant)
}
