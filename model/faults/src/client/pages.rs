//! Faults of what a client answers its browser (RFC 6749 3.1.2.5, 10.14, RFC 6750 5.3).

use oauth_core::client::Act;
use oauth_core::client::reply::ClientPage;
use oauth_core::form::{self, Params};
use oauth_core::http::{Body, HttpReply};
use oauth_rules::rules;

use super::Lie::Reply;
use crate::entry::{Entry, Lies::OfClient};

/// In reading order.
pub(crate) const FAULTS: &[Entry] = &[
    Entry {
        name: "client-token-in-cookie",
        about: "the access token is put into a cookie",
        rules: rules!["rfc6750-5.3-no-token-in-clear-cookie"],
        lies: OfClient(&[Reply(|_, act, token, reply| {
            if let Act::ToProfile(_) = act {
                let cookie = format!("token={}; Path=/; HttpOnly", token.unwrap_or_default());
                reply.headers.push(("Set-Cookie", cookie));
            }
        })]),
    },
    Entry {
        name: "client-token-in-address",
        about: "the browser is led to the profile with the access token in the address",
        rules: rules!["rfc6750-5.3-client-token-not-leaked"],
        lies: OfClient(&[Reply(|_, act, token, reply| {
            if let Act::ToProfile(_) = act {
                reply.set("Location", format!("/profile?token={}", token.unwrap_or_default()));
            }
        })]),
    },
    Entry {
        name: "client-session-of-a-domain",
        about: "the session's cookie goes to every host of a domain",
        rules: rules!["rfc6749-10.12-client-session-kept-private"],
        lies: OfClient(&[Reply(|_, _, _, reply| {
            for (_, value) in reply.headers.iter_mut().filter(|(name, _)| *name == "Set-Cookie") {
                value.push_str("; Domain=localhost");
            }
        })]),
    },
    Entry {
        name: "client-callback-shows-page",
        about: "the callback answers with a page under the code's own URI",
        rules: rules!["rfc6749-3.1.2.5-client-callback-redirects-away"],
        lies: OfClient(&[Reply(|_, act, _, reply| {
            if let Act::ToProfile(_) = act {
                reply.status = 200;
                reply.remove("Location");
                reply.body = Body::Page(ClientPage::Home { logged_in: true, servers: Vec::new() });
            }
        })]),
    },
    Entry {
        name: "client-third-party-script",
        about: "the client's error page loads a script from another origin",
        rules: rules![
            "rfc6749-3.1.2.5-client-callback-no-third-party-scripts",
            "rfc9700-4.2.4-client-page-no-third-party"
        ],
        lies: OfClient(&[Reply(|_, _, _, reply| {
            add_to_error(reply, "<script src=\"https://third.example/x.js\"></script>");
        })]),
    },
    Entry {
        name: "client-markup-reflected",
        about: "the client's pages repeat the response's values as markup",
        rules: rules!["rfc6749-10.14-client-sanitizes-input"],
        lies: OfClient(&[Reply(|request, _, _, reply| {
            let query = request.query.as_deref().unwrap_or_default().as_bytes();
            let shown = form::decode(query).unwrap_or_default();
            add_to_error(reply, &format!("<p>{shown}</p>"));
        })]),
    },
    Entry {
        name: "client-open-redirector",
        about: "a page of the client leads wherever its next parameter says",
        rules: rules!["rfc9700-2.1-client-no-open-redirector"],
        lies: OfClient(&[Reply(|request, _, _, reply| {
            if let Some(next) = Params::of_query(request).all("next").next() {
                reply.status = 303;
                reply.set("Location", next);
            }
        })]),
    },
];

/// Adds markup to the page of an error.
fn add_to_error(reply: &mut HttpReply<ClientPage>, markup: &str) {
    if let Body::Page(ClientPage::Error { text, .. }) = &reply.body {
        reply.body = Body::Text(format!("<!doctype html><p>{text}</p>{markup}"));
    }
}
