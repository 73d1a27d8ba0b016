//! Faults of the authorization response and of errors that are told there (RFC 6749 4.1.2, RFC 9207).

use oauth_core::form;
use oauth_core::http::{Body, HttpReply};
use oauth_core::page::Page;
use oauth_rules::rules;

use super::Lie::{Reply, Response, Told};
use super::{AUTHORIZE, METADATA, is_sendable, response_pairs};
use crate::edit::Pairs;
use crate::entry::{Entry, Lies::OfServer};

/// In reading order.
pub(crate) const FAULTS: &[Entry] = &[
    Entry {
        name: "bad-client-redirected",
        about: "a request of an unknown client is answered by a redirect to the URI that it names",
        rules: rules!["rfc6749-4.1.2.1-bad-client-or-redirect-not-redirected"],
        lies: OfServer(&[Reply(AUTHORIZE, |request, reply, directory| {
            let query = form::Params::of_query(request);
            let one = |name| query.all(name).next();
            let unknown = one("client_id").is_none_or(|id| directory.find_client(id).is_none());
            if is_refusal(reply)
                && unknown
                && let Some(uri) = one("redirect_uri").filter(|uri| is_sendable(uri))
            {
                *reply = HttpReply::status(303)
                    .with("Location", form::add_to_uri(uri, &[("error", "unauthorized_client")]));
            }
        })]),
    },
    Entry {
        name: "error-page-empty",
        about: "the page that refuses a client or a redirect URI is empty",
        rules: rules!["rfc6749-4.1.2.1-bad-client-owner-informed", "rfc6749-3.1.2.4-owner-informed"],
        lies: OfServer(&[Reply(AUTHORIZE, |_, reply, _| {
            if is_refusal(reply) {
                reply.body = Body::Empty;
            }
        })]),
    },
    Entry {
        name: "errors-on-page",
        about: "refused authorization requests are told on a page, the client learns nothing",
        rules: rules!["rfc6749-4.1.2.1-other-errors-redirected"],
        lies: OfServer(&[Reply(AUTHORIZE, |_, reply, _| {
            if response_pairs(reply).is_some_and(|pairs| is_error(&pairs)) {
                *reply = HttpReply::status(400)
                    .with("Content-Type", "text/html; charset=utf-8")
                    .with("X-Frame-Options", "DENY");
                reply.body = Body::Page(Page::Refused { text: "the request was refused".to_owned() });
            }
        })]),
    },
    Entry {
        name: "authorization-errors-wrong",
        about: "every authorization error says server_error",
        rules: rules![
            "rfc6749-4.1.2.1-invalid-request",
            "rfc6749-4.1.2.1-invalid-scope",
            "rfc6749-4.1.2.1-unsupported-response-type",
            "rfc6749-4.1.2.1-access-denied",
            "rfc6749-4.1.2.1-unauthorized-client"
        ],
        lies: OfServer(&[Response(|pairs| pairs.replace("error", |_| "server_error".to_owned()))]),
    },
    Entry {
        name: "authorization-error-unclean",
        about: "error_description of an authorization error holds a quotation mark",
        rules: rules!["rfc6749-4.1.2.1-error-charset"],
        lies: OfServer(&[Response(|pairs| {
            pairs.replace("error_description", |_| "say+%22no%22".to_owned());
        })]),
    },
    Entry {
        name: "odd-input-crashes",
        about: "an authorization request with a long state ends in status 500",
        rules: rules!["rfc6749-4.1.2.1-server-error-redirected"],
        lies: OfServer(&[Reply(AUTHORIZE, |request, reply, _| {
            if request.query.as_ref().is_some_and(|query| query.len() > 4096) {
                *reply = HttpReply::status(500);
            }
        })]),
    },
    Entry {
        name: "state-dropped",
        about: "state is lost when a code is issued",
        rules: rules!["rfc6749-4.1.2-state-returned-exactly"],
        lies: OfServer(&[Response(|pairs| {
            if !is_error(pairs) {
                pairs.remove("state");
            }
        })]),
    },
    Entry {
        name: "state-dropped-on-error",
        about: "state is lost when an error is told",
        rules: rules!["rfc6749-4.1.2.1-state-on-error"],
        lies: OfServer(&[Response(|pairs| {
            if is_error(pairs) {
                pairs.remove("state");
            }
        })]),
    },
    Entry {
        name: "state-invented",
        about: "a request without state is answered with one",
        rules: rules!["rfc6749-4.1.1-state-absent-accepted"],
        lies: OfServer(&[Response(|pairs| {
            if pairs.value("state").is_none() {
                pairs.push("state", "none");
            }
        })]),
    },
    Entry {
        name: "code-in-fragment",
        about: "the code stands in the fragment of the response too",
        rules: rules!["rfc6749-4.1.2-code-in-query"],
        lies: OfServer(&[Reply(AUTHORIZE, |_, reply, _| {
            if let Some(pairs) = response_pairs(reply).filter(|pairs| !is_error(pairs)) {
                let code = pairs.value("code").unwrap_or_default();
                let location = format!("{}#code={code}", reply.header("Location").unwrap_or_default());
                reply.set("Location", location);
            }
        })]),
    },
    Entry {
        name: "redirect-query-dropped",
        about: "the query of a registered redirect URI is lost in the response",
        rules: rules!["rfc6749-3.1.2-redirect-query-retained"],
        lies: OfServer(&[Response(|pairs| pairs.drop_before(&["code", "error"]))]),
    },
    Entry {
        name: "response-parameter-twice",
        about: "the authorization response holds a parameter twice",
        rules: rules!["rfc6749-3.1-duplicate-parameter-in-response"],
        lies: OfServer(&[Response(|pairs| {
            let iss = pairs.value("iss").unwrap_or_default().to_owned();
            pairs.push("iss", &iss);
        })]),
    },
    Entry {
        name: "iss-missing",
        about: "a response with a code has no iss",
        rules: rules!["rfc9207-2-iss-in-success-response"],
        lies: OfServer(&[Response(|pairs| {
            if !is_error(pairs) {
                pairs.remove("iss");
            }
        })]),
    },
    Entry {
        name: "iss-missing-on-error",
        about: "a response with an error has no iss",
        rules: rules!["rfc9207-2-iss-in-error-response"],
        lies: OfServer(&[Response(|pairs| {
            if is_error(pairs) {
                pairs.remove("iss");
            }
        })]),
    },
    Entry {
        name: "iss-missing-without-state",
        about: "a response without state has no iss",
        rules: rules!["rfc9207-2-iss-in-success-response", "rfc9207-2-iss-in-error-response"],
        lies: OfServer(&[Response(|pairs| {
            if pairs.value("state").is_none() {
                pairs.remove("iss");
            }
        })]),
    },
    Entry {
        name: "iss-twice-without-state",
        about: "a response without state has iss twice",
        rules: rules!["rfc6749-3.1-duplicate-parameter-in-response"],
        lies: OfServer(&[Response(|pairs| {
            if pairs.value("state").is_none() {
                let iss = pairs.value("iss").unwrap_or_default().to_owned();
                pairs.push("iss", &iss);
            }
        })]),
    },
    Entry {
        name: "iss-not-issuer",
        about: "iss has a slash that the issuer has not",
        rules: rules!["rfc9207-2.3-iss-equals-metadata-issuer"],
        lies: OfServer(&[Response(|pairs| pairs.replace("iss", |iss| format!("{iss}%2F")))]),
    },
    Entry {
        name: "iss-with-query",
        about: "iss in authorization responses has a query",
        rules: rules!["rfc9207-2-iss-is-https-url"],
        lies: OfServer(&[Response(|pairs| pairs.replace("iss", |iss| format!("{iss}%3Fa%3Db")))]),
    },
    Entry {
        name: "iss-unadvertised",
        about: "the metadata does not say that iss is sent",
        rules: rules!["rfc9207-2.3-support-advertised"],
        lies: OfServer(&[Told(METADATA, |_, told| {
            told.remove("authorization_response_iss_parameter_supported");
        })]),
    },
    Entry {
        name: "private-scheme-rewritten",
        about: "a redirect to a private-use scheme gets a second slash",
        rules: rules!["rfc8252-7.1-private-use-scheme-supported"],
        lies: OfServer(&[Reply(AUTHORIZE, |_, reply, _| {
            let location = reply.header("Location").unwrap_or_default();
            if let Some((scheme, rest)) = location.split_once(":/").filter(|(_, rest)| !rest.starts_with('/'))
            {
                let rewritten = format!("{scheme}://{rest}");
                reply.set("Location", rewritten);
            }
        })]),
    },
];

fn is_error(pairs: &Pairs) -> bool {
    pairs.value("error").is_some()
}

fn is_refusal(reply: &HttpReply) -> bool {
    matches!(reply.body, Body::Page(Page::Refused { .. }))
}
