//! The requests of each part: every one of a small domain.

use super::Part;
use super::domain::{
    ACCESS, ALL, ASK, BOTH, CHALLENGES, CODE, CONFIDENTIAL, ELSEWHERE, FIRST, ID, JUNK, KEYS, ONE, OTHER,
    PUBLIC, PUSHED, REDIRECTS, REFRESH, SECOND, SESSIONS, SPENT, VERIFIERS,
};
use oauth_core::directory::ClientNo;
use oauth_core::policy::Time;
use oauth_core::secret::{Digest, Shown};
use oauth_core::server::Request;
use oauth_core::server::audience::AskedResources;
use oauth_core::server::authenticate::{Credentials, Presented};
use oauth_core::server::authorize::{Ask, AskedScope, Authorize};
use oauth_core::server::client_credentials::ClientCredentials;
use oauth_core::server::decide::{Choice, Decide};
use oauth_core::server::dpop::{DpopProof, Signature, Use};
use oauth_core::server::introspect_revoke::IntrospectOrRevoke;
use oauth_core::server::push::{AuthorizePushed, Push};
use oauth_core::server::redeem::{Redeem, TokenAsk, TokenRequest};
use oauth_core::server::refresh::RefreshAsk;
use oauth_core::server::resource::{Bearer, Need, ResourceRequest, Scheme};
use oauth_core::text::{RedirectUri, ScopeSet};
use oauth_world::world::symbols::{EVIL, NONCES, digest, key, secret};

/// The requests of a part, at a moment.
#[must_use]
pub fn requests(part: Part, now: Time) -> Vec<Request> {
    match part {
        Part::Nothing => {
            let mut all = authorizations();
            all.extend(pushes(now));
            all.extend(for_itself(now));
            all
        }
        Part::Redeemed => redeems(now),
        Part::Refreshed => refreshes(now),
        Part::Tokens => others(now),
        Part::Pushed | Part::Asked | Part::Coded | Part::ForItself | Part::Dead => {
            let mut all = others(now);
            all.extend(redeems(now));
            all.extend(refreshes(now));
            all
        }
    }
}

/// Every request but those for tokens.
fn others(now: Time) -> Vec<Request> {
    let mut all = decisions();
    all.extend(pushed_ones());
    all.extend(named());
    all.extend(services(now));
    all
}

/// Everything that somebody may show: what was issued of each kind, what was not, and what another grant has.
fn shown() -> impl Iterator<Item = Shown> + Clone {
    let of_grant = [ASK, PUSHED, CODE, ACCESS, REFRESH, SPENT[0], SPENT[1], SPENT[7], JUNK];
    let own = of_grant.into_iter().map(|symbol| Shown { grant: ID, digest: digest(symbol) });
    own.chain(std::iter::once(Shown { grant: ELSEWHERE, digest: digest(CODE) }))
}

/// What is shown as a code: the code, tokens of the grant, one that is none, and one of another grant.
fn shown_as_code() -> impl Iterator<Item = Shown> + Clone {
    let symbols = [CODE, ACCESS, REFRESH, JUNK];
    let own = symbols.into_iter().map(|symbol| Shown { grant: ID, digest: digest(symbol) });
    own.chain(std::iter::once(Shown { grant: ELSEWHERE, digest: digest(CODE) }))
}

/// The client with its secret, with another's and with none; the client without; one that nobody registered.
fn presented() -> impl Iterator<Item = Presented> + Clone {
    let right = Credentials::Basic(digest(secret(0)));
    let wrong = Credentials::Basic(digest(secret(1)));
    [
        (Some(CONFIDENTIAL), right),
        (Some(CONFIDENTIAL), wrong),
        (Some(CONFIDENTIAL), Credentials::None),
        (Some(PUBLIC), Credentials::None),
        (None, Credentials::None),
    ]
    .into_iter()
    .map(|(client, credentials)| Presented { client, credentials })
}

/// A good proof by a key.
fn good_proof(now: Time, own: bool, token: Option<Digest>) -> DpopProof {
    DpopProof {
        key: digest(key(own)),
        id: digest(222),
        made: now,
        fits_method: true,
        fits_target: true,
        token,
        nonce: Some(digest(NONCES[0])),
        signature: Signature::Right,
        used: Use::First,
    }
}

/// No proof, a good one by either key, one with a wrong signature, one that is too old.
fn proofs(now: Time, token: Option<Digest>) -> impl Iterator<Item = Option<DpopProof>> + Clone {
    let good = good_proof(now, true, token);
    let unsigned = DpopProof { signature: Signature::Wrong, ..good };
    let stale = DpopProof { made: Time(now.0 - 1), ..good };
    [None, Some(good), Some(good_proof(now, false, token)), Some(unsigned), Some(stale)].into_iter()
}

fn resources() -> impl Iterator<Item = Option<AskedResources>> + Clone {
    let asked = |known, has_unknown| Some(AskedResources { known, has_unknown });
    [None, asked(FIRST, false), asked(SECOND, false), asked(ALL, false), asked(FIRST, true)].into_iter()
}

fn scopes() -> impl Iterator<Item = Option<AskedScope>> + Clone {
    let asked = |known, has_unknown| Some(AskedScope { known, has_unknown });
    [None, asked(ONE, false), asked(OTHER, false), asked(BOTH, false), asked(ONE, true)].into_iter()
}

fn sessions() -> impl Iterator<Item = Option<Digest>> + Clone {
    std::iter::once(None).chain(SESSIONS.map(|session| Some(digest(session))))
}

fn clients() -> [Option<ClientNo>; 3] {
    [Some(CONFIDENTIAL), Some(PUBLIC), None]
}

fn tokens(by: Presented, ask: TokenAsk, proof: Option<DpopProof>) -> Request {
    Request::Token(TokenRequest { by: Ok(by), ask: Ok(ask), proof: Ok(proof) })
}

fn redeems(now: Time) -> Vec<Request> {
    let mut all = Vec::new();
    for code in shown_as_code() {
        for by in presented() {
            for redirect in REDIRECTS.iter().map(|uri| uri.map(|uri| uri.exact)) {
                for verifier in VERIFIERS.iter().copied() {
                    for resources in resources() {
                        let redeem = Redeem { code: Some(code), redirect, verifier, resources };
                        all.extend(
                            proofs(now, None).map(|proof| tokens(by, TokenAsk::Redeem(redeem), proof)),
                        );
                    }
                }
            }
        }
    }
    all
}

fn refreshes(now: Time) -> Vec<Request> {
    let mut all = Vec::new();
    for token in shown() {
        for by in presented() {
            for scope in scopes() {
                for resources in resources() {
                    let refresh = RefreshAsk { token: Some(token), scope, resources };
                    all.extend(proofs(now, None).map(|proof| tokens(by, TokenAsk::Refresh(refresh), proof)));
                }
            }
        }
    }
    all
}

fn for_itself(now: Time) -> Vec<Request> {
    let mut all = Vec::new();
    for by in presented() {
        for scope in scopes() {
            for resources in resources() {
                let ask = TokenAsk::ClientCredentials(ClientCredentials { scope, resources });
                all.extend(proofs(now, None).map(|proof| tokens(by, ask, proof)));
            }
        }
    }
    all
}

fn decisions() -> Vec<Request> {
    let choices = [
        Choice::Approve,
        Choice::ApproveOnly(ONE),
        Choice::ApproveOnly(OTHER),
        Choice::ApproveOnly(ScopeSet::EMPTY),
        Choice::Deny,
    ];
    let mut all = Vec::new();
    for ask in shown().map(Some).chain(std::iter::once(None)) {
        for session in sessions() {
            all.extend(choices.map(|choice| Request::Decide(Decide { ask, session, choice })));
        }
    }
    all
}

fn pushed_ones() -> Vec<Request> {
    let mut all = Vec::new();
    for pushed in shown().map(Some) {
        for client in clients().map(Ok) {
            let brought = sessions()
                .map(|session| Request::AuthorizePushed(AuthorizePushed { client, pushed, session }));
            all.extend(brought);
        }
    }
    all
}

fn named() -> Vec<Request> {
    let mut all = Vec::new();
    for token in shown() {
        for by in presented() {
            let named = IntrospectOrRevoke { by: Ok(by), token: Ok(Some(token)) };
            all.extend([Request::Revoke(named), Request::Introspect(named)]);
        }
    }
    all
}

fn services(now: Time) -> Vec<Request> {
    let mut all = Vec::new();
    for shown in shown() {
        let (bearer, hash) = (Bearer::Shown(shown), shown.digest);
        let for_another = Some(good_proof(now, true, Some(digest(JUNK + 1))));
        for proof in proofs(now, Some(hash)).chain(std::iter::once(for_another)) {
            for scheme in [Scheme::Bearer, Scheme::Dpop] {
                for resource in [FIRST, SECOND] {
                    all.extend([ONE, OTHER, BOTH].map(|scope| {
                        let need = Need { resource, scope };
                        Request::Resource(ResourceRequest { bearer, scheme, hash, proof: Ok(proof), need })
                    }));
                }
            }
        }
    }
    all
}

/// What is asked through a browser, or pushed.
fn asks() -> Vec<Authorize> {
    let uris = REDIRECTS.iter().copied().chain(std::iter::once(Some(EVIL)));
    let uris: Vec<Option<RedirectUri>> = uris.collect();
    let mut all = Vec::new();
    for client in clients().map(Ok) {
        for redirect in uris.iter().copied().map(Ok) {
            for challenge in CHALLENGES.iter().copied() {
                for key in KEYS.iter().copied() {
                    for scope in scopes() {
                        for resources in resources() {
                            let response_type_is_code = true;
                            let ask = Ok(Ask { response_type_is_code, scope, challenge, resources, key });
                            all.push(Authorize { client, redirect, ask, session: None });
                        }
                    }
                }
            }
        }
    }
    all
}

fn authorizations() -> Vec<Request> {
    let each = asks().into_iter();
    each.flat_map(|ask| sessions().map(move |session| Request::Authorize(Authorize { session, ..ask })))
        .collect()
}

fn pushes(now: Time) -> Vec<Request> {
    let mut all = Vec::new();
    for request in asks() {
        for by in presented().filter(|by| request.client == Ok(by.client)) {
            all.extend(proofs(now, None).map(|proof| {
                Request::Push(Push { by: Ok(by), request, has_request_uri: Ok(false), proof: Ok(proof) })
            }));
        }
    }
    all
}
