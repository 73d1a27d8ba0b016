//! Departures that look like liberties and are none: each has to be seen under a rule that it breaks, or the machinery of
//! liberties would leave alone whatever passes through it.

use std::collections::BTreeSet;

use hyper::http::StatusCode;
use oauth_rules::{RuleId, rules};
use serde_json::Value;

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
