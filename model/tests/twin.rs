//! The scenario `twin` beside its second description, `specs/tla/CodeFlow.tla`: the same states, joined by the same
//! steps, and the same laws broken in as many of them.
//!
//! Run only when asked for, since it needs the program `tla` (specs/tla/README.md).
#[path = "twin/graph.rs"]
mod graph;
#[path = "twin/tla.rs"]
mod tla;
#[path = "twin/told.rs"]
mod told;

use graph::Graph;
use oauth_checker::Engine;
use oauth_core::policy::{Lifetime, Policy};
use oauth_faults::{Fault, Faults, fault};
use oauth_model::run::exhaust;
use oauth_world::scenario::{Bounds, People, Scenario, ServerSetup};

/// What is broken here and there, how many states there are then, and which laws fall after how many actions.
type Variant = (&'static [Fault], &'static [&'static str], usize, &'static [(&'static str, usize)]);

const VARIANTS: &[Variant] = &[
    (&[], &["--config", "CodeFlow.cfg"], 2105, &[]),
    (&[fault!("blind-write")], &["--config", "BlindWrite.cfg"], 3298, &[("code-redeemed-once", 11)]),
    (
        &[fault!("code-replayable")],
        &["--constant", "SingleUse=FALSE"],
        3057,
        &[("code-redeemed-once", 11), ("code-redeemed-in-time", 12)],
    ),
    (
        &[fault!("replay-keeps-tokens")],
        &["--constant", "ReplayEnds=FALSE"],
        1340,
        &[("replay-ends-grant", 11)],
    ),
    (&[fault!("code-unexpiring")], &["--constant", "CodeEnds=FALSE"], 2661, &[("code-redeemed-in-time", 9)]),
];

/// Other bounds: steps of the clock, token requests, profiles; lifetimes of page, code, token and login.
const BOUNDS: &[[u8; 7]] =
    &[[0, 1, 1, 1, 1, 1, 200], [2, 2, 2, 2, 1, 1, 200], [2, 2, 1, 1, 2, 2, 200], [3, 1, 2, 2, 1, 2, 1]];

fn twin() -> &'static Scenario {
    Scenario::find("twin").expect("the scenario is in the table")
}

/// Tells the first thing that only one side has; whole graphs are too long to read.
#[track_caller]
fn same(what: &str, here: &Graph, there: &Graph) {
    for (side, one, other) in [("Rust", here, there), ("TLA+", there, here)] {
        if let Some(state) = one.states.difference(&other.states).next() {
            panic!("{what}: only the {side} side has the state\n{}", legible(state));
        }
        if let Some((from, to)) = one.steps.difference(&other.steps).next() {
            panic!("{what}: only the {side} side steps from\n{}\nto\n{}", legible(from), legible(to));
        }
    }
    assert_eq!(here.sizes, there.sizes, "{what}: states by their distance from the start");
    assert_eq!(here.broken, there.broken, "{what}: states that break a law, by their distance");
}

fn legible(state: &str) -> String {
    state.replace("\\n", "\n").replace("\\\"", "\"")
}

#[test]
#[ignore = "needs the program tla; specs/tla/README.md"]
fn both_sides_have_the_same_states_and_break_the_same_laws_in_them() {
    for (faults, arguments, states, falls) in VARIANTS {
        let what = format!("{faults:?}");
        let here = graph::explore(twin(), Faults::these(faults));
        same(&what, &here, &tla::explore(arguments, twin().expects.laws));

        let counted =
            [here.states.len(), exhaust(twin(), Faults::these(faults), Engine::Ours).found.distinct];
        assert_eq!(counted, [*states; 2], "{what}: the distinct states");
        let mut fell: Vec<(&str, usize)> = here.shortest().collect();
        fell.sort_by_key(|(_, actions)| *actions);
        assert_eq!(fell, *falls, "{what}: the laws that fall");
    }
}

#[test]
#[ignore = "needs the program tla; specs/tla/README.md"]
fn both_sides_have_the_same_states_within_other_bounds() {
    for bounds in BOUNDS {
        let [ticks, calls, uses, page, code, token, login] = *bounds;
        let lifetime = |seconds| Lifetime(u32::from(seconds));
        let policy = Policy {
            ask_lifetime: lifetime(page),
            code_lifetime: lifetime(code),
            access_token_lifetime: lifetime(token),
            session_lifetime: lifetime(login),
            ..twin().server.policy
        };
        // A scenario is a line of a table that lives for ever.
        let scenario: &'static Scenario = Box::leak(Box::new(Scenario {
            server: ServerSetup { policy, ..twin().server },
            people: People { uses, ..twin().people },
            bounds: Bounds { ticks, calls, ..twin().bounds },
            ..*twin()
        }));
        let names =
            ["Ticks", "Calls", "Uses", "PageLifetime", "CodeLifetime", "TokenLifetime", "LoginLifetime"];
        let values: Vec<String> =
            names.iter().zip(bounds).map(|(name, value)| format!("{name}={value}")).collect();
        let arguments: Vec<&str> = values.iter().flat_map(|value| ["--constant", value]).collect();
        let here = graph::explore(scenario, Faults::none());
        same(&format!("{values:?}"), &here, &tla::explore(&arguments, scenario.expects.laws));
        assert_eq!(here.shortest().next(), None, "{values:?}: a law that falls");
    }
}
