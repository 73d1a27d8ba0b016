//! The whole suite against the reference server in this process.

use std::sync::Arc;

use oauth_conformance::{cases, reference};
use oauth_core::policy::{Lifetime, Policy};
use oauth_faults::Faults;
use oauth_suite::case::{Profile, RunState};
use oauth_suite::outcome::{Outcome, Overall, Verdict};
use oauth_suite::report::{Event, Exchanges, RunReport, Secrets, Style, TEXT, Wants};
use oauth_suite::run::{RunError, Selection, run};
use oauth_suite::subject::{Client, ClientRole, discover};
use oauth_suite::wire::http::{Settings, Wire};

/// What people are shown of a run.
fn shown(live: &RunState, outcome: &Outcome) -> String {
    let wants = Wants { exchanges: Exchanges::Shown, ..Wants::default() };
    (TEXT.write)(&Event::RunEnded(&RunReport::new(live, outcome, wants)), Style::default()).to_string()
}

/// The report for programs.
fn json(live: &RunState, outcome: &Outcome, secrets: Secrets) -> serde_json::Value {
    let report = RunReport::new(live, outcome, Wants { secrets, exchanges: Exchanges::All });
    serde_json::to_value(report).expect("its keys are texts")
}

async fn outcome(selection: &Selection, stop_at_once: bool) -> (Arc<RunState>, Result<Outcome, RunError>) {
    outcome_by(Profile::Rfc9700, selection, stop_at_once).await
}

async fn outcome_by(
    profile: Profile,
    selection: &Selection,
    stop_at_once: bool,
) -> (Arc<RunState>, Result<Outcome, RunError>) {
    let mut reference = reference::start(profile, Faults::none()).await.expect("it starts");
    let wire = Wire::new(&Settings::default()).expect("HTTP works");
    discover(&wire, &mut reference.target).await.expect("it publishes metadata");
    let live = Arc::new(RunState::new(reference.target.clone(), wire, reference.clock.clone(), profile, 7));
    let interrupt = async move {
        if !stop_at_once {
            std::future::pending::<()>().await;
        }
    };
    let outcome = run(&live, &cases(live.profile), selection, false, &mut (), interrupt).await;
    (live, outcome)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_reference_server_holds() {
    let (live, outcome) = outcome(&Selection::default(), false).await;
    let outcome = outcome.expect("it runs");
    let shown = shown(&live, &outcome);
    assert_eq!(outcome.overall, Overall::Held, "{shown}");
    assert_eq!(outcome.count(Verdict::Warned), 0, "{shown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_policy_of_each_profile_is_what_the_profile_judges_by() {
    // What RFC 6749's policy leaves to the client, RFC 7636 and RFC 8252 would rather have refused.
    let lax = ["challenge/plain-refused", "native/challenge-is-needed"];
    for (profile, warned) in [(Profile::Rfc6749, &lax[..]), (Profile::Oauth21, &[])] {
        let (live, outcome) = outcome_by(profile, &Selection::default(), false).await;
        let outcome = outcome.expect("it runs");
        let shown = shown(&live, &outcome);
        assert_eq!(outcome.overall, Overall::Held, "{shown}");
        let reports = outcome.cases.iter().filter(|report| report.verdict == Verdict::Warned);
        let ids: Vec<&str> = reports.map(|report| report.id.as_str()).collect();
        assert_eq!(ids, warned, "{shown}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn reports_show_no_secret_and_the_contracts_members() {
    let only = Selection { only: vec!["sanity/honest-flow".into()], ..Selection::default() };
    let (live, outcome) = outcome(&only, false).await;
    let outcome = outcome.expect("it runs");
    let value = json(&live, &outcome, Secrets::Covered);
    let all = value.to_string();
    for client in live.target.clients.values() {
        if let Some(secret) = &client.secret {
            assert!(!all.contains(secret.expose()), "the secret of {} is in the report", client.id);
        }
    }
    for user in live.target.users.values() {
        assert!(!all.contains(user.password.expose()), "the password of {} is in the report", user.name);
    }
    let open = json(&live, &outcome, Secrets::Shown).to_string();
    let codes: Vec<&str> =
        open.match_indices("code=").filter_map(|(at, _)| open[at + 5..].get(..20)).collect();
    assert!(!codes.is_empty(), "an unmasked report shows codes");
    for code in codes {
        assert!(!all.contains(code), "{code} is in the report");
    }
    assert_eq!(value["target"], "reference");
    assert_eq!(value["profile"], "rfc9700");
    assert_eq!(value["verdict"], "held");
    assert_eq!(value["counts"]["held"], 1);
    let case = &value["cases"][0];
    for member in ["id", "rules", "level", "verdict", "expected", "saw", "reason", "seconds", "exchanges"] {
        assert!(case.get(member).is_some(), "a case has {member}");
    }
    let exchange = &case["exchanges"][0];
    assert!(exchange["curl"].as_str().is_some_and(|line| line.starts_with("curl ")));
    assert!(exchange["request"]["headers"][0].is_array() && exchange["response"]["status"].is_u64());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_driven_client_that_has_a_refresh_token_uses_an_access_token_of_ten_seconds() {
    let policy = Policy { access_token_lifetime: Lifetime(10), ..reference::policy(Profile::Rfc9700) };
    let mut reference = reference::start_with(policy, Faults::none()).await.expect("it starts");
    let wire = Wire::new(&Settings::default()).expect("HTTP works");
    discover(&wire, &mut reference.target).await.expect("it publishes metadata");
    // The second client gets refresh tokens, and the first gets none.
    let clients = &mut reference.target.clients;
    let second = clients.remove(&ClientRole::Second).expect("the target file names it");
    clients.insert(ClientRole::First, Arc::new(Client { role: ClientRole::First, ..(*second).clone() }));
    let (target, clock) = (reference.target.clone(), reference.clock.clone());
    let live = Arc::new(RunState::new(target, wire, clock, Profile::Rfc9700, 7));
    let only = ["driven/honest-flow", "driven/replay-ends-the-grant"].map(str::to_owned).to_vec();
    let selection = Selection { only, ..Selection::default() };
    let outcome = run(&live, &cases(live.profile), &selection, false, &mut (), std::future::pending()).await;
    let outcome = outcome.expect("it runs");
    assert_eq!(outcome.count(Verdict::Held), 2, "{}", shown(&live, &outcome));
    assert_eq!(live.probed().refresh_token_issued.confidential, Some(true), "the control");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_run_is_not_completed() {
    let (_live, outcome) = outcome(&Selection::default(), true).await;
    assert_eq!(outcome.map(|outcome| outcome.exit_code()).unwrap_or_else(|halt| halt.exit_code), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_that_names_nothing_is_bad_usage() {
    let only = Selection { only: vec!["nothing/of-this-name".into()], ..Selection::default() };
    let (_live, outcome) = outcome(&only, false).await;
    assert_eq!(outcome.expect_err("nothing matches").exit_code, 2);
}
