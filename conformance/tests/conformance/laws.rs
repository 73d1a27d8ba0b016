//! Laws of the suite fall by themselves under a fault of the reference server, where the run has a case that gives them
//! something to see; without the fault the same run holds.

use std::sync::Arc;

use oauth_conformance::{cases, reference};
use oauth_core::policy::Policy;
use oauth_faults::{Fault, Faults, fault};
use oauth_suite::case::{Profile, RunState};
use oauth_suite::outcome::{Outcome, Verdict};
use oauth_suite::run::{Selection, run};
use oauth_suite::subject::discover;
use oauth_suite::wire::http::{Settings, Wire};

/// A law, a case that shows it something, and the faults of which each breaks it.
const ROWS: &[(&str, &str, &[Fault])] = &[
    ("laws/code-with-its-key", "dpop/code-has-a-key", &[fault!("code-of-any-key")]),
    ("laws/code-with-its-key", "dpop/pushed-key-counts", &[fault!("code-of-any-key")]),
    (
        "laws/public-refresh-with-its-key",
        "dpop/public-refresh-token-has-a-key",
        &[fault!("refresh-of-any-key")],
    ),
    ("laws/bound-token-with-its-key", "dpop-resource/key-is-the-tokens", &[fault!("proof-of-any-key")]),
    (
        "laws/bound-token-with-its-key",
        "dpop-resource/bound-token-is-no-bearer-token",
        &[fault!("bound-token-as-bearer-taken")],
    ),
    ("laws/bound-token-with-its-key", "dpop-resource/proof-is-checked", &[fault!("proof-of-any-key")]),
    ("laws/proof-in-time", "dpop/time-is-checked", &[fault!("proof-unexpiring")]),
    ("laws/proof-in-time", "dpop/refused-when-grown-old", &[]),
    (
        "laws/revoked-refresh-token-ends-access",
        "revocation/takes-the-access-tokens-along",
        &[fault!("revocation-keeps-access")],
    ),
    (
        "laws/revoked-access-token-is-dead",
        "revocation/ends-an-access-token",
        &[fault!("revocation-keeps-tokens")],
    ),
];

const SEED: u64 = 9449;

/// A run of these cases. The server gives no nonces: the time of one would count for that of its proof.
async fn outcome(faults: Faults, only: &[&str]) -> Outcome {
    let policy = Policy { dpop_nonce: false, ..reference::policy(Profile::Rfc9700) };
    let mut reference = reference::start_with(policy, faults).await.expect("it starts");
    let wire = Wire::new(&Settings::default()).expect("HTTP works");
    discover(&wire, &mut reference.target).await.expect("it publishes metadata");
    let (target, clock) = (reference.target.clone(), reference.clock.clone());
    let live = Arc::new(RunState::new(target, wire, clock, Profile::Rfc9700, SEED));
    let only = only.iter().map(|id| (*id).to_owned()).collect();
    let selection = Selection { only, slow: true, ..Selection::default() };
    run(&live, &cases(live.profile), &selection, false, &mut (), std::future::pending())
        .await
        .expect("it runs")
}

fn verdict(outcome: &Outcome, id: &str) -> Option<Verdict> {
    outcome.cases.iter().find(|report| report.id == id).map(|report| report.verdict)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_law_holds_of_a_right_server_and_falls_under_its_fault() {
    for (law, case, faults) in ROWS {
        let clean = outcome(Faults::none(), &[law, case]).await;
        assert_eq!(verdict(&clean, law), Some(Verdict::Held), "{law} in a clean run of {case}, seed {SEED}");
        for fault in *faults {
            let found = outcome(Faults::these(&[*fault]), &[law, case]).await;
            let name = fault.name();
            // A law of a SHOULD warns.
            let fell = matches!(verdict(&found, law), Some(Verdict::Failed | Verdict::Warned));
            assert!(fell, "{law} under {name} after {case}, seed {SEED}");
        }
    }
}
