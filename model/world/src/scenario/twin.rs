//! The scenario that `specs/tla/CodeFlow.tla` writes down once more, in another language and from the protocol.
//!
//! Its bounds stand there as constants; whoever changes one changes both.

use super::base::{BASE, HONEST_PATH, SHORT};
use super::{Bounds, ClientSetup, Expects, People, PhaseName, Reached, Scenario, ServerSetup, Size};
use oauth_core::client::refusal::ClientRefusal;
use oauth_core::policy::{Lifetime, Policy};
use oauth_core::refusal::Refusal;
use oauth_core::server::decide::Choice;
use oauth_laws::laws;

pub(super) const TWIN: Scenario = Scenario {
    name: "twin",
    why: "an owner who may say no, a client that repeats its token request, a clock; written in TLA+ as well",
    client: ClientSetup { retries: true, ..ClientSetup::DEFAULT },
    server: ServerSetup { policy: Policy { ask_lifetime: Lifetime(1), ..SHORT }, ..ServerSetup::DEFAULT },
    people: People { choices: &[Choice::Deny], ..People::DEFAULT },
    bounds: Bounds { calls: 3, ticks: 1, ..Bounds::DEFAULT },
    expects: Expects {
        size: Size { distinct: 2_105, generated: 3_259 },
        laws: laws![
            "code-redeemed-once",
            "replay-ends-grant",
            "code-redeemed-in-time",
            "code-was-issued",
            "served-token-was-issued",
            "served-token-in-time",
        ],
        sometimes: &[
            Reached::Phase(PhaseName::Asked),
            Reached::Phase(PhaseName::Coded),
            Reached::Phase(PhaseName::Live),
            Reached::Phase(PhaseName::Denied),
            Reached::Phase(PhaseName::CodeReplayed),
            Reached::Refused(Refusal::OwnerDenied),
            Reached::Refused(Refusal::AskExpired),
            Reached::Refused(Refusal::CodeExpired),
            Reached::Refused(Refusal::CodeReplayed),
            Reached::Refused(Refusal::CodeUnknown),
            Reached::Refused(Refusal::TokenExpired),
            Reached::Refused(Refusal::TokenRevoked),
            Reached::ClientRefused(ClientRefusal::ServerRefused),
            Reached::ClientRefused(ClientRefusal::TokenRefused),
            Reached::ClientRefused(ClientRefusal::ResourceRefused),
            Reached::LoggedIn,
            Reached::Served,
        ],
        honest: HONEST_PATH,
    },
    ..BASE
};
