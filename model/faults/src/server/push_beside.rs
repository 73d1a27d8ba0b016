//! A fault of what stands beside the reference of a pushed request (RFC 9126 4).

use oauth_core::directory::{ClientNo, Directory};
use oauth_core::form;
use oauth_core::http::{Body, HttpRequest};
use oauth_core::page::Page;
use oauth_rules::rules;

use super::Lie::{Http, Reply};
use super::{AUTHORIZE, response_pairs};
use crate::edit::Pairs;
use crate::entry::{Entry, Lies::OfServer};

/// What stands between the value of a consent page and the redirect URI that was not pushed; forms do not escape it.
const BESIDE: char = '*';

/// What an authorization response has.
const ANSWER: [&str; 4] = ["code", "error", "state", "iss"];

/// In reading order.
pub(crate) const FAULTS: &[Entry] = &[Entry {
    name: "pushed-redirect-uri-replaced",
    about: "a redirect URI of the client's beside a request_uri replaces the one that was pushed",
    rules: rules!["rfc9126-4-other-parameters-ignored"],
    lies: OfServer(&[
        Http(AUTHORIZE, |request| {
            if request.method == "POST" {
                Pairs::edit_body(request, |pairs| {
                    pairs.replace("ask", |ask| ask.split(BESIDE).next().unwrap_or_default().to_owned());
                });
            }
        }),
        Reply(AUTHORIZE, |request, reply, directory| {
            if let Some(place) = beside(request, directory)
                && let Body::Page(Page::Consent { ask, .. }) = &mut reply.body
            {
                *ask = format!("{ask}{BESIDE}{place}");
            }
            let body = Pairs::body(request);
            let place = body.value("ask").and_then(|ask| ask.split_once(BESIDE));
            let other = place.and_then(|(_, place)| redirect_uri(directory, place));
            if let (Some(uri), Some(pairs)) = (other, response_pairs(reply)) {
                let pair = |name: &str| pairs.value(name).map(|value| format!("{name}={value}"));
                let answer: Vec<String> = ANSWER.into_iter().filter_map(pair).collect();
                let mark = if uri.contains('?') { '&' } else { '?' };
                reply.set("Location", format!("{uri}{mark}{}", answer.join("&")));
            }
        }),
    ]),
}];

/// Which redirect URI of which client stands beside a reference, in numbers.
fn beside(request: &HttpRequest, directory: &Directory) -> Option<String> {
    let query = form::Params::of_query(request);
    query.all("request_uri").next()?;
    let uri = query.all("redirect_uri").next()?;
    let entry = directory.find_client(query.all("client_id").next()?)?;
    let at = entry.redirect_uris.iter().position(|own| own == uri)?;
    Some(format!("{}.{at}", entry.client.no.0))
}

/// The redirect URI that these numbers stand for.
fn redirect_uri<'d>(directory: &'d Directory, place: &str) -> Option<&'d str> {
    let (client, at) = place.split_once('.')?;
    let entry = directory.client(ClientNo(client.parse().ok()?))?;
    entry.redirect_uris.get(at.parse::<usize>().ok()?).map(String::as_str)
}
