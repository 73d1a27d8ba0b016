//! Odd requests: single messages that every server gets and no honest actor sends.

use crate::world::symbols::{EVIL, JUNK, NONCES, client_key, digest, grant_id, redirect, secret};
use crate::world::{OWNER, PROFILE, PUBLIC, PUSHING, World};
use oauth_core::directory::ClientNo;
use oauth_core::policy::Time;
use oauth_core::refusal::{Field, Malformed, RegistrationFlaw};
use oauth_core::secret::Shown;
use oauth_core::server::Request;
use oauth_core::server::audience::AskedResources;
use oauth_core::server::authenticate::{Credentials, Presented};
use oauth_core::server::authorize::{Ask, AskedScope, Authorize};
use oauth_core::server::client_credentials::ClientCredentials;
use oauth_core::server::decide::{Choice, Decide};
use oauth_core::server::dpop::{DpopProof, Signature, Use};
use oauth_core::server::introspect_revoke::IntrospectOrRevoke;
use oauth_core::server::login::{Checked, LogIn};
use oauth_core::server::redeem::{Redeem, TokenAsk, TokenRequest};
use oauth_core::server::register::Register;
use oauth_core::server::resource::{Bearer, Need, ResourceRequest, Scheme};
use oauth_core::text::{ChallengeMethod, CodeChallenge, ResourceSet, ScopeSet};

/// An odd request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "each is the request of its name")]
pub enum Odd {
    UnknownClient,
    MissingClient,
    UnregisteredRedirectUri,
    NoRedirectUriOfTwo,
    ClientWithoutCodeGrant,
    OtherResponseType,
    UnknownScope,
    NoChallenge,
    PlainChallenge,
    NotPushed,
    ForgedLogIn,
    DecisionWithoutLogin,
    LateDecision,
    UnknownClientAtToken,
    SecretInBody,
    UnknownGrantType,
    GrantTypeNotAllowed,
    UnknownResource,
    ForItselfUnknownScope,
    ForItselfUnknownResource,
    ForItselfWithoutRegistration,
    PublicIntrospection,
    Registration(Option<RegistrationFlaw>),
    ProofAtToken(OddProof),
    ProofAtResource(OddProof),
    UnboundToken,
    ForeignToken,
    CodeAsToken,
    NoToken,
    LatestToken(ResourceSet),
    BoundToken(ProofFor),
}

/// The token that a proof by the client's key names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProofFor {
    /// The one that it comes with.
    ThisToken,
    /// Another one.
    AnotherToken,
}

/// A proof of possession that no honest client sends; the good one only the first time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OddProof {
    /// Good in itself, for a token that nobody issued.
    Good,
    /// Signed by another key.
    Forged,
    /// Made for another method.
    OfAnotherRequest,
    /// Dated ahead.
    Stale,
    /// Without nonce.
    WithoutNonce,
    /// With a nonce that nobody gave.
    WrongNonce,
    /// Made for no token.
    WithoutToken,
}

impl OddProof {
    fn proof(self, world: &World, id: u8) -> DpopProof {
        let good = DpopProof {
            key: digest(JUNK),
            id: digest(id),
            made: world.now,
            fits_method: true,
            fits_target: true,
            token: Some(digest(JUNK)),
            nonce: Some(digest(NONCES[1])),
            signature: Signature::Right,
            used: Use::Again,
        };
        match self {
            Self::Good => good,
            Self::Forged => DpopProof { signature: Signature::Wrong, ..good },
            Self::OfAnotherRequest => DpopProof { fits_method: false, ..good },
            Self::Stale => DpopProof { made: Time(world.now.0 + 1000), ..good },
            Self::WithoutNonce => DpopProof { nonce: None, ..good },
            Self::WrongNonce => DpopProof { nonce: Some(digest(JUNK)), ..good },
            Self::WithoutToken => DpopProof { token: None, id: digest(id + 2), ..good },
        }
    }
}

impl Odd {
    /// Registrations, at a server that takes some.
    pub const REGISTRATIONS: &'static [Self] = &[
        Self::Registration(None),
        Self::Registration(Some(RegistrationFlaw::RedirectUri)),
        Self::Registration(Some(RegistrationFlaw::Authentication)),
        Self::Registration(Some(RegistrationFlaw::Grants)),
        Self::Registration(Some(RegistrationFlaw::Scope)),
        Self::Registration(Some(RegistrationFlaw::Keys)),
        Self::Registration(Some(RegistrationFlaw::Member)),
    ];

    /// Every odd request, at a server that registers nobody.
    pub const ALL: &'static [Self] = &[
        Self::UnknownClient,
        Self::MissingClient,
        Self::UnregisteredRedirectUri,
        Self::NoRedirectUriOfTwo,
        Self::ClientWithoutCodeGrant,
        Self::OtherResponseType,
        Self::UnknownScope,
        Self::NoChallenge,
        Self::PlainChallenge,
        Self::NotPushed,
        Self::ForgedLogIn,
        Self::DecisionWithoutLogin,
        Self::LateDecision,
        Self::UnknownClientAtToken,
        Self::SecretInBody,
        Self::UnknownGrantType,
        Self::GrantTypeNotAllowed,
        Self::UnknownResource,
        Self::ForItselfUnknownScope,
        Self::ForItselfUnknownResource,
        Self::ForItselfWithoutRegistration,
        Self::PublicIntrospection,
        Self::Registration(None),
        Self::ProofAtToken(OddProof::Good),
        Self::ProofAtToken(OddProof::Forged),
        Self::ProofAtToken(OddProof::OfAnotherRequest),
        Self::ProofAtToken(OddProof::Stale),
        Self::ProofAtToken(OddProof::WithoutNonce),
        Self::ProofAtToken(OddProof::WrongNonce),
        Self::ProofAtResource(OddProof::Forged),
        Self::ProofAtResource(OddProof::OfAnotherRequest),
        Self::ProofAtResource(OddProof::Stale),
        Self::ProofAtResource(OddProof::WithoutNonce),
        Self::ProofAtResource(OddProof::WrongNonce),
        Self::ProofAtResource(OddProof::WithoutToken),
        Self::UnboundToken,
        Self::ForeignToken,
        Self::CodeAsToken,
        Self::NoToken,
    ];

    /// The request, from the owner's browser where it comes from one; `None` where the world has no place for it.
    #[must_use]
    pub fn request(self, world: &World) -> Option<Request> {
        let session = world.browsers[OWNER].cookie;
        let challenge = |method| Some(CodeChallenge { method, digest: digest(JUNK) });
        let good = Authorize {
            client: Ok(Some(ClientNo(0))),
            redirect: Ok(Some(redirect(0))),
            ask: Ok(Ask {
                response_type_is_code: true,
                scope: None,
                challenge: challenge(ChallengeMethod::S256),
                resources: None,
                key: None,
            }),
            session,
        };
        let asking = |ask: Ask| Request::Authorize(Authorize { ask: Ok(ask), ..good });
        let plain = Ask {
            response_type_is_code: true,
            scope: None,
            challenge: challenge(ChallengeMethod::S256),
            resources: None,
            key: None,
        };
        let unknown = AskedResources { known: ResourceSet::EMPTY, has_unknown: true };
        let token = |client: Option<u16>, credentials, ask| {
            let by = Ok(Presented { client: client.map(ClientNo), credentials });
            Some(Request::Token(TokenRequest { by, ask: Ok(ask), proof: Ok(None) }))
        };
        let redeem = TokenAsk::Redeem(Redeem { code: None, redirect: None, verifier: None, resources: None });
        let need = Need { resource: ResourceSet::FIRST, scope: PROFILE };
        let plain_resource = ResourceRequest {
            bearer: Bearer::Foreign,
            scheme: Scheme::Bearer,
            hash: digest(JUNK),
            proof: Ok(None),
            need,
        };
        let bearer = |bearer| Some(Request::Resource(ResourceRequest { bearer, ..plain_resource }));
        let itself = |scope, resources| {
            let ask = TokenAsk::ClientCredentials(ClientCredentials { scope, resources });
            token(Some(3), Credentials::Basic(digest(secret(3))), ask)
        };
        match self {
            Self::UnknownClient => Some(Request::Authorize(Authorize { client: Ok(None), ..good })),
            Self::MissingClient => Some(Request::Authorize(Authorize {
                client: Err(Malformed::Missing(Field::ClientId)),
                ..good
            })),
            Self::UnregisteredRedirectUri => {
                Some(Request::Authorize(Authorize { redirect: Ok(Some(EVIL)), ..good }))
            }
            Self::NoRedirectUriOfTwo => {
                let client = Ok(Some(ClientNo(2)));
                Some(Request::Authorize(Authorize { client, redirect: Ok(None), ..good }))
            }
            Self::ClientWithoutCodeGrant => {
                let client = Ok(Some(ClientNo(3)));
                Some(Request::Authorize(Authorize { client, redirect: Ok(None), ..good }))
            }
            Self::OtherResponseType => Some(asking(Ask { response_type_is_code: false, ..plain })),
            Self::UnknownScope => {
                let scope = Some(AskedScope { known: ScopeSet::EMPTY, has_unknown: true });
                Some(asking(Ask { scope, ..plain }))
            }
            Self::NoChallenge => Some(asking(Ask { challenge: None, ..plain })),
            Self::PlainChallenge => {
                Some(asking(Ask { challenge: challenge(ChallengeMethod::Plain), ..plain }))
            }
            Self::NotPushed => {
                let client = Ok(Some(ClientNo(PUSHING)));
                Some(Request::Authorize(Authorize { client, redirect: Ok(None), ..good }))
            }
            Self::ForgedLogIn => Some(Request::LogIn(LogIn {
                expected: None,
                shown: Some(digest(JUNK)),
                owner: Checked::Wrong,
            })),
            Self::DecisionWithoutLogin => {
                Some(Request::Decide(Decide { ask: None, session: None, choice: Choice::Approve }))
            }
            Self::LateDecision => match world.browsers[OWNER].at {
                crate::world::At::ConsentPage(_, shown) => {
                    Some(Request::Decide(Decide { ask: Some(shown), session, choice: Choice::Approve }))
                }
                _ => None,
            },
            Self::UnknownClientAtToken => token(None, Credentials::Basic(digest(JUNK)), redeem),
            Self::SecretInBody => token(Some(1), Credentials::Post(digest(secret(1))), redeem),
            Self::UnknownGrantType => {
                token(Some(1), Credentials::Basic(digest(secret(1))), TokenAsk::Unsupported)
            }
            Self::GrantTypeNotAllowed => token(Some(3), Credentials::Basic(digest(secret(3))), redeem),
            Self::UnknownResource => Some(asking(Ask { resources: Some(unknown), ..plain })),
            Self::ForItselfUnknownScope => {
                itself(Some(AskedScope { known: ScopeSet::EMPTY, has_unknown: true }), None)
            }
            Self::ForItselfUnknownResource => itself(None, Some(unknown)),
            Self::ForItselfWithoutRegistration => {
                let ask = TokenAsk::ClientCredentials(ClientCredentials { scope: None, resources: None });
                token(Some(1), Credentials::Basic(digest(secret(1))), ask)
            }
            Self::PublicIntrospection => {
                let by = Ok(Presented { client: Some(ClientNo(PUBLIC)), credentials: Credentials::None });
                Some(Request::Introspect(IntrospectOrRevoke { by, token: Ok(None) }))
            }
            Self::Registration(flaw) => {
                let with_secret = flaw.map_or(Ok(true), Err);
                Some(Request::Register(Register { with_secret }))
            }
            Self::ProofAtToken(odd) => {
                let request = token(Some(1), Credentials::Basic(digest(secret(1))), TokenAsk::Unsupported)?;
                let Request::Token(request) = request else { return None };
                Some(Request::Token(TokenRequest { proof: Ok(Some(odd.proof(world, 250))), ..request }))
            }
            Self::ProofAtResource(odd) => {
                let proof = Ok(Some(odd.proof(world, 251)));
                Some(Request::Resource(ResourceRequest { scheme: Scheme::Dpop, proof, ..plain_resource }))
            }
            Self::UnboundToken => {
                let token = world.visits[OWNER].session.login?.token;
                let proof = DpopProof { token: Some(token), ..OddProof::Good.proof(world, 252) };
                Some(Request::Resource(ResourceRequest {
                    bearer: Bearer::Shown(Shown { grant: grant_id(0), digest: token }),
                    scheme: Scheme::Dpop,
                    hash: token,
                    proof: Ok(Some(proof)),
                    need,
                }))
            }
            Self::LatestToken(resource) => {
                let token = world.facts.access_tokens().next_back()?;
                Some(Request::Resource(ResourceRequest {
                    bearer: Bearer::Shown(token),
                    hash: token.digest,
                    need: Need { resource, ..need },
                    ..plain_resource
                }))
            }
            Self::BoundToken(proof_for) => {
                let token = world.facts.access_tokens().next_back()?;
                let (id, named) = match proof_for {
                    ProofFor::ThisToken => (253, token.digest),
                    ProofFor::AnotherToken => (254, digest(JUNK)),
                };
                let key = digest(client_key(OWNER));
                let proof = DpopProof { key, token: Some(named), ..OddProof::Good.proof(world, id) };
                Some(Request::Resource(ResourceRequest {
                    bearer: Bearer::Shown(token),
                    scheme: Scheme::Dpop,
                    hash: token.digest,
                    proof: Ok(Some(proof)),
                    need,
                }))
            }
            Self::ForeignToken => bearer(Bearer::Foreign),
            Self::CodeAsToken => world.grants.first().and_then(|_| {
                bearer(Bearer::Shown(Shown {
                    grant: grant_id(0),
                    digest: digest(crate::world::symbols::code(0, 0)),
                }))
            }),
            Self::NoToken => bearer(Bearer::None),
        }
    }
}
