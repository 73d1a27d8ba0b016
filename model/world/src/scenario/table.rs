//! The scenarios.

use super::base::{ALL, BASE, CORE, EXPIRY, HONEST_PATH, LONG, SHORT, composed};
use super::{
    Attacker, Bounds, ClientSetup, Expects, Leaks, Odd, People, PhaseName, Reached, Scenario, ServerSetup,
    Size, Tries, codes, dpop, failures, large, mixup, pushed, refresh, session_riding, tokens, twin,
};
use crate::world::action::{CodeOf, CredentialsOf, Forgery, Lure, Redemption, RedirectOf, VerifierOf};
use crate::world::{ATTACKER, EMAIL, OWNER, PROFILE, PUBLIC, WIDE};
use oauth_core::client::refusal::ClientRefusal;
use oauth_core::policy::{Lifetime, PkceNeed, Policy, WrongVerifier};
use oauth_core::refusal::{DpopFlaw, Refusal, RegistrationFlaw};
use oauth_core::server::decide::Choice;
use oauth_core::text::ScopeSet;
use oauth_laws::fact::Sender;

/// Every scenario, in reading order.
pub static SCENARIOS: &[Scenario] = &[
    Scenario {
        name: "honest",
        why: "one owner and one client that keep every rule, with everything that an owner may choose",
        client: ClientSetup { scope: ScopeSet(PROFILE.0 | EMAIL.0), ..ClientSetup::DEFAULT },
        people: People {
            starts: [2, 0],
            mistakes: 1,
            choices: &[
                Choice::Deny,
                Choice::ApproveOnly(PROFILE),
                Choice::ApproveOnly(EMAIL),
                Choice::ApproveOnly(WIDE),
            ],
            uses: 2,
            ..People::DEFAULT
        },
        bounds: Bounds { calls: 2, grants: 2, ..Bounds::DEFAULT },
        expects: Expects {
            size: Size { distinct: 1_274, generated: 1_512 },
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
        },
        ..BASE
    },
    Scenario {
        name: "replay",
        why: "a client that repeats its token request while the clock runs and others load and commit in between",
        client: ClientSetup { retries: true, ..ClientSetup::DEFAULT },
        server: ServerSetup { policy: SHORT, ..ServerSetup::DEFAULT },
        people: People { uses: 2, ..People::DEFAULT },
        attacker: Attacker { made_up_tokens: true, attempts: 1, ..Attacker::DEFAULT },
        bounds: Bounds { calls: 3, ticks: 2, ..Bounds::DEFAULT },
        expects: Expects {
            size: Size { distinct: 150_335, generated: 244_213 },
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
        },
        ..BASE
    },
    Scenario {
        name: "expiry",
        why: "a leaked bearer token works until it expires, so this scenario asks only that it does not work after",
        server: ServerSetup { policy: SHORT, ..ServerSetup::DEFAULT },
        attacker: Attacker { leaks: Leaks { tokens: true, ..Leaks::NONE }, attempts: 2, ..Attacker::DEFAULT },
        bounds: Bounds { ticks: 2, ..Bounds::DEFAULT },
        expects: Expects {
            size: Size { distinct: 340, generated: 390 },
            laws: EXPIRY,
            sometimes: &[Reached::Refused(Refusal::TokenExpired), Reached::Served],
            honest: HONEST_PATH,
        },
        ..BASE
    },
    Scenario {
        name: "csrf",
        why: "an attacker with an account of its own, whose pages act in the owner's browser",
        client: ClientSetup { public: true, ..ClientSetup::DEFAULT },
        people: People { starts: [1, 1], double_submit: true, ..People::DEFAULT },
        attacker: Attacker {
            lures: &[Lure::OwnResponse],
            forgeries: &[Forgery::MadeUpAsk, Forgery::OwnAsk, Forgery::NoAsk, Forgery::Framed],
            attempts: 2,
            ..Attacker::DEFAULT
        },
        bounds: Bounds { calls: 2, grants: 2, ..Bounds::DEFAULT },
        expects: Expects {
            size: Size { distinct: 2_358, generated: 3_353 },
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
        },
        ..BASE
    },
    Scenario {
        name: "two-clients",
        why: "a code that leaked, in the hands of another registered client and of nobody's",
        attacker: Attacker { leaks: Leaks { responses: true, ..Leaks::NONE }, ..Attacker::DEFAULT },
        tries: Tries {
            redemptions: &[
                composed(Sender::OtherClient, 1, CredentialsOf::Right),
                composed(Sender::Thief, 0, CredentialsOf::Missing),
                composed(Sender::Thief, 0, CredentialsOf::Wrong),
                Redemption { code: CodeOf::MadeUp, ..composed(Sender::Client, 0, CredentialsOf::Right) },
            ],
            ..Tries::DEFAULT
        },
        bounds: Bounds { calls: 3, ..Bounds::DEFAULT },
        expects: Expects {
            size: Size { distinct: 9_779, generated: 11_029 },
            laws: ALL,
            sometimes: &[
                Reached::Refused(Refusal::CodeOfAnotherClient),
                Reached::Refused(Refusal::CredentialsMissing),
                Reached::Refused(Refusal::SecretWrong),
                Reached::Refused(Refusal::CodeUnknown),
                Reached::Served,
            ],
            honest: HONEST_PATH,
        },
        ..BASE
    },
    Scenario {
        name: "two-public-clients",
        why: "a public client's code that leaked, in the hands of another public client",
        client: ClientSetup { public: true, ..ClientSetup::DEFAULT },
        attacker: Attacker { leaks: Leaks { responses: true, ..Leaks::NONE }, ..Attacker::DEFAULT },
        tries: Tries {
            redemptions: &[composed(Sender::OtherClient, PUBLIC, CredentialsOf::Missing)],
            ..Tries::DEFAULT
        },
        bounds: Bounds { calls: 2, ..Bounds::DEFAULT },
        expects: Expects {
            size: Size { distinct: 56, generated: 60 },
            laws: ALL,
            sometimes: &[Reached::Refused(Refusal::CodeOfAnotherClient), Reached::Served],
            honest: HONEST_PATH,
        },
        ..BASE
    },
    Scenario {
        name: "sloppy-client",
        why: "a client with the right secret that sends another redirect URI or another verifier",
        tries: Tries {
            redemptions: &[
                Redemption {
                    redirect: RedirectOf::Other,
                    ..composed(Sender::Client, 0, CredentialsOf::Right)
                },
                Redemption {
                    redirect: RedirectOf::Missing,
                    ..composed(Sender::Client, 0, CredentialsOf::Right)
                },
                Redemption { verifier: VerifierOf::Own, ..composed(Sender::Client, 0, CredentialsOf::Right) },
                Redemption {
                    verifier: VerifierOf::Missing,
                    ..composed(Sender::Client, 0, CredentialsOf::Right)
                },
                composed(Sender::Client, 0, CredentialsOf::Right),
            ],
            ..Tries::DEFAULT
        },
        bounds: Bounds { calls: 3, ..Bounds::DEFAULT },
        expects: Expects {
            size: Size { distinct: 3_579, generated: 4_242 },
            laws: ALL,
            sometimes: &[
                Reached::Refused(Refusal::RedirectUriDiffers),
                Reached::Refused(Refusal::VerifierWrong),
                Reached::Refused(Refusal::VerifierMissing),
                Reached::Refused(Refusal::CodeReplayed),
                Reached::Served,
            ],
            honest: HONEST_PATH,
        },
        ..BASE
    },
    codes::SPOILT_REPLAY,
    codes::SPOILT_REPLAY_BURNING,
    Scenario {
        name: "downgrade",
        why: "a client that sent no challenge, and a verifier that comes all the same",
        client: ClientSetup { pkce: false, ..ClientSetup::DEFAULT },
        tries: Tries {
            redemptions: &[
                Redemption { verifier: VerifierOf::Own, ..composed(Sender::Client, 0, CredentialsOf::Right) },
                Redemption {
                    verifier: VerifierOf::Missing,
                    ..composed(Sender::Client, 0, CredentialsOf::Right)
                },
            ],
            ..Tries::DEFAULT
        },
        bounds: Bounds { calls: 2, ..Bounds::DEFAULT },
        expects: Expects {
            size: Size { distinct: 55, generated: 64 },
            laws: ALL,
            sometimes: &[Reached::Refused(Refusal::VerifierUnexpected), Reached::Served],
            honest: HONEST_PATH,
        },
        ..BASE
    },
    Scenario {
        name: "interception",
        why: "a public client whose authorization response and request leak to a thief",
        client: ClientSetup { public: true, ..ClientSetup::DEFAULT },
        server: ServerSetup {
            policy: Policy { wrong_verifier: WrongVerifier::BurnsCode, ..LONG },
            ..ServerSetup::DEFAULT
        },
        attacker: Attacker {
            leaks: Leaks { responses: true, requests: true, ..Leaks::NONE },
            ..Attacker::DEFAULT
        },
        tries: Tries {
            redemptions: &[
                Redemption {
                    verifier: VerifierOf::Own,
                    ..composed(Sender::Thief, 0, CredentialsOf::Missing)
                },
                Redemption {
                    verifier: VerifierOf::Missing,
                    ..composed(Sender::Thief, 0, CredentialsOf::Missing)
                },
                Redemption {
                    verifier: VerifierOf::CodeChallenge,
                    ..composed(Sender::Thief, 0, CredentialsOf::Missing)
                },
            ],
            ..Tries::DEFAULT
        },
        bounds: Bounds { calls: 3, ..Bounds::DEFAULT },
        expects: Expects {
            size: Size { distinct: 5_995, generated: 8_034 },
            laws: ALL,
            sometimes: &[
                Reached::Refused(Refusal::VerifierMissing),
                Reached::Refused(Refusal::VerifierWrong),
                Reached::Phase(PhaseName::CodeBurnt),
                Reached::Served,
            ],
            honest: HONEST_PATH,
        },
        ..BASE
    },
    Scenario {
        name: "lure",
        why: "an attacker that sends the owner to the server with an authorization request of its own",
        client: ClientSetup { public: true, ..ClientSetup::DEFAULT },
        attacker: Attacker { lures: &[Lure::EvilRedirect], attempts: 1, ..Attacker::DEFAULT },
        tries: Tries {
            redemptions: &[Redemption {
                redirect: RedirectOf::Other,
                verifier: VerifierOf::Own,
                ..composed(Sender::Thief, 0, CredentialsOf::Missing)
            }],
            ..Tries::DEFAULT
        },
        bounds: Bounds { calls: 3, grants: 2, ..Bounds::DEFAULT },
        expects: Expects {
            size: Size { distinct: 33, generated: 41 },
            laws: ALL,
            sometimes: &[Reached::Refused(Refusal::RedirectUriUnregistered), Reached::Served],
            honest: HONEST_PATH,
        },
        ..BASE
    },
    codes::PLAIN_LEFT_OUT,
    codes::SECRET_IN_BODY,
    codes::EXCESS_SCOPE,
    codes::REDEEMED_ELSEWHERE,
    codes::ONE_OF_TWO,
    refresh::PUBLIC,
    refresh::THEFT,
    refresh::GRACE,
    refresh::TWO_CLIENTS,
    refresh::PUBLIC_CLIENT,
    refresh::NARROWED,
    refresh::LONG_SPENT,
    refresh::GRACE_PASSED,
    refresh::OUTLIVED,
    refresh::SPENT_ELSEWHERE,
    refresh::USELESS,
    dpop::THEFT,
    dpop::TAKEOVER,
    dpop::CODE,
    dpop::CODE_AND_CHALLENGE,
    dpop::CONFIDENTIAL,
    dpop::GRACE,
    dpop::TOKEN,
    dpop::STALE,
    pushed::PUSHED,
    pushed::LATE,
    pushed::SLOPPY,
    pushed::BOUND,
    pushed::BY_PROOF,
    tokens::REVOCATION,
    tokens::ASKED_LATE,
    tokens::ASKED_BY_OTHERS,
    tokens::TWO_RESOURCES,
    tokens::CLIENT_CREDENTIALS,
    session_riding::CHOSEN_CHALLENGE,
    session_riding::CHOSEN_CHALLENGE_LEAKED,
    session_riding::INJECTION,
    session_riding::BROWSER_SWAP,
    session_riding::BROWSER_SWAP_LEAKED,
    session_riding::RIDING,
    session_riding::RIDING_LEAKED,
    session_riding::STATE_LEAK,
    session_riding::PLAIN,
    session_riding::EVIL_REDIRECT,
    session_riding::EVIL_REDIRECT_CONFIDENTIAL,
    session_riding::EVIL_REDIRECT_PUSHED,
    session_riding::BAD_CLIENT,
    session_riding::STRANGER,
    session_riding::FORGED_LOG_IN,
    session_riding::BEARER,
    session_riding::BOUND,
    session_riding::BY_COOKIE,
    session_riding::BY_STATE,
    session_riding::FORWARDING,
    session_riding::ONE_FORM,
    mixup::MIX_UP,
    mixup::CONFIDENTIAL,
    mixup::DISTINCT,
    mixup::METADATA,
    mixup::METADATA_CONFIDENTIAL,
    mixup::RESOURCE,
    mixup::RESOURCE_BOUND,
    mixup::REWRITTEN,
    mixup::RIDING,
    mixup::RIDING_DISTINCT,
    mixup::CUCKOO,
    mixup::CUCKOO_BOUND,
    failures::LOSS,
    failures::LOST_REFRESH,
    failures::SLOW,
    failures::STALE,
    failures::FRESH,
    twin::TWIN,
    large::CROWD,
    large::THRONG,
    Scenario {
        name: "odd-requests",
        why: "single messages that no honest actor sends, at every moment of an honest flow",
        server: ServerSetup {
            policy: Policy { pkce: PkceNeed::EveryClient, ask_lifetime: Lifetime(1), ..SHORT },
            ..ServerSetup::DEFAULT
        },
        tries: Tries { odd: Odd::ALL, ..Tries::DEFAULT },
        bounds: Bounds { ticks: 1, ..Bounds::DEFAULT },
        expects: Expects {
            size: Size { distinct: 264, generated: 10_073 },
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
                Reached::Refused(Refusal::ProofAtToken(DpopFlaw::Signature)),
                Reached::Refused(Refusal::ProofAtToken(DpopFlaw::Request)),
                Reached::Refused(Refusal::ProofAtToken(DpopFlaw::Stale)),
                Reached::Refused(Refusal::ProofAtToken(DpopFlaw::NonceMissing)),
                Reached::Refused(Refusal::ProofAtToken(DpopFlaw::NonceWrong)),
                Reached::Refused(Refusal::ProofAtToken(DpopFlaw::Again)),
                Reached::Refused(Refusal::ProofAtResource(DpopFlaw::Signature)),
                Reached::Refused(Refusal::ProofAtResource(DpopFlaw::Request)),
                Reached::Refused(Refusal::ProofAtResource(DpopFlaw::Stale)),
                Reached::Refused(Refusal::ProofAtResource(DpopFlaw::NonceMissing)),
                Reached::Refused(Refusal::ProofAtResource(DpopFlaw::NonceWrong)),
                Reached::Refused(Refusal::ProofAtResource(DpopFlaw::Token)),
                Reached::Refused(Refusal::RegistrationOff),
                Reached::Refused(Refusal::TokenNotBound),
                Reached::Refused(Refusal::TokenMissing),
                Reached::Refused(Refusal::TokenUnknown),
            ],
            honest: HONEST_PATH,
        },
        ..BASE
    },
    Scenario {
        name: "registrations",
        why: "clients that register themselves, at a server that lets them, beside an honest flow",
        server: ServerSetup { policy: Policy { registration: true, ..LONG }, ..ServerSetup::DEFAULT },
        tries: Tries { odd: Odd::REGISTRATIONS, ..Tries::DEFAULT },
        expects: Expects {
            size: Size { distinct: 10, generated: 80 },
            laws: CORE,
            sometimes: &[
                Reached::Refused(Refusal::RegistrationRefused(RegistrationFlaw::RedirectUri)),
                Reached::Refused(Refusal::RegistrationRefused(RegistrationFlaw::Authentication)),
                Reached::Refused(Refusal::RegistrationRefused(RegistrationFlaw::Grants)),
                Reached::Refused(Refusal::RegistrationRefused(RegistrationFlaw::Scope)),
                Reached::Refused(Refusal::RegistrationRefused(RegistrationFlaw::Keys)),
                Reached::Refused(Refusal::RegistrationRefused(RegistrationFlaw::Member)),
                Reached::Served,
            ],
            honest: HONEST_PATH,
        },
        ..BASE
    },
];

/// The attacker's browser has no part in the honest path.
const _: () = assert!(ATTACKER != OWNER);
