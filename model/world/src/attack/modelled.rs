//! Attacks on clients and servers that are built in another way than ours: modelled, and served by nobody here.

use super::{Attack, Expected, Kind};
use crate::scenario::scenario;
use oauth_faults::faults;
use oauth_laws::law::law;

/// In reading order.
pub(super) const MODELLED_ONLY: &[Attack] = &[
    Attack {
        id: "session-by-state",
        about: "The owner answers the attacker's request, and the client continues the attacker's login with the owner's code.",
        source: "draft-ietf-oauth-security-topics-update 2.3",
        scenario: scenario("sessions-by-state"),
        faults: &[],
        law: law("authentication"),
        kind: Kind::Chosen { absent: scenario("sessions-by-cookie") },
        expected: Some(Expected { steps: 5, because: "" }),
    },
    Attack {
        id: "open-redirect-by-client",
        about: "The page at the redirect URI sends the owner on to the attacker, code and all.",
        source: "RFC 9700 4.11.1",
        scenario: scenario("forwarding-page"),
        faults: faults!["client-open-redirector"],
        law: law("thief-gains-nothing"),
        kind: Kind::Mitigated,
        expected: Some(Expected { steps: 4, because: "" }),
    },
    Attack {
        id: "password-travels-on",
        about: "The answer to the login form is a 307, and the browser posts the form to a client of the attacker's.",
        source: "arXiv 1601.01229 3.1, RFC 9700 4.12",
        scenario: scenario("one-form"),
        faults: faults!["redirect-307"],
        law: law("password-stays"),
        kind: Kind::Mitigated,
        expected: Some(Expected {
            steps: 3,
            because: "the login, its answer and the form that travels on are one action here",
        }),
    },
];
