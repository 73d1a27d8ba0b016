//! The scopes.

use super::base::{ALL, BASE, CORE, EXPIRY, HONEST_PATH, LONG, NOTHING, SHORT, composed};
use super::{Leaks, Odd, PhaseName, Reached, Scope, dpop, pushed, refresh, tokens};
use crate::client::refusal::ClientRefusal;
use crate::fact::Who;
use crate::policy::{Lifetime, PkceNeed, Policy, WrongVerifier};
use crate::refusal::{ProofFlaw, Refusal};
use crate::server::decide::Choice;
use crate::text::ScopeSet;
use crate::world::action::{CodeOf, Forgery, Lure, ProofOf, Redemption, RedirectOf, VerifierOf};
use crate::world::{ATTACKER, EMAIL, OWNER, PROFILE};

/// Every scope, in reading order.
pub static SCOPES: &[Scope] = &[
    Scope {
        name: "honest",
        why: "one owner and one client that keep every rule, with everything that an owner may choose",
        client_scope: ScopeSet(PROFILE.0 | EMAIL.0),
        starts: [2, 0],
        mistakes: 1,
        choices: &[Choice::Deny, Choice::ApproveOnly(PROFILE), Choice::ApproveOnly(EMAIL)],
        uses: 2,
        calls: 2,
        grants: 2,
        laws: CORE,
        sometimes: &[
            Reached::Phase(PhaseName::Asked),
            Reached::Phase(PhaseName::Coded),
            Reached::Phase(PhaseName::Live),
            Reached::Phase(PhaseName::Denied),
            Reached::Refused(Refusal::OwnerDenied),
            Reached::Refused(Refusal::PasswordWrong),
            Reached::Refused(Refusal::ScopeInsufficient),
            Reached::ClientRefused(ClientRefusal::ServerRefused),
            Reached::ClientRefused(ClientRefusal::ResourceRefused),
            Reached::LoggedIn,
            Reached::Served,
        ],
        honest: HONEST_PATH,
        ..BASE
    },
    Scope {
        name: "replay",
        why: "a client that repeats its token request while the clock runs and others load and commit in between",
        policy: SHORT,
        retries: true,
        calls: 3,
        uses: 2,
        ticks: 2,
        made_up_tokens: true,
        attempts: 1,
        laws: ALL,
        sometimes: &[
            Reached::Refused(Refusal::CodeReplayed),
            Reached::Refused(Refusal::CodeExpired),
            Reached::Refused(Refusal::CodeUnknown),
            Reached::Refused(Refusal::TokenUnknown),
            Reached::Refused(Refusal::TokenRevoked),
            Reached::Refused(Refusal::AskExpired),
            Reached::ClientRefused(ClientRefusal::TokenRefused),
            Reached::Phase(PhaseName::CodeReplayed),
            Reached::Served,
        ],
        honest: HONEST_PATH,
        ..BASE
    },
    Scope {
        name: "expiry",
        why: "somebody who holds a token that leaked, before and after its end: what bearer tokens cannot prevent is no law here",
        policy: SHORT,
        ticks: 2,
        leaks: Leaks { tokens: true, ..NOTHING },
        attempts: 2,
        laws: EXPIRY,
        sometimes: &[Reached::Refused(Refusal::TokenExpired), Reached::Served],
        honest: HONEST_PATH,
        ..BASE
    },
    Scope {
        name: "csrf",
        why: "an attacker with an account of its own, whose pages act in the owner's browser",
        public: true,
        starts: [1, 1],
        double_submit: true,
        calls: 2,
        grants: 2,
        lures: &[Lure::OwnResponse],
        forgeries: &[Forgery::MadeUpAsk, Forgery::OwnAsk, Forgery::NoAsk],
        attempts: 2,
        laws: CORE,
        sometimes: &[
            Reached::Refused(Refusal::DecisionForged),
            Reached::Refused(Refusal::DecisionRepeated),
            Reached::Refused(Refusal::SessionMissing),
            Reached::ClientRefused(ClientRefusal::NoFlow),
            Reached::ClientRefused(ClientRefusal::StateWrong),
            Reached::LoggedIn,
            Reached::Served,
        ],
        honest: HONEST_PATH,
        ..BASE
    },
    Scope {
        name: "two-clients",
        why: "a code that leaked, in the hands of another registered client and of nobody's",
        calls: 3,
        leaks: Leaks { responses: true, ..NOTHING },
        redemptions: &[
            composed(Who::OtherClient, 1, ProofOf::Right),
            composed(Who::Thief, 0, ProofOf::Missing),
            composed(Who::Thief, 0, ProofOf::Wrong),
            Redemption { code: CodeOf::MadeUp, ..composed(Who::Client, 0, ProofOf::Right) },
        ],
        laws: ALL,
        sometimes: &[
            Reached::Refused(Refusal::CodeOfAnotherClient),
            Reached::Refused(Refusal::CredentialsMissing),
            Reached::Refused(Refusal::SecretWrong),
            Reached::Refused(Refusal::CodeUnknown),
            Reached::Served,
        ],
        honest: HONEST_PATH,
        ..BASE
    },
    Scope {
        name: "sloppy-client",
        why: "a client with the right secret that sends another redirect URI or another verifier",
        calls: 3,
        redemptions: &[
            Redemption { redirect: RedirectOf::Other, ..composed(Who::Client, 0, ProofOf::Right) },
            Redemption { redirect: RedirectOf::Missing, ..composed(Who::Client, 0, ProofOf::Right) },
            Redemption { verifier: VerifierOf::Own, ..composed(Who::Client, 0, ProofOf::Right) },
            Redemption { verifier: VerifierOf::Missing, ..composed(Who::Client, 0, ProofOf::Right) },
            composed(Who::Client, 0, ProofOf::Right),
        ],
        laws: ALL,
        sometimes: &[
            Reached::Refused(Refusal::RedirectUriDiffers),
            Reached::Refused(Refusal::VerifierWrong),
            Reached::Refused(Refusal::VerifierMissing),
            Reached::Refused(Refusal::CodeReplayed),
            Reached::Served,
        ],
        honest: HONEST_PATH,
        ..BASE
    },
    Scope {
        name: "downgrade",
        why: "a client that sent no challenge, and a verifier that comes all the same",
        pkce: false,
        calls: 2,
        redemptions: &[
            Redemption { verifier: VerifierOf::Own, ..composed(Who::Client, 0, ProofOf::Right) },
            Redemption { verifier: VerifierOf::Missing, ..composed(Who::Client, 0, ProofOf::Right) },
        ],
        laws: ALL,
        sometimes: &[Reached::Refused(Refusal::VerifierUnexpected), Reached::Served],
        honest: HONEST_PATH,
        ..BASE
    },
    Scope {
        name: "interception",
        why: "a public client whose authorization response and request leak to a thief",
        public: true,
        policy: Policy { wrong_verifier: WrongVerifier::BurnsCode, ..LONG },
        calls: 3,
        leaks: Leaks { responses: true, requests: true, ..NOTHING },
        redemptions: &[
            Redemption { verifier: VerifierOf::Own, ..composed(Who::Thief, 0, ProofOf::Missing) },
            Redemption { verifier: VerifierOf::Missing, ..composed(Who::Thief, 0, ProofOf::Missing) },
            Redemption { verifier: VerifierOf::Challenge, ..composed(Who::Thief, 0, ProofOf::Missing) },
        ],
        laws: ALL,
        sometimes: &[
            Reached::Refused(Refusal::VerifierMissing),
            Reached::Refused(Refusal::VerifierWrong),
            Reached::Phase(PhaseName::CodeBurnt),
            Reached::Served,
        ],
        honest: HONEST_PATH,
        ..BASE
    },
    Scope {
        name: "lure",
        why: "an attacker that sends the owner to the server with an authorization request of its own",
        public: true,
        calls: 3,
        grants: 2,
        lures: &[Lure::EvilRedirect],
        redemptions: &[Redemption {
            redirect: RedirectOf::Other,
            verifier: VerifierOf::Own,
            ..composed(Who::Thief, 0, ProofOf::Missing)
        }],
        attempts: 1,
        laws: ALL,
        sometimes: &[Reached::Refused(Refusal::RedirectUriUnregistered), Reached::Served],
        honest: HONEST_PATH,
        ..BASE
    },
    refresh::PUBLIC,
    refresh::THEFT,
    refresh::GRACE,
    refresh::TWO_CLIENTS,
    dpop::THEFT,
    dpop::CODE,
    dpop::STALE,
    pushed::PUSHED,
    pushed::LATE,
    tokens::REVOCATION,
    tokens::TWO_RESOURCES,
    tokens::CLIENT_CREDENTIALS,
    Scope {
        name: "odd-requests",
        why: "single messages that no honest actor sends, at every moment of an honest flow",
        policy: Policy { pkce: PkceNeed::EveryClient, ask_lifetime: Lifetime(1), ..SHORT },
        ticks: 1,
        odd: Odd::ALL,
        laws: CORE,
        sometimes: &[
            Reached::Refused(Refusal::ClientUnknown),
            Reached::Refused(Refusal::RedirectUriUnregistered),
            Reached::Refused(Refusal::RedirectUriNeeded),
            Reached::Refused(Refusal::ClientNotAllowed),
            Reached::Refused(Refusal::ResponseTypeUnsupported),
            Reached::Refused(Refusal::ScopeRefused),
            Reached::Refused(Refusal::ChallengeNeeded),
            Reached::Refused(Refusal::PlainRefused),
            Reached::Refused(Refusal::PushNeeded),
            Reached::Refused(Refusal::LogInForged),
            Reached::Refused(Refusal::SessionMissing),
            Reached::Refused(Refusal::AskExpired),
            Reached::Refused(Refusal::ClientUnknownAtToken),
            Reached::Refused(Refusal::AuthenticationMethodWrong),
            Reached::Refused(Refusal::GrantTypeUnsupported),
            Reached::Refused(Refusal::GrantTypeNotAllowed),
            Reached::Refused(Refusal::ResourceUnknown),
            Reached::Refused(Refusal::ResourceNotGranted),
            Reached::Refused(Refusal::ScopeNotForClient),
            Reached::Refused(Refusal::IntrospectionNotAllowed),
            Reached::Refused(Refusal::ProofAtToken(ProofFlaw::Signature)),
            Reached::Refused(Refusal::ProofAtToken(ProofFlaw::Request)),
            Reached::Refused(Refusal::ProofAtToken(ProofFlaw::Stale)),
            Reached::Refused(Refusal::ProofAtToken(ProofFlaw::NonceMissing)),
            Reached::Refused(Refusal::ProofAtToken(ProofFlaw::NonceWrong)),
            Reached::Refused(Refusal::ProofAtToken(ProofFlaw::Again)),
            Reached::Refused(Refusal::ProofAtResource(ProofFlaw::Signature)),
            Reached::Refused(Refusal::ProofAtResource(ProofFlaw::Request)),
            Reached::Refused(Refusal::ProofAtResource(ProofFlaw::Stale)),
            Reached::Refused(Refusal::ProofAtResource(ProofFlaw::NonceMissing)),
            Reached::Refused(Refusal::ProofAtResource(ProofFlaw::NonceWrong)),
            Reached::Refused(Refusal::ProofAtResource(ProofFlaw::Token)),
            Reached::Refused(Refusal::TokenNotBound),
            Reached::Refused(Refusal::TokenMissing),
            Reached::Refused(Refusal::TokenUnknown),
        ],
        honest: HONEST_PATH,
        ..BASE
    },
];

/// The attacker's browser has no part in the honest path.
const _: () = assert!(ATTACKER != OWNER);
