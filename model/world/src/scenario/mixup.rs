//! Scenarios about a client that works with two servers, one of them the attacker's.

use super::base::{BASE, HONEST_PATH};
use super::{Attacker, Bounds, ClientSetup, Expects, Leaks, People, Reached, Scenario, Size};
use crate::world::{Endpoints, Malicious, Powers, Server};
use oauth_core::client::refusal::ClientRefusal;
use oauth_core::client::settings::Address;
use oauth_core::refusal::Refusal;
use oauth_laws::law::Law;
use oauth_laws::laws;

/// The attacker's server as it stands: its own endpoints, and one redirect URI for both servers.
pub(super) const ITS_OWN: Malicious = Malicious {
    endpoints: Endpoints::all(Server::Malicious),
    address: Address::Shared,
    chosen: [true, false],
    rewrites: false,
    same_credentials: true,
    polluted: false,
    unpushed_at_honest: false,
    injects: false,
};

const LAWS: &[&Law] = laws![
    "code-after-consent",
    "code-redeemed-once",
    "code-redeemed-with-its-verifier",
    "confidential-client-authenticated",
    "thief-gains-nothing",
    "code-to-its-server",
    "token-to-its-resource",
    "session-integrity",
    "authentication",
    "resource-of-the-person",
];

pub(super) const MIX_UP: Scenario = Scenario {
    name: "mix-up",
    why: "a public client that also offers a server of the attacker's, which sends the owner on to the honest one",
    client: ClientSetup { public: true, ..ClientSetup::DEFAULT },
    attacker: Attacker {
        malicious: Some(ITS_OWN),
        powers: Powers { redeems: true, ..Powers::NONE },
        attempts: 2,
        ..Attacker::DEFAULT
    },
    bounds: Bounds { grants: 2, calls: 2, ..Bounds::DEFAULT },
    expects: Expects {
        size: Size { distinct: 45, generated: 45 },
        laws: LAWS,
        sometimes: &[
            Reached::ClientRefused(ClientRefusal::IssWrong),
            Reached::Refused(Refusal::ChallengeNeeded),
            Reached::Served,
        ],
        honest: HONEST_PATH,
    },
    ..BASE
};

pub(super) const CONFIDENTIAL: Scenario = Scenario {
    name: "mix-up-confidential",
    why: "the same at a client with a secret: the attacker brings what its server learns into a login of its own",
    client: ClientSetup { public: false, ..MIX_UP.client },
    people: People { starts: [1, 1], ..MIX_UP.people },
    attacker: Attacker { powers: Powers { injects: true, ..Powers::NONE }, ..MIX_UP.attacker },
    expects: Expects {
        size: Size { distinct: 9_744, generated: 24_684 },
        sometimes: &[Reached::ClientRefused(ClientRefusal::IssWrong), Reached::Served],
        ..MIX_UP.expects
    },
    ..MIX_UP
};

pub(super) const DISTINCT: Scenario = Scenario {
    name: "mix-up-distinct",
    why: "the same where each server has a redirect URI of its own",
    attacker: Attacker {
        malicious: Some(Malicious { address: Address::Own, ..ITS_OWN }),
        ..CONFIDENTIAL.attacker
    },
    expects: Expects {
        size: Size { distinct: 14_840, generated: 48_810 },
        sometimes: &[Reached::ClientRefused(ClientRefusal::WrongAddress), Reached::Served],
        ..CONFIDENTIAL.expects
    },
    ..CONFIDENTIAL
};

pub(super) const METADATA: Scenario = Scenario {
    name: "mix-up-metadata",
    why: "a server of the attacker's whose metadata names the honest server's authorization endpoint",
    attacker: Attacker {
        malicious: Some(Malicious {
            endpoints: Endpoints { authorization: Server::Honest, ..Endpoints::all(Server::Malicious) },
            ..ITS_OWN
        }),
        ..MIX_UP.attacker
    },
    expects: Expects {
        size: Size { distinct: 16, generated: 16 },
        sometimes: &[Reached::ClientRefused(ClientRefusal::IssWrong), Reached::Served],
        ..MIX_UP.expects
    },
    ..MIX_UP
};

pub(super) const METADATA_CONFIDENTIAL: Scenario = Scenario {
    name: "mix-up-metadata-confidential",
    why: "the same at a client with a secret: the attacker never sees the owner's request, and brings the code into a login of its own",
    client: ClientSetup { public: false, ..METADATA.client },
    people: People { starts: [1, 1], ..METADATA.people },
    attacker: Attacker { powers: Powers { injects: true, ..Powers::NONE }, ..METADATA.attacker },
    expects: Expects { size: Size { distinct: 5_480, generated: 15_330 }, ..METADATA.expects },
    ..METADATA
};

pub(super) const RESOURCE: Scenario = Scenario {
    name: "mix-up-resource",
    why: "a server of the attacker's whose metadata names the honest endpoints, and a resource of the attacker's",
    attacker: Attacker {
        malicious: Some(Malicious {
            endpoints: Endpoints { resource: Server::Malicious, ..Endpoints::all(Server::Honest) },
            ..ITS_OWN
        }),
        ..MIX_UP.attacker
    },
    expects: Expects {
        size: Size { distinct: 16, generated: 16 },
        sometimes: &[Reached::ClientRefused(ClientRefusal::IssWrong), Reached::Served],
        ..MIX_UP.expects
    },
    ..MIX_UP
};

pub(super) const RESOURCE_BOUND: Scenario = Scenario {
    name: "mix-up-resource-bound",
    why: "the same where tokens are bound to a key that the client makes for each login",
    client: ClientSetup { dpop: true, ..RESOURCE.client },
    expects: Expects { size: Size { distinct: 16, generated: 16 }, ..RESOURCE.expects },
    ..RESOURCE
};

pub(super) const REWRITTEN: Scenario = Scenario {
    name: "mix-up-rewritten",
    why: "an owner who chooses the honest server, and a network that turns this into a login at the attacker's",
    attacker: Attacker {
        malicious: Some(Malicious { chosen: [false, false], rewrites: true, ..ITS_OWN }),
        ..MIX_UP.attacker
    },
    expects: Expects {
        size: Size { distinct: 45, generated: 45 },
        sometimes: &[Reached::ClientRefused(ClientRefusal::IssWrong), Reached::Served],
        ..MIX_UP.expects
    },
    ..MIX_UP
};

pub(super) const RIDING: Scenario = Scenario {
    name: "mix-up-riding",
    why: "an attacker whose server answers the owner with a code of the attacker's own account at the honest one",
    client: ClientSetup { public: false, ..MIX_UP.client },
    people: People { starts: [1, 0], ..MIX_UP.people },
    attacker: Attacker { powers: Powers { asks: true, ..Powers::NONE }, attempts: 2, ..MIX_UP.attacker },
    expects: Expects {
        size: Size { distinct: 2_931, generated: 4_965 },
        sometimes: &[Reached::LoggedIn, Reached::Served],
        ..MIX_UP.expects
    },
    ..MIX_UP
};

pub(super) const RIDING_DISTINCT: Scenario = Scenario {
    name: "mix-up-riding-distinct",
    why: "the same where each server has a redirect URI of its own",
    attacker: Attacker { malicious: Some(Malicious { address: Address::Own, ..ITS_OWN }), ..RIDING.attacker },
    expects: Expects {
        size: Size { distinct: 2_955, generated: 5_025 },
        sometimes: &[Reached::ClientRefused(ClientRefusal::WrongAddress), Reached::Served],
        ..RIDING.expects
    },
    ..RIDING
};

pub(super) const CUCKOO: Scenario = Scenario {
    name: "cuckoo",
    why: "a token that leaked, which the attacker's server gives to the client in a login of the attacker's",
    people: People { starts: [1, 1], ..People::DEFAULT },
    attacker: Attacker {
        leaks: Leaks { tokens: true, ..Leaks::NONE },
        malicious: Some(Malicious {
            endpoints: Endpoints { resource: Server::Honest, ..Endpoints::all(Server::Malicious) },
            chosen: [false, true],
            injects: true,
            ..ITS_OWN
        }),
        powers: Powers { injects: true, ..Powers::NONE },
        attempts: 1,
        ..Attacker::DEFAULT
    },
    bounds: Bounds { grants: 1, calls: 2, ..Bounds::DEFAULT },
    expects: Expects {
        size: Size { distinct: 686, generated: 1_345 },
        laws: laws!["code-after-consent", "code-redeemed-once", "session-integrity"],
        sometimes: &[Reached::LoggedIn, Reached::Served],
        honest: HONEST_PATH,
    },
    ..BASE
};

pub(super) const CUCKOO_BOUND: Scenario = Scenario {
    name: "cuckoo-bound",
    why: "the same where tokens are bound to a key that the client makes for each login",
    client: ClientSetup { dpop: true, ..CUCKOO.client },
    expects: Expects {
        size: Size { distinct: 653, generated: 1_244 },
        laws: laws![
            "code-after-consent",
            "code-redeemed-once",
            "session-integrity",
            "resource-of-the-person"
        ],
        ..CUCKOO.expects
    },
    ..CUCKOO
};
