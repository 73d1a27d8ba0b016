//! Random walks over the raw door, judged by the laws.
//!
//! The checker exhausts small worlds of typed messages; here worlds are larger and messages are bytes.

use oauth_faults::{Fault, Faults, fault};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;

use super::walker::{Step, Walk};
use super::wire::config;

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let mostly_right = || prop_oneof![4 => Just(0_u8), 1 => 1..3_u8];
    let ask = (
        0..3_usize,
        prop::option::weighted(0.9, 0..6_usize),
        any::<bool>(),
        prop::option::of(0..3_u8),
        prop::option::weighted(0.7, 0..3_u8),
    );
    let decide = (
        0..2_usize,
        prop::sample::select(&["yes", "yes", "yes", "no", "some"][..]),
        prop::bool::weighted(0.1),
    );
    let redeem = (
        0..3_usize,
        prop::option::weighted(0.2, 0..3_usize),
        mostly_right(),
        mostly_right(),
        prop::option::weighted(0.3, prop::option::of(0..3_u8)),
        any::<bool>(),
    );
    let scopes = &["profile", "email", "profile email", "nonsense"][..];
    let refresh = (
        prop_oneof![3 => Just(0_usize), 2 => 1..4_usize],
        prop::option::weighted(0.2, 0..3_usize),
        mostly_right(),
        prop::option::weighted(0.4, prop::sample::select(scopes)),
        prop::bool::weighted(0.1),
    );
    let token = (0..3_usize, prop::bool::weighted(0.2));
    let wait = prop::sample::select(&[1, 30, 60, 600, 3600, 14 * 24 * 3600][..]);
    let step = prop_oneof![
        4 => ask.prop_map(|(client, redirect, scope, state, verifier)| Step::Ask {
            client, redirect, scope, state, verifier
        }),
        5 => decide.prop_map(|(page, answer, forged)| Step::Decide { page, answer, forged }),
        6 => redeem.prop_map(|(code, client, secret, redirect, verifier, scope)| Step::Redeem {
            code, client, secret, redirect, verifier, scope
        }),
        5 => refresh.prop_map(|(token, client, secret, scope, made_up)| Step::Refresh {
            token, client, secret, scope, made_up
        }),
        4 => token.prop_map(|(token, made_up)| Step::Use { token, made_up }),
        1 => wait.prop_map(Step::Wait),
    ];
    prop::collection::vec(step, 4..40)
}

proptest! {
    #![proptest_config(config(2000))]

    #[test]
    fn no_walk_breaks_a_law(steps in steps()) {
        prop_assert_eq!(Walk::broken(Faults::none(), &steps), Vec::<&str>::new());
    }
}

/// The faults that a walk must find out, and by which law; two of these no scope of the checker can show, since
/// their lie is in the bytes of a reply.
const FOUND_OUT: &[(Fault, &str)] = &[
    (fault!("state-dropped"), "state-returned"),
    (fault!("scope-widened-at-token"), "token-within-consent"),
    (fault!("consent-skipped"), "code-after-consent"),
    (fault!("consent-forgeable"), "code-after-consent"),
    (fault!("redirect-uri-unchecked"), "code-to-registered-uri"),
    (fault!("code-replayable"), "code-redeemed-once"),
    (fault!("replay-keeps-tokens"), "replay-ends-grant"),
    (fault!("code-unexpiring"), "code-redeemed-in-time"),
    (fault!("code-of-any-client"), "code-redeemed-by-its-client"),
    (fault!("redirect-uri-differs-taken"), "code-redeemed-with-its-redirect-uri"),
    (fault!("redirect-uri-absent-taken"), "code-redeemed-with-its-redirect-uri"),
    (fault!("verifier-unchecked"), "code-redeemed-with-its-verifier"),
    (fault!("verifier-optional"), "code-redeemed-with-its-verifier"),
    (fault!("verifier-unexpected-ignored"), "no-verifier-without-challenge"),
    (fault!("authentication-unchecked"), "confidential-client-authenticated"),
    (fault!("authentication-optional"), "confidential-client-authenticated"),
    (fault!("token-unchecked"), "served-token-was-issued"),
    (fault!("token-unexpiring"), "served-token-in-time"),
    (fault!("refresh-replayable"), "public-refresh-used-once"),
    (fault!("refresh-replay-keeps-grant"), "public-refresh-replay-ends-grant"),
    (fault!("refresh-of-any-client"), "refresh-by-its-client"),
    (fault!("refresh-unchecked"), "refresh-token-was-issued"),
    (fault!("refresh-unexpiring"), "refresh-in-time"),
    (fault!("refresh-scope-wider"), "token-within-consent"),
    (fault!("refresh-narrows-grant"), "refresh-keeps-scope"),
];

#[test]
fn walks_find_faults_out() {
    for (fault, law) in FOUND_OUT {
        let mut runner = TestRunner::deterministic();
        let found = (0..3000).any(|_| {
            let steps = steps().new_tree(&mut runner).expect("walks can be drawn").current();
            Walk::broken(Faults::these(&[*fault]), &steps).contains(law)
        });
        assert!(found, "no walk under {} broke {law}", fault.name());
    }
}
