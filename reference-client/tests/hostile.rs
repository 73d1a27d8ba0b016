//! The client against a hostile server.
//!
//! Each check judges rules of the ledger, by what arrived at the server and what the browser got. All hold
//! for the client as it is; under each fault of the client, for each rule that the fault breaks, one falls. A
//! check that was never seen to fail does not count.

#[path = "hostile/answers.rs"]
mod answers;
#[path = "hostile/check.rs"]
mod check;
#[path = "hostile/dpop.rs"]
mod dpop;
#[path = "hostile/found.rs"]
mod found;
#[path = "hostile/iss.rs"]
mod iss;
#[path = "hostile/logout.rs"]
mod logout;
#[path = "hostile/mixup.rs"]
mod mixup;
#[path = "hostile/nonce.rs"]
mod nonce;
#[path = "hostile/page.rs"]
mod page;
#[path = "hostile/pkce.rs"]
mod pkce;
#[path = "hostile/push.rs"]
mod push;
#[path = "hostile/refresh.rs"]
mod refresh;
#[path = "hostile/request.rs"]
mod request;
#[path = "hostile/resource.rs"]
mod resource;
#[path = "hostile/server.rs"]
mod server;
#[path = "hostile/state.rs"]
mod state;
#[path = "hostile/tls.rs"]
mod tls;
#[path = "hostile/token.rs"]
mod token;
#[path = "hostile/wire.rs"]
mod wire;
#[path = "hostile/world.rs"]
mod world;

use std::fmt::Write as _;
use std::sync::Arc;

use check::Check;
use oauth_faults::{Fault, Faults, Side};
use oauth_rules::{Kind, RuleId, Status};
use tokio::task::JoinSet;
use world::{Host, Stop};

/// Every check, in reading order.
fn all() -> impl Iterator<Item = &'static Check> {
    let areas = [
        request::CHECKS,
        found::CHECKS,
        push::CHECKS,
        state::CHECKS,
        pkce::CHECKS,
        iss::CHECKS,
        mixup::CHECKS,
        token::CHECKS,
        refresh::CHECKS,
        resource::CHECKS,
        dpop::CHECKS,
        nonce::CHECKS,
        logout::CHECKS,
        tls::CHECKS,
        page::CHECKS,
    ];
    areas.into_iter().flatten()
}

/// Runs checks side by side, and returns how each ended, by id.
async fn run(
    faults: Faults,
    checks: impl Iterator<Item = &'static Check>,
) -> Vec<(&'static Check, Result<(), Stop>)> {
    let host = Arc::new(Host { faults });
    let mut running = JoinSet::new();
    for check in checks {
        let host = Arc::clone(&host);
        running.spawn(async move { (check, (check.run)(&host).await) });
    }
    let mut ended = running.join_all().await;
    ended.sort_by_key(|(check, _)| check.id);
    ended
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_client_keeps_every_rule() {
    let broken: Vec<String> = run(Faults::none(), all())
        .await
        .into_iter()
        .filter_map(|(check, end)| end.err().map(|stop| format!("{}: {stop}", check.id)))
        .collect();
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_rule_of_each_fault_is_seen_to_fall() {
    let mut unseen = Vec::new();
    for fault in Fault::ALL.iter().filter(|fault| fault.side() == Side::Client) {
        let carries = |check: &Check, rule: &RuleId| check.rules.contains(rule);
        let checks = all().filter(|check| fault.rules().iter().any(|rule| carries(check, rule)));
        let ended = run(Faults::these(&[*fault]), checks).await;
        for rule in fault.rules() {
            let of_rule: Vec<_> = ended.iter().filter(|(check, _)| carries(check, rule)).collect();
            if !of_rule.iter().any(|(_, end)| matches!(end, Err(Stop::Fell(_)))) {
                let ends: Vec<String> = of_rule
                    .iter()
                    .map(|(check, end)| match end {
                        Ok(()) => format!("{}: held", check.id),
                        Err(stop) => format!("{}: {stop}", check.id),
                    })
                    .collect();
                unseen.push(format!("{} breaks {rule}, and no check falls: {ends:?}", fault.name()));
            }
        }
    }
    assert!(unseen.is_empty(), "{}", unseen.join("\n"));
}

#[test]
fn check_ids_are_unique() {
    let mut ids: Vec<&str> = all().map(|check| check.id).collect();
    ids.sort_unstable();
    let before = ids.len();
    ids.dedup();
    assert_eq!(ids.len(), before);
}

#[test]
fn checks_judge_rules_of_clients_only() {
    for check in all() {
        assert!(!check.rules.is_empty(), "{} judges no rule", check.id);
        for rule in check.rules {
            assert_eq!(rule.get().kind, Kind::Client, "{}: {rule}", check.id);
            assert_ne!(rule.get().status, Status::Excepted, "{}: {rule}", check.id);
        }
    }
}

/// `checks.txt` tells other crates' tests which rules are judged here.
#[test]
fn the_list_of_checks_is_up_to_date() {
    const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/hostile/checks.txt");
    const COMMAND: &str = "UPDATE_CHECKS=1 cargo test -p oauth-reference-client --test hostile up_to_date";
    let mut list = String::new();
    for check in all() {
        let rules: Vec<&str> = check.rules.iter().map(|rule| rule.id()).collect();
        writeln!(list, "{}: {}", check.id, rules.join(" ")).expect("a string takes all that is written");
    }
    if std::env::var_os("UPDATE_CHECKS").is_some() {
        std::fs::write(PATH, &list).expect("the list can be written");
    }
    let have = std::fs::read_to_string(PATH).unwrap_or_default();
    assert!(have == list, "tests/hostile/checks.txt is stale; write it anew with\n  {COMMAND}");
}
