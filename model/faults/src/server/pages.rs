//! Faults of pages and redirects (RFC 6749 10.13 to 10.15, RFC 9700 4.11, 4.12, 4.16).

use oauth_core::directory::ClientNo;
use oauth_core::form;
use oauth_core::http::{Body, HttpReply};
use oauth_core::page::Page;
use oauth_rules::rules;

use super::Lie::{Http, Reply};
use super::{AUTHORIZE, At, is_sendable, response_pairs};
use crate::edit::Pairs;
use crate::entry::{Entry, Lies::OfServer};

const LOGIN: At = At::Path("/login");

/// In reading order.
pub(crate) const FAULTS: &[Entry] = &[
    Entry {
        name: "pages-framable",
        about: "login and consent pages may be framed",
        rules: rules!["rfc6749-10.13-consent-not-framed", "rfc9700-4.16-clickjacking-prevented"],
        lies: OfServer(&[Reply(At::Everywhere, |_, reply, _| {
            if matches!(reply.body, Body::Page(_)) {
                reply.remove("X-Frame-Options");
                reply.remove("Content-Security-Policy");
            }
        })]),
    },
    Entry {
        name: "framable-after-a-wrong-password",
        about: "the login page may be framed when it comes again after a wrong password",
        rules: rules!["rfc9700-4.16-clickjacking-prevented"],
        lies: OfServer(&[Reply(LOGIN, |_, reply, _| {
            if reply.status == 403 {
                reply.remove("X-Frame-Options");
                reply.remove("Content-Security-Policy");
            }
        })]),
    },
    Entry {
        name: "frame-options-missing",
        about: "pages say frame-ancestors but not X-Frame-Options",
        rules: rules!["rfc9700-4.16-csp-and-legacy-header"],
        lies: OfServer(&[Reply(At::Everywhere, |_, reply, _| reply.remove("X-Frame-Options"))]),
    },
    Entry {
        name: "markup-reflected",
        about: "pages repeat the request's parameters as markup",
        rules: rules!["rfc6749-10.14-as-sanitizes-input"],
        lies: OfServer(&[Reply(At::Everywhere, |request, reply, _| {
            let query = request.query.as_deref().unwrap_or_default().as_bytes();
            let shown = form::decode(query).unwrap_or_default();
            add_to_refusal(reply, &format!("<p>{shown}</p>"));
        })]),
    },
    Entry {
        name: "open-redirector",
        about: "the login leads wherever its return parameter says",
        rules: rules!["rfc6749-10.15-no-open-redirector", "rfc9700-2.1-as-no-open-redirector"],
        lies: OfServer(&[
            Http(LOGIN, |request| {
                Pairs::edit_query(request, |pairs| {
                    if !pairs.value("next").is_some_and(|next| next.starts_with("%2Fauthorize")) {
                        pairs.remove("next");
                    }
                });
            }),
            Reply(LOGIN, |request, reply, _| {
                let query = form::Params::of_query(request);
                if matches!(reply.body, Body::Page(Page::LoggedIn))
                    && let Some(next) = query.all("next").next().filter(|next| is_sendable(next))
                {
                    reply.status = 303;
                    reply.set("Location", next);
                    reply.body = Body::Empty;
                }
            }),
        ]),
    },
    Entry {
        name: "redirect-307",
        about: "answers to forms redirect with 307",
        rules: rules!["rfc9700-4.12-no-307"],
        lies: OfServer(&[Reply(AUTHORIZE, |_, reply, _| {
            if response_pairs(reply).is_some() {
                reply.status = 307;
            }
        })]),
    },
    Entry {
        name: "redirect-302",
        about: "answers to forms redirect with 302",
        rules: rules!["rfc9700-4.12-use-303"],
        lies: OfServer(&[Reply(At::Everywhere, |request, reply, _| {
            if request.method == "POST" && reply.status == 303 {
                reply.status = 302;
            }
        })]),
    },
    Entry {
        name: "cors-allowed",
        about: "the authorization endpoint allows other origins to read it",
        rules: rules!["rfc9700-2.6-no-cors-at-authorization-endpoint"],
        lies: OfServer(&[Reply(AUTHORIZE, |_, reply, _| reply.set("Access-Control-Allow-Origin", "*"))]),
    },
    Entry {
        name: "cors-for-clients",
        about: "the authorization endpoint allows the origins of its clients' redirect URIs to read it",
        rules: rules!["rfc9700-2.6-no-cors-at-authorization-endpoint"],
        lies: OfServer(&[Reply(AUTHORIZE, |request, reply, directory| {
            let origin = request.header("origin").next().and_then(|origin| std::str::from_utf8(origin).ok());
            let mut clients = (0..).map_while(|no| directory.client(ClientNo(no)));
            if let Some(origin) = origin
                && clients.any(|entry| {
                    let start = format!("{origin}/");
                    entry.redirect_uris.iter().any(|uri| uri.starts_with(&start))
                })
            {
                reply.set("Access-Control-Allow-Origin", origin);
            }
        })]),
    },
    Entry {
        name: "referrer-leaked",
        about: "pages do not suppress the Referer header",
        rules: rules!["rfc9700-4.2.4-referrer-policy"],
        lies: OfServer(&[Reply(At::Everywhere, |_, reply, _| reply.remove("Referrer-Policy"))]),
    },
    Entry {
        name: "third-party-on-page",
        about: "pages load a script from another origin",
        rules: rules!["rfc9700-4.2.4-as-page-no-third-party"],
        lies: OfServer(&[Reply(At::Everywhere, |_, reply, _| {
            add_to_refusal(reply, "<script src=\"https://third.example/x.js\"></script>");
        })]),
    },
    Entry {
        name: "allow-missing",
        about: "405 has no Allow",
        rules: rules!["rfc9110-15.5.6-405-has-allow"],
        lies: OfServer(&[Reply(At::Everywhere, |_, reply, _| reply.remove("Allow"))]),
    },
];

/// Adds markup to the page of a refusal.
fn add_to_refusal(reply: &mut HttpReply, markup: &str) {
    if let Body::Page(Page::Refused { text }) = &reply.body {
        reply.body = Body::Text(format!("<!doctype html><p>{text}</p>{markup}"));
    }
}
