//! Departures that look like liberties and are none: each has to be seen under a rule that it breaks, or the machinery of
//! liberties would leave alone whatever passes through it.

use std::collections::BTreeSet;

use hyper::http::StatusCode;
use oauth_rules::{RuleId, rules};
use serde_json::Value;

use super::message::first_of;
use super::{Act, Liberty};
use crate::selftest::{Wanted, selftest};

const fn departure(name: &'static str, acts: &'static [Act]) -> Liberty {
    Liberty { name, about: name, allowed: "nothing", seen_at: None, apart: &[], acts, costs: &[] }
}

static DEPARTURES: &[(Liberty, &[RuleId])] = &[
    (
        departure(
            "a token response that may be stored",
            &[Act::Answer(|_, asked, answered| {
                asked.is("POST", "/token") && answered.headers.remove("cache-control").is_some()
            })],
        ),
        rules!["rfc6749-5.1-no-store"],
    ),
    (
        departure(
            "invalid_client in place of another code",
            &[Act::Answer(|_, asked, answered| {
                asked.is("POST", "/token")
                    && answered.json(|members| {
                        let is_due = members.get("error").and_then(Value::as_str) == Some("invalid_grant");
                        if is_due {
                            members.insert("error".into(), Value::from("invalid_client"));
                        }
                        is_due
                    })
            })],
        ),
        rules!["rfc6749-5.2-invalid-grant"],
    ),
    (
        departure(
            "an expiry in words",
            &[Act::Answer(|_, asked, answered| {
                asked.is("POST", "/token")
                    && answered.json(|members| {
                        members.contains_key("expires_in")
                            && members.insert("expires_in".into(), Value::from("an hour")).is_some()
                    })
            })],
        ),
        rules!["rfc6749-5.1-expires-in"],
    ),
    (
        departure(
            "details of a token that is not active",
            &[Act::Answer(|_, asked, answered| {
                asked.is("POST", "/introspect")
                    && answered.json(|members| {
                        let is_due = members.get("active") == Some(&Value::Bool(false));
                        if is_due {
                            members.insert("client_id".into(), Value::from("client_1"));
                        }
                        is_due
                    })
            })],
        ),
        rules!["rfc7662-2.2-inactive-no-detail"],
    ),
    (
        departure(
            "a pushed request answered 200",
            &[Act::Answer(|_, asked, answered| {
                let is_due = asked.is("POST", "/par") && answered.status == StatusCode::CREATED;
                if is_due {
                    answered.status = StatusCode::OK;
                }
                is_due
            })],
        ),
        rules!["rfc9126-2.2-success-201"],
    ),
    (
        departure(
            "errors told before the login",
            &[
                Act::Policy(|policy| policy.redirect_errors_before_login = true),
                Act::Sign(|_, asked, answered| {
                    asked.is("GET", "/authorize")
                        && answered.header("location").is_some_and(|url| url.contains("error="))
                }),
            ],
        ),
        rules!["rfc9700-4.11.2-authenticate-before-redirect"],
    ),
    (
        departure(
            "another issuer in responses",
            &[Act::Answer(|_, _, answered| {
                let Some(url) = answered.header("location").filter(|url| url.contains("iss=http")) else {
                    return false;
                };
                let url = url.replace("iss=http", "iss=https");
                answered.set("location", &url);
                true
            })],
        ),
        rules!["rfc9207-2.3-iss-equals-metadata-issuer"],
    ),
];

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_liberty_is_seen_under_its_rule_and_what_never_acted_is_not_left_alone() {
    static IDLE: Liberty = departure("nothing", &[Act::Answer(|_, _, _| false)]);
    let acting = DEPARTURES.iter().map(|(departure, _)| departure);
    let group: Vec<&'static Liberty> = acting.chain([&IDLE]).collect();
    let mut told = String::new();
    let found = selftest(&Wanted::liberties(vec![group]), 1, |page| told += &page.to_string()).await;
    let found = found.expect("the reference server starts on loopback");
    assert!(!found.holds());
    assert_eq!(found.trials[0].idle(), [IDLE.name]);
    let seen: BTreeSet<RuleId> = found.trials[0].broken.iter().copied().collect();
    for (departure, rules) in DEPARTURES {
        for rule in *rules {
            assert!(seen.contains(rule), "{}: no case says that {rule} is broken\n{told}", departure.name);
        }
    }
}

/// What a server does that logs in and asks on one page and keeps no session, and that is no liberty.
static AT_ONE_PAGE: &[(Liberty, &[RuleId])] = &[
    (
        departure(
            "a no that is taken for a yes",
            &[Act::Answer(|memory, asked, answered| {
                let is_no =
                    asked.is("POST", "/login") && asked.parameter("answer").as_deref() == Some("deny");
                let request = answered.header("location").filter(|to| is_no && to.starts_with("/authorize?"));
                request.is_some_and(|request| memory.keep(format!("answered {request}"), "allow").is_some())
            })],
        ),
        rules!["rfc6749-4.1.2.1-access-denied"],
    ),
    (
        departure(
            "a client's name that is markup",
            &[Act::Answer(|memory, asked, answered| {
                if asked.is("POST", "/register") {
                    let members = answered.members().unwrap_or_default();
                    let text = |name: &str| members.get(name).and_then(Value::as_str);
                    if let (Some(id), Some(name)) = (text("client_id"), text("client_name")) {
                        memory.keep(format!("name {id}"), name);
                    }
                    return false;
                }
                let query = asked.head.uri.query().unwrap_or_default();
                let next = first_of(query, "next").filter(|_| answered.is_page());
                let Some(next) = next else { return false };
                let behind = next.split_once('?').map_or("", |(_, behind)| behind);
                let name = first_of(behind, "client_id").and_then(|id| memory.get(&format!("name {id}")));
                name.is_some_and(|name| answered.replace("<main>", &format!("<main><p>For {name}</p>")))
            })],
        ),
        rules!["rfc6749-10.14-as-sanitizes-input"],
    ),
];

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_liberty_is_seen_where_one_page_asks_for_the_password_and_for_the_consent() {
    let mut one_page = super::all().filter(|liberty| liberty.name == "one-page-and-no-session");
    let one_page = one_page.next().expect("the liberty has this name");
    let acting = AT_ONE_PAGE.iter().map(|(departure, _)| departure);
    let group: Vec<&'static Liberty> = std::iter::once(one_page).chain(acting).collect();
    let mut told = String::new();
    let found = selftest(&Wanted::liberties(vec![group]), 1, |page| told += &page.to_string()).await;
    let found = found.expect("the reference server starts on loopback");
    let trial = &found.trials[0];
    assert!(trial.idle().is_empty(), "{told}");
    for (departure, rules) in AT_ONE_PAGE {
        for rule in *rules {
            assert!(
                trial.broken.contains(rule),
                "{}: no case says that {rule} is broken\n{told}",
                departure.name
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_law_that_falls_silent_is_noticed() {
    // Without a word about introspection no law can judge what it says.
    static TAKEN: Liberty = departure(
        "no introspection, and the policy that there is",
        &[
            Act::Policy(|policy| policy.pushed_only = false),
            Act::Answer(|_, asked, answered| {
                let is_due = asked.is("POST", "/introspect");
                if is_due {
                    answered.status = StatusCode::NOT_FOUND;
                }
                is_due
            }),
        ],
    );
    let mut told = String::new();
    let found = selftest(&Wanted::liberties(vec![vec![&TAKEN]]), 1, |page| told += &page.to_string()).await;
    let found = found.expect("the reference server starts on loopback");
    let trial = &found.trials[0];
    assert_eq!(trial.idle(), [TAKEN.name], "{told}");
    let mut silent = trial.disturbed.iter().filter(|case| case.says == "there was nothing to judge");
    assert!(silent.any(|case| case.case.starts_with("laws/active-token-")), "{told}");
}
