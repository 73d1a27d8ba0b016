//! Scenarios about requests and responses that an attacker puts where they do not belong.

use super::base::{BASE, HONEST_PATH};
use super::{
    Attacker, Bounds, ClientSetup, Expects, Leaks, People, PhaseName, Reached, Scenario, ServerSetup, Size,
};
use crate::world::action::{Forgery, Lure};
use crate::world::{Action, OWNER, Powers};
use oauth_core::client::refusal::ClientRefusal;
use oauth_core::refusal::Refusal;
use oauth_laws::law::Law;
use oauth_laws::laws;

/// The laws about what an attacker may not have and where an owner may not end.
const LAWS: &[&Law] = laws![
    "code-after-consent",
    "code-redeemed-once",
    "code-redeemed-by-its-client",
    "code-redeemed-with-its-redirect-uri",
    "code-redeemed-with-its-verifier",
    "no-verifier-without-challenge",
    "confidential-client-authenticated",
    "served-token-was-issued",
    "thief-gains-nothing",
    "session-integrity",
    "authentication",
    "resource-of-the-person",
];

/// The same without the one that a leaked response takes from a public client, PKCE or not.
const WITHOUT_THIEF: &[&Law] = laws![
    "code-after-consent",
    "code-redeemed-once",
    "code-redeemed-with-its-verifier",
    "session-integrity",
    "authentication",
];

pub(super) const CHOSEN_CHALLENGE: Scenario = Scenario {
    name: "chosen-challenge",
    why: "an attacker who sends the owner to the server with a challenge of its own, and cannot read the response",
    client: ClientSetup { public: true, ..ClientSetup::DEFAULT },
    attacker: Attacker {
        powers: Powers { lures: true, redeems: true, ..Powers::NONE },
        attempts: 2,
        ..Attacker::DEFAULT
    },
    bounds: Bounds { grants: 2, calls: 2, ..Bounds::DEFAULT },
    expects: Expects {
        size: Size { distinct: 274, generated: 367 },
        laws: LAWS,
        sometimes: &[
            Reached::ClientRefused(ClientRefusal::NoFlow),
            Reached::Refused(Refusal::ChallengeNeeded),
            Reached::Served,
        ],
        honest: HONEST_PATH,
    },
    ..BASE
};

pub(super) const CHOSEN_CHALLENGE_LEAKED: Scenario = Scenario {
    name: "chosen-challenge-leaked",
    why: "the same where responses leak: the attacker redeems with the verifier of its own challenge",
    attacker: Attacker { leaks: Leaks { responses: true, ..Leaks::NONE }, ..CHOSEN_CHALLENGE.attacker },
    expects: Expects {
        size: Size { distinct: 4_855, generated: 7_563 },
        laws: WITHOUT_THIEF,
        sometimes: &[Reached::Refused(Refusal::VerifierWrong), Reached::Served],
        ..CHOSEN_CHALLENGE.expects
    },
    ..CHOSEN_CHALLENGE
};

pub(super) const INJECTION: Scenario = Scenario {
    name: "injection",
    why: "an attacker who brings a code that leaked into a login of its own at a client with a secret",
    people: People { starts: [1, 1], ..People::DEFAULT },
    attacker: Attacker {
        leaks: Leaks { responses: true, ..Leaks::NONE },
        powers: Powers { injects: true, redeems: true, ..Powers::NONE },
        attempts: 2,
        ..Attacker::DEFAULT
    },
    bounds: Bounds { grants: 2, calls: 2, ..Bounds::DEFAULT },
    expects: Expects {
        size: Size { distinct: 25_136, generated: 53_197 },
        laws: LAWS,
        sometimes: &[
            Reached::Refused(Refusal::VerifierWrong),
            Reached::Refused(Refusal::CredentialsMissing),
            Reached::Served,
        ],
        honest: HONEST_PATH,
    },
    ..BASE
};

pub(super) const BROWSER_SWAP: Scenario = Scenario {
    name: "browser-swap",
    why: "an attacker who has the owner answer the attacker's own authorization request, and cannot read the response",
    people: People { starts: [1, 1], ..People::DEFAULT },
    attacker: Attacker {
        powers: Powers { lures: true, injects: true, ..Powers::NONE },
        attempts: 2,
        ..Attacker::DEFAULT
    },
    bounds: Bounds { grants: 2, calls: 2, ..Bounds::DEFAULT },
    expects: Expects {
        size: Size { distinct: 19_956, generated: 49_037 },
        laws: LAWS,
        sometimes: &[Reached::ClientRefused(ClientRefusal::NoFlow), Reached::LoggedIn, Reached::Served],
        honest: HONEST_PATH,
    },
    ..BASE
};

pub(super) const BROWSER_SWAP_LEAKED: Scenario = Scenario {
    name: "browser-swap-leaked",
    why: "the same where responses leak: the owner's code fits the attacker's login in every respect",
    attacker: Attacker { leaks: Leaks { responses: true, ..Leaks::NONE }, ..BROWSER_SWAP.attacker },
    expects: Expects {
        size: Size { distinct: 79_824, generated: 194_070 },
        laws: laws![
            "code-after-consent",
            "code-redeemed-once",
            "code-redeemed-with-its-verifier",
            "session-integrity",
        ],
        sometimes: &[Reached::LoggedIn, Reached::Served],
        ..BROWSER_SWAP.expects
    },
    ..BROWSER_SWAP
};

pub(super) const RIDING: Scenario = Scenario {
    name: "session-riding",
    why: "an attacker who brings a code of its own account into the owner's login at a client with a secret",
    people: People { starts: [1, 0], ..People::DEFAULT },
    attacker: Attacker {
        powers: Powers { asks: true, plants: true, ..Powers::NONE },
        attempts: 3,
        ..Attacker::DEFAULT
    },
    bounds: Bounds { grants: 2, calls: 2, ..Bounds::DEFAULT },
    expects: Expects {
        size: Size { distinct: 1_470, generated: 2_968 },
        laws: LAWS,
        sometimes: &[Reached::ClientRefused(ClientRefusal::StateMissing), Reached::Served],
        honest: HONEST_PATH,
    },
    ..BASE
};

pub(super) const RIDING_LEAKED: Scenario = Scenario {
    name: "session-riding-leaked",
    why: "the same where requests leak: the attacker's code is bound to the owner's challenge and comes with the owner's state",
    attacker: Attacker { leaks: Leaks { requests: true, ..Leaks::NONE }, ..RIDING.attacker },
    expects: Expects {
        size: Size { distinct: 11_447, generated: 29_608 },
        laws: laws![
            "code-after-consent",
            "code-redeemed-once",
            "code-redeemed-with-its-verifier",
            "authentication"
        ],
        sometimes: &[Reached::LoggedIn, Reached::Served],
        ..RIDING.expects
    },
    ..RIDING
};

pub(super) const STATE_LEAK: Scenario = Scenario {
    name: "state-leak",
    why: "a page of the client's whose address, if it is the response's, leaks by the Referer header",
    attacker: Attacker { leaks: Leaks { referrer: true, ..Leaks::NONE }, ..RIDING.attacker },
    expects: Expects { size: Size { distinct: 1_470, generated: 2_968 }, ..RIDING.expects },
    ..RIDING
};

pub(super) const PLAIN: Scenario = Scenario {
    name: "plain-challenge",
    why: "a public client whose request and response leak to an attacker who sends token requests",
    client: ClientSetup { public: true, ..ClientSetup::DEFAULT },
    attacker: Attacker {
        leaks: Leaks { responses: true, requests: true, ..Leaks::NONE },
        powers: Powers { redeems: true, ..Powers::NONE },
        attempts: 2,
        ..Attacker::DEFAULT
    },
    bounds: Bounds { calls: 2, ..Bounds::DEFAULT },
    expects: Expects {
        size: Size { distinct: 221, generated: 238 },
        laws: LAWS,
        sometimes: &[
            Reached::Refused(Refusal::VerifierMissing),
            Reached::Refused(Refusal::VerifierWrong),
            Reached::Served,
        ],
        honest: HONEST_PATH,
    },
    ..BASE
};

pub(super) const EVIL_REDIRECT: Scenario = Scenario {
    name: "evil-redirect",
    why: "an attacker who sends the owner to the server with a redirect URI of its own, at a public client",
    client: ClientSetup { public: true, ..ClientSetup::DEFAULT },
    attacker: Attacker {
        powers: Powers { lures: true, redeems: true, evil_redirects: true, ..Powers::NONE },
        attempts: 2,
        ..Attacker::DEFAULT
    },
    bounds: Bounds { grants: 2, calls: 2, ..Bounds::DEFAULT },
    expects: Expects {
        size: Size { distinct: 427, generated: 647 },
        laws: LAWS,
        sometimes: &[Reached::Refused(Refusal::RedirectUriUnregistered), Reached::Served],
        honest: HONEST_PATH,
    },
    ..BASE
};

pub(super) const EVIL_REDIRECT_CONFIDENTIAL: Scenario = Scenario {
    name: "evil-redirect-injected",
    why: "the same at a client with a secret: the attacker brings the code into a login of its own",
    client: ClientSetup { public: false, ..EVIL_REDIRECT.client },
    people: People { starts: [1, 1], ..EVIL_REDIRECT.people },
    attacker: Attacker {
        powers: Powers { lures: true, injects: true, evil_redirects: true, ..Powers::NONE },
        ..EVIL_REDIRECT.attacker
    },
    expects: Expects { size: Size { distinct: 34_498, generated: 99_859 }, ..EVIL_REDIRECT.expects },
    ..EVIL_REDIRECT
};

pub(super) const EVIL_REDIRECT_PUSHED: Scenario = Scenario {
    name: "evil-redirect-pushed",
    why: "the same at a public client, whose name is enough to push the request first",
    attacker: Attacker {
        powers: Powers { lures: true, redeems: true, pushes: true, evil_redirects: true, ..Powers::NONE },
        attempts: 3,
        ..EVIL_REDIRECT.attacker
    },
    expects: Expects { size: Size { distinct: 3_476, generated: 5_550 }, ..EVIL_REDIRECT.expects },
    ..EVIL_REDIRECT
};

pub(super) const BAD_CLIENT: Scenario = Scenario {
    name: "bad-client",
    why: "a registered client of the attacker's to which the owner says yes; its code goes into a login at another client",
    people: People { starts: [1, 1], ..People::DEFAULT },
    attacker: Attacker {
        powers: Powers { lures: true, injects: true, client: true, ..Powers::NONE },
        attempts: 2,
        ..Attacker::DEFAULT
    },
    bounds: Bounds { grants: 2, calls: 2, ..Bounds::DEFAULT },
    expects: Expects {
        size: Size { distinct: 73_612, generated: 170_417 },
        laws: LAWS,
        sometimes: &[
            Reached::Refused(Refusal::CodeOfAnotherClient),
            Reached::Phase(PhaseName::Coded),
            Reached::Served,
        ],
        honest: HONEST_PATH,
    },
    ..BASE
};

pub(super) const STRANGER: Scenario = Scenario {
    name: "stranger",
    why: "a client that the attacker registered, whose bad request asks the server to send the owner to the attacker",
    client: ClientSetup { public: true, ..ClientSetup::DEFAULT },
    attacker: Attacker {
        powers: Powers { lures: true, ..Powers::NONE },
        lures: &[Lure::OfStranger],
        attempts: 1,
        ..Attacker::DEFAULT
    },
    bounds: Bounds { grants: 2, ..Bounds::DEFAULT },
    expects: Expects {
        size: Size { distinct: 98, generated: 128 },
        laws: laws!["no-way-to-strangers", "code-to-registered-uri", "session-integrity"],
        sometimes: &[Reached::Refused(Refusal::ChallengeNeeded), Reached::LoggedIn, Reached::Served],
        honest: HONEST_PATH,
    },
    ..BASE
};

pub(super) const FORGED_LOG_IN: Scenario = Scenario {
    name: "forged-login",
    why: "a page that logs the owner's browser in at the server, with the attacker's own name and password",
    attacker: Attacker { forgeries: &[Forgery::LogIn], attempts: 1, ..Attacker::DEFAULT },
    expects: Expects {
        size: Size { distinct: 20, generated: 29 },
        laws: laws!["code-after-login", "code-after-consent", "session-integrity", "resource-of-the-person"],
        sometimes: &[Reached::Refused(Refusal::LogInForged), Reached::LoggedIn, Reached::Served],
        honest: HONEST_PATH,
    },
    ..BASE
};

pub(super) const BEARER: Scenario = Scenario {
    name: "stolen-bearer",
    why: "a bearer token that leaked: whoever holds it is served, which is no law here",
    attacker: Attacker { leaks: Leaks { tokens: true, ..Leaks::NONE }, attempts: 1, ..Attacker::DEFAULT },
    expects: Expects {
        size: Size { distinct: 15, generated: 16 },
        laws: laws!["served-token-was-issued", "session-integrity"],
        sometimes: &[Reached::Served],
        honest: HONEST_PATH,
    },
    ..BASE
};

pub(super) const BOUND: Scenario = Scenario {
    name: "stolen-bound",
    why: "a token that leaked and is bound to a key which did not",
    client: ClientSetup { dpop: true, ..BEARER.client },
    expects: Expects {
        size: Size { distinct: 18, generated: 23 },
        laws: laws![
            "served-token-was-issued",
            "bound-token-with-its-key",
            "thief-gains-nothing",
            "session-integrity",
        ],
        sometimes: &[Reached::Refused(Refusal::BoundTokenAsBearer), Reached::Served],
        ..BEARER.expects
    },
    ..BEARER
};

// What follows is modelled only: clients and servers that are built in another way than ours.

pub(super) const BY_COOKIE: Scenario = Scenario {
    name: "sessions-by-cookie",
    why: "the client finds a login by the cookie of the browser that brings the response",
    people: People { starts: [1, 1], ..People::DEFAULT },
    attacker: Attacker { powers: Powers { lures: true, ..Powers::NONE }, attempts: 1, ..Attacker::DEFAULT },
    bounds: Bounds { grants: 2, calls: 2, ..Bounds::DEFAULT },
    expects: Expects {
        size: Size { distinct: 5_882, generated: 11_439 },
        laws: LAWS,
        sometimes: &[Reached::ClientRefused(ClientRefusal::NoFlow), Reached::Served],
        honest: HONEST_PATH,
    },
    ..BASE
};

pub(super) const BY_STATE: Scenario = Scenario {
    name: "sessions-by-state",
    why: "another client, which finds a login by the state of the response, in whatever browser",
    client: ClientSetup { sessions_by_state: true, ..BY_COOKIE.client },
    expects: Expects {
        size: Size { distinct: 6_803, generated: 13_023 },
        laws: laws!["code-after-consent", "code-redeemed-once", "code-redeemed-with-its-verifier"],
        sometimes: &[Reached::LoggedIn, Reached::Served],
        ..BY_COOKIE.expects
    },
    ..BY_COOKIE
};

pub(super) const FORWARDING: Scenario = Scenario {
    name: "forwarding-page",
    why: "the page at the client's redirect URI would send browsers on to where the address says, if it were an open redirector",
    client: ClientSetup { public: true, forwards_responses: true, ..ClientSetup::DEFAULT },
    attacker: Attacker {
        powers: Powers { lures: true, redeems: true, ..Powers::NONE },
        attempts: 2,
        ..Attacker::DEFAULT
    },
    bounds: Bounds { grants: 2, calls: 2, ..Bounds::DEFAULT },
    expects: Expects {
        size: Size { distinct: 274, generated: 367 },
        laws: LAWS,
        sometimes: &[Reached::Served],
        honest: HONEST_PATH,
    },
    ..BASE
};

pub(super) const ONE_FORM: Scenario = Scenario {
    name: "one-form",
    why: "another server, whose login form is the consent as well, and a registered client of the attacker's",
    server: ServerSetup { login_answers: true, ..ServerSetup::DEFAULT },
    attacker: Attacker {
        powers: Powers { lures: true, client: true, ..Powers::NONE },
        attempts: 1,
        ..Attacker::DEFAULT
    },
    bounds: Bounds { grants: 2, ..Bounds::DEFAULT },
    expects: Expects {
        size: Size { distinct: 206, generated: 278 },
        laws: laws!["password-stays", "code-after-login", "code-after-consent", "session-integrity"],
        sometimes: &[Reached::LoggedIn, Reached::Served],
        honest: &[
            Action::Start(OWNER),
            Action::Ask(OWNER),
            Action::LogIn(OWNER, true),
            Action::Callback(OWNER),
            Action::Load(0),
            Action::Commit(0),
            Action::Profile(OWNER),
        ],
    },
    ..BASE
};
