//! Faults of one parameter alone: one that is read otherwise than its neighbours.

use oauth_core::server::received::Received;
use oauth_rules::rules;

use super::Lie::{Form, Query, Read};
use super::{TOKEN, is_refresh};
use crate::entry::{Entry, Lies::OfServer};

const OF_REFRESHES: &[&str] =
    &["client_id", "client_secret", "grant_type", "refresh_token", "resource", "scope"];

/// In reading order.
pub(crate) const FAULTS: &[Entry] =
    &[
        Entry {
            name: "challenge-method-repeats-taken",
            about: "of a repeated code_challenge_method the first is taken",
            rules: rules!["rfc6749-3.1-duplicate-parameter-refused"],
            lies: OfServer(&[Query(|pairs| {
                const NAME: &str = "code_challenge_method";
                if let Some(first) = pairs.value(NAME).map(str::to_owned) {
                    pairs.remove(NAME);
                    pairs.push(NAME, &first);
                }
            })]),
        },
        Entry {
            name: "refresh-repeats-taken",
            about: "of a parameter that a refresh has twice the first is taken",
            rules: rules!["rfc6749-3.2-duplicate-parameter-refused"],
            lies: OfServer(&[Form(TOKEN, |pairs| {
                if is_refresh(pairs) {
                    pairs.keep_first_of_each();
                }
            })]),
        },
        Entry {
            name: "empty-request-uri-kept",
            about: "an empty request_uri is one that nobody knows",
            rules: rules!["rfc6749-3.1-empty-parameter-as-omitted"],
            lies: OfServer(&[Query(|pairs| {
                pairs.replace("request_uri", |value| {
                    if value.is_empty() { "urn%3Anone".to_owned() } else { value.to_owned() }
                });
            })]),
        },
        Entry {
            name: "empty-refresh-scope-kept",
            about: "an empty scope of a refresh is one that nobody knows",
            rules: rules!["rfc6749-3.2-empty-parameter-as-omitted"],
            lies: OfServer(&[Form(TOKEN, |pairs| {
                if is_refresh(pairs) {
                    pairs.replace("scope", |value| {
                        if value.is_empty() { "none".to_owned() } else { value.to_owned() }
                    });
                }
            })]),
        },
        Entry {
            name: "state-trimmed",
            about: "state loses the spaces around it",
            rules: rules!["rfc6749-4.1.2-state-returned-exactly"],
            lies: OfServer(&[Read(|_, received, _| {
                if let Received::Authorize { response_target, .. } = received
                    && let Some(state) = &mut response_target.state
                {
                    *state = state.trim().to_owned();
                }
            })]),
        },
        Entry {
            name: "unknown-refresh-parameters-refused",
            about: "a refresh with an unknown parameter is refused",
            rules: rules!["rfc6749-3.2-unknown-parameter-ignored"],
            lies: OfServer(&[Form(TOKEN, |pairs| {
                if is_refresh(pairs) && pairs.names().any(|name| !OF_REFRESHES.contains(&name)) {
                    pairs.remove("refresh_token");
                }
            })]),
        },
    ];
