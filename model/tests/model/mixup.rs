//! The table of D. Fett's "Mix-Up, Revisited" (2020): sixteen ways to mix a server's endpoints with an attacker's, for
//! public clients and for clients with a secret.
//!
//! There a client does not look at `iss` (here: `client-iss-unchecked`), uses PKCE and pushes its requests. A client with
//! a secret proves itself in such a way that who sees it cannot do so elsewhere, and the attacker's server may ask for the
//! same proof as the honest one; where it cannot, most of the attacks are gone (the table's asterisk).

use std::collections::BTreeSet;
use std::fmt::Write as _;

use oauth_core::policy::Policy;
use oauth_faults::{Fault, Faults, fault};
use oauth_laws::law::law;
use oauth_model::run::shortest;
use oauth_world::scenario::{Attacker, Bounds, ClientSetup, People, Scenario, ServerSetup};
use oauth_world::world::{Endpoints, Malicious, Powers, Server};

use crate::scenario;

/// What can happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Can {
    /// The client shows the token to the attacker's resource.
    TokenToUserInfo,
    /// The code reaches the attacker's token endpoint, and the attacker redeems it.
    CodeRedeemed,
    /// The code reaches it, and that is all: it fits no login of the attacker's.
    CodeOnly,
    /// The code reaches it, and goes into a login of the attacker's where the server takes requests that were not pushed.
    CodeInjectedUnpushed,
    /// The code reaches it, and goes into a login of the attacker's in any case.
    CodeInjected,
    /// The attacker's token endpoint answers with a token that the client uses at the honest resource.
    TokenInjected,
}

use Can::{CodeInjected, CodeInjectedUnpushed, CodeOnly, CodeRedeemed, TokenInjected, TokenToUserInfo};

/// What the endpoints are that the attacker's metadata names (PAR, authorization, token, resource; `A` is the attacker's),
/// what the article says can happen at public clients, and at clients with a secret.
#[rustfmt::skip]
const ARTICLE: &[(&str, &[Can], &[Can])] = &[
    ("HHHH", &[], &[]),
    ("HHHA", &[TokenToUserInfo], &[TokenToUserInfo]),
    ("HHAH", &[CodeRedeemed, TokenInjected], &[CodeOnly, TokenInjected]),
    ("HHAA", &[CodeRedeemed], &[CodeOnly]),
    ("HAHH", &[], &[]),
    ("HAHA", &[TokenToUserInfo], &[TokenToUserInfo]),
    ("HAAH", &[CodeRedeemed, TokenInjected], &[CodeInjectedUnpushed, TokenInjected]),
    ("HAAA", &[CodeRedeemed], &[CodeInjectedUnpushed]),
    ("AHHH", &[], &[]),
    ("AHHA", &[TokenToUserInfo], &[TokenToUserInfo]),
    ("AHAH", &[CodeRedeemed, TokenInjected], &[CodeInjected, TokenInjected]),
    ("AHAA", &[CodeRedeemed], &[CodeInjected]),
    ("AAHH", &[], &[]),
    ("AAHA", &[TokenToUserInfo], &[TokenToUserInfo]),
    ("AAAH", &[CodeRedeemed], &[CodeInjected]),
    ("AAAA", &[CodeRedeemed], &[CodeInjected]),
];

/// Where the model finds something else, and why.
#[rustfmt::skip]
const OTHERWISE: &[(&str, Kind, &[Can], &str)] = &[
    ("HAAH", Kind::Secret, &[CodeOnly, TokenInjected],
     "the owner's state is in the pushed request, which the attacker does not see; the client takes no other"),
    ("HAAA", Kind::Secret, &[CodeOnly],
     "the same"),
    ("AHHA", Kind::Secret, &[],
     "the attacker cannot push in the client's name, and a client that writes addresses properly adds nothing to them"),
    ("AHAH", Kind::Secret, &[TokenInjected],
     "the same"),
    ("AHAA", Kind::Secret, &[],
     "the same"),
    ("AAAH", Kind::Public, &[CodeRedeemed, TokenInjected],
     "the token endpoint is the attacker's and the resource is not, as in the rows that name this attack"),
    ("AAAH", Kind::Secret, &[CodeOnly, TokenInjected],
     "the same; and the attacker's own login is pushed to the honest server, so that its challenge is not seen"),
    ("AAAA", Kind::Secret, &[CodeOnly],
     "the attacker's own login is pushed to the honest server, so that its challenge is not seen"),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Public,
    Secret,
}

/// What differs between the questions that are asked of one row.
#[derive(Clone, Copy)]
struct Asked {
    kind: Kind,
    pushed_only: bool,
    same_credentials: bool,
    polluted: bool,
    unpushed_at_honest: bool,
    faults: &'static [Fault],
}

const PLAINLY: Asked = Asked {
    kind: Kind::Public,
    pushed_only: false,
    same_credentials: true,
    polluted: false,
    unpushed_at_honest: false,
    faults: &[fault!("client-iss-unchecked")],
};

fn endpoints(row: &str) -> Endpoints {
    let of = |at: usize| if row.as_bytes()[at] == b'A' { Server::Malicious } else { Server::Honest };
    Endpoints { push: of(0), authorization: of(1), token: of(2), resource: of(3) }
}

/// Whether a law falls in a scenario with a row's endpoints.
fn falls(
    of: &'static str,
    row: &str,
    asked: Asked,
    law_id: &'static str,
    powers: Powers,
    starts: [u8; 2],
) -> bool {
    let base = scenario(of);
    let malicious = base.attacker.malicious.expect("these scenarios have one");
    let scenario: &'static Scenario = Box::leak(Box::new(Scenario {
        client: ClientSetup { public: asked.kind == Kind::Public, pushed: true, ..base.client },
        server: ServerSetup {
            policy: Policy { pushed_only: asked.pushed_only, ..base.server.policy },
            ..base.server
        },
        people: People { starts, ..base.people },
        attacker: Attacker {
            attempts: 3,
            powers,
            malicious: Some(Malicious {
                endpoints: endpoints(row),
                same_credentials: asked.same_credentials,
                polluted: asked.polluted,
                unpushed_at_honest: asked.unpushed_at_honest,
                ..malicious
            }),
            ..base.attacker
        },
        bounds: Bounds { grants: 3, ..base.bounds },
        ..*base
    }));
    shortest(scenario, Faults::these(asked.faults), law(law_id)).is_some()
}

/// What can happen, as the model finds it.
fn found(row: &str, asked: Asked) -> BTreeSet<Can> {
    let redeems = Powers { redeems: true, pushes: true, ..Powers::NONE };
    let injects = Powers { injects: true, ..Powers::NONE };
    let mut can = BTreeSet::new();
    if falls("mix-up", row, asked, "token-to-its-resource", redeems, [1, 0]) {
        can.insert(TokenToUserInfo);
    }
    if falls("mix-up", row, asked, "code-to-its-server", redeems, [1, 0]) {
        let injected = |pushed_only| {
            falls("mix-up", row, Asked { pushed_only, ..asked }, "authentication", injects, [1, 1])
        };
        can.insert(match asked.kind {
            Kind::Public if falls("mix-up", row, asked, "thief-gains-nothing", redeems, [1, 0]) => {
                CodeRedeemed
            }
            Kind::Secret if injected(true) => CodeInjected,
            Kind::Secret if injected(false) => CodeInjectedUnpushed,
            Kind::Public | Kind::Secret => CodeOnly,
        });
    }
    if falls("cuckoo", row, asked, "resource-of-the-person", injects, [1, 1]) {
        can.insert(TokenInjected);
    }
    can
}

fn of(can: &[Can]) -> BTreeSet<Can> {
    can.iter().copied().collect()
}

#[test]
fn the_thirty_two_verdicts_of_mix_up_revisited_are_found_or_explained() {
    let mut wrong = String::new();
    for (row, public, secret) in ARTICLE {
        for (kind, article) in [(Kind::Public, public), (Kind::Secret, secret)] {
            let other = OTHERWISE.iter().find(|(at, of, ..)| at == row && *of == kind);
            if let Some((_, _, ours, why)) = other {
                assert!(of(ours) != of(article) && !why.is_empty(), "{row} {kind:?} is not otherwise");
            }
            let expected = other.map_or(*article, |(_, _, ours, _)| *ours);
            let found = found(row, Asked { kind, ..PLAINLY });
            if found != of(expected) {
                let _ = writeln!(wrong, "{row} {kind:?}: found {found:?}, expected {expected:?}");
            }
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn iss_stops_every_mix_up_of_the_table() {
    for (row, ..) in ARTICLE {
        for kind in [Kind::Public, Kind::Secret] {
            let mut found = found(row, Asked { kind, faults: &[], ..PLAINLY });
            // The attacker asked its own server and is answered by it: iss has nothing to say about that.
            found.remove(&TokenInjected);
            assert_eq!(found, BTreeSet::new(), "{row} {kind:?}");
        }
    }
}

#[test]
fn what_the_article_has_and_the_model_has_not_appears_under_the_conditions_that_explain_it() {
    let secret = Asked { kind: Kind::Secret, ..PLAINLY };
    let stateless = &[fault!("client-iss-unchecked"), fault!("client-state-unchecked")];
    let rows = [
        ("HAAH", Asked { faults: stateless, ..secret }, CodeInjected),
        ("HAAA", Asked { faults: stateless, ..secret }, CodeInjected),
        ("AHHA", Asked { polluted: true, ..secret }, TokenToUserInfo),
        ("AHAH", Asked { polluted: true, unpushed_at_honest: true, ..secret }, CodeInjectedUnpushed),
        ("AHAA", Asked { polluted: true, unpushed_at_honest: true, ..secret }, CodeInjectedUnpushed),
        ("AAAH", Asked { unpushed_at_honest: true, ..secret }, CodeInjectedUnpushed),
        ("AAAA", Asked { unpushed_at_honest: true, ..secret }, CodeInjectedUnpushed),
    ];
    for (row, asked, expected) in rows {
        let found = found(row, asked);
        assert!(found.contains(&expected), "{row}: {found:?}");
    }
}

#[test]
fn a_client_whose_credentials_fit_one_server_only_pushes_nothing_to_the_other() {
    for (row, ..) in ARTICLE.iter().filter(|(row, ..)| row.starts_with('H')) {
        let found = found(row, Asked { kind: Kind::Secret, same_credentials: false, ..PLAINLY });
        assert_eq!(found, BTreeSet::new(), "{row}");
    }
}
