//! Faults that show only behind a refresh: of the token that it brought.

use oauth_core::grant::{Grant, Phase};
use oauth_core::server::Request;
use oauth_core::server::redeem::{TokenAsk, TokenRequest};
use oauth_rules::rules;
use serde_json::json;

use super::Lie::{After, Before, Told};
use super::{TOKEN, is_refresh, written};
use crate::edit::Pairs;
use crate::entry::{Entry, Lies::OfServer};

/// In reading order.
pub(crate) const FAULTS: &[Entry] = &[
    Entry {
        name: "narrowed-token-opens-more",
        about: "a resource asks what the grant may do, and not what the token may",
        rules: rules!["rfc6749-7-scope-covers-resource"],
        lies: OfServer(&[Before(|found, request| {
            if let (Request::Resource(_), Some(Grant { terms, phase: Phase::Live(live), .. })) =
                (request, &mut found.grant)
            {
                live.access.scope = terms.scope;
            }
        })]),
    },
    Entry {
        name: "narrowed-token-told-wider",
        about: "introspection tells the scope of the grant, and not that of the token",
        rules: rules!["rfc7662-2.2-scope-member"],
        lies: OfServer(&[Before(|found, request| {
            if let (Request::Introspect(_), Some(Grant { terms, phase: Phase::Live(live), .. })) =
                (request, &mut found.grant)
            {
                live.access.scope = terms.scope;
            }
        })]),
    },
    Entry {
        name: "renewed-refresh-token-of-any-key",
        about: "a refresh token that a refresh brought is bound to no key",
        rules: rules!["rfc9449-5-public-refresh-token-bound"],
        lies: OfServer(&[After(|_, _, request, outcome| {
            if let Request::Token(TokenRequest { ask: Ok(TokenAsk::Refresh(_)), .. }) = request
                && let Some(Grant { phase: Phase::Live(live), .. }) = written(outcome)
                && let Some(refresh) = &mut live.refresh
            {
                refresh.key = None;
            }
        })]),
    },
    Entry {
        name: "refresh-type-missing",
        about: "the answer to a refresh has no token_type",
        rules: rules!["rfc6749-5.1-token-type-present"],
        lies: OfServer(&[Told(TOKEN, |request, told| {
            if is_refresh(&Pairs::body(request)) {
                told.remove("token_type");
            }
        })]),
    },
    Entry {
        name: "refresh-lifetime-text",
        about: "the lifetime of a token that a refresh brought is a string",
        rules: rules!["rfc6749-5.1-expires-in"],
        lies: OfServer(&[Told(TOKEN, |request, told| {
            if is_refresh(&Pairs::body(request)) {
                let seconds = told.get("expires_in").map(ToString::to_string).unwrap_or_default();
                told.insert("expires_in".to_owned(), json!(seconds));
            }
        })]),
    },
];
