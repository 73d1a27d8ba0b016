//! Attacks by a server of the attacker's.

use super::{Attack, Expected, Kind};
use crate::scenario::scenario;
use oauth_faults::faults;
use oauth_laws::law::law;

/// In reading order.
pub(super) const SERVERS: &[Attack] = &[
    Attack {
        id: "mix-up",
        about: "The attacker's server sends the owner on to the honest one, and the client brings it the code.",
        source: "arXiv 1601.01229 3.2, RFC 9700 4.4",
        scenario: scenario("mix-up"),
        faults: faults!["client-iss-unchecked"],
        law: law("thief-gains-nothing"),
        kind: Kind::Mitigated,
        expected: Some(Expected {
            steps: 6,
            because: "the callback and the code's arrival at the attacker's endpoint are one action here",
        }),
    },
    Attack {
        id: "mix-up-injection",
        about: "The attacker's metadata names the honest authorization endpoint; the code, asked for without PKCE, goes into a login of the attacker's.",
        source: "RFC 9700 4.4",
        scenario: scenario("mix-up-metadata-confidential"),
        faults: faults!["client-iss-unchecked", "client-without-pkce"],
        law: law("authentication"),
        kind: Kind::Mitigated,
        expected: Some(Expected {
            steps: 8,
            because: "the callback and the code's arrival at the attacker's endpoint are one action here",
        }),
    },
    Attack {
        id: "mix-up-chosen-challenge",
        about: "At a client with a secret: the attacker's server puts the challenge of the attacker's login into the owner's request.",
        source: "D. Fett, Mix-Up, Revisited",
        scenario: scenario("mix-up-confidential"),
        faults: faults!["client-iss-unchecked"],
        law: law("authentication"),
        kind: Kind::Mitigated,
        expected: Some(Expected {
            steps: 8,
            because: "the callback and the code's arrival at the attacker's endpoint are one action here",
        }),
    },
    Attack {
        id: "mix-up-by-metadata",
        about: "The attacker's metadata names the honest authorization endpoint and its own token endpoint.",
        source: "arXiv 1508.04324",
        scenario: scenario("mix-up-metadata"),
        faults: faults!["client-iss-unchecked"],
        law: law("thief-gains-nothing"),
        kind: Kind::Mitigated,
        expected: Some(Expected {
            steps: 5,
            because: "the callback and the code's arrival at the attacker's endpoint are one action here",
        }),
    },
    Attack {
        id: "token-to-a-bad-resource",
        about: "The attacker's metadata names the honest endpoints and its own resource, where the client shows the token.",
        source: "D. Fett, Mix-Up, Revisited",
        scenario: scenario("mix-up-resource"),
        faults: faults!["client-iss-unchecked"],
        law: law("thief-gains-nothing"),
        kind: Kind::Mitigated,
        expected: Some(Expected {
            steps: 5,
            because: "that the attacker shows the token at the honest resource is a step more",
        }),
    },
    Attack {
        id: "mix-up-rewritten",
        about: "The owner chooses the honest server, and on the way somebody makes a login at the attacker's of it.",
        source: "RFC 9700 4.4",
        scenario: scenario("mix-up-rewritten"),
        faults: faults!["client-iss-unchecked"],
        law: law("thief-gains-nothing"),
        kind: Kind::Mitigated,
        expected: Some(Expected {
            steps: 6,
            because: "the callback and the code's arrival at the attacker's endpoint are one action here",
        }),
    },
    Attack {
        id: "mix-up-across-contexts",
        about: "The same where each server has a redirect URI of its own, which the client does not compare.",
        source: "USENIX Security 2025 (COAT)",
        scenario: scenario("mix-up-distinct"),
        faults: faults!["client-iss-unchecked", "client-address-unchecked"],
        law: law("authentication"),
        kind: Kind::Mitigated,
        expected: Some(Expected {
            steps: 8,
            because: "the callback and the code's arrival at the attacker's endpoint are one action here",
        }),
    },
    Attack {
        id: "server-from-the-callback",
        about: "The attacker's server answers with a code of the attacker's account, and the client takes it to the honest one.",
        source: "arXiv 1601.01229 3.4",
        scenario: scenario("mix-up-riding-distinct"),
        faults: faults!["client-server-forgotten"],
        law: law("session-integrity"),
        kind: Kind::Mitigated,
        expected: Some(Expected {
            steps: 6,
            because: "the attacker's server sees the owner's challenge where it is sent, and needs no leak",
        }),
    },
    Attack {
        id: "iss-of-the-wrong-server",
        about: "The client compares iss with the server that it asked, and takes the code to another.",
        source: "arXiv 1601.01229 3.4, RFC 9207 2.4",
        scenario: scenario("mix-up-riding"),
        faults: faults!["client-server-forgotten"],
        law: law("session-integrity"),
        kind: Kind::Mitigated,
        expected: Some(Expected {
            steps: 6,
            because: "the attacker's server sees the owner's challenge where it is sent, and needs no leak",
        }),
    },
    Attack {
        id: "cuckoo-token",
        about: "A token that leaked comes from the attacker's token endpoint, and the client shows the owner's resource to the attacker.",
        source: "FAPI 1.0 analysis (arXiv 1901.11520) A, FAPI 2.0 Security Profile 6.3",
        scenario: scenario("cuckoo"),
        faults: &[],
        law: law("resource-of-the-person"),
        kind: Kind::Chosen { absent: scenario("cuckoo-bound") },
        expected: Some(Expected { steps: 9, because: "" }),
    },
];
