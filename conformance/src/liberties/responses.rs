//! Liberties of the ways that a browser is led: authorization responses, hops between the server's own pages, the address of
//! the authorization endpoint.

use hyper::Uri;
use hyper::header::{HeaderValue, SET_COOKIE};
use hyper::http::StatusCode;

use super::message::{Answered, Asked, encoded, first_of};
use super::pages::cookie;
use super::relay::Memory;
use super::{Act, Liberty};

/// The pair without which nothing is at the authorization endpoint's address.
const TENANT: &str = "tenant=1";

/// How many addresses a browser passes on the way to a page.
const STEPS: usize = 4;

pub(super) const LIBERTIES: &[Liberty] = &[
    Liberty {
        name: "responses-end-in-a-fragment",
        about: "authorization responses end in the fragment `#_`",
        allowed: "RFC 9700 4.1.3: servers MAY attach an arbitrary fragment identifier to URLs in Location headers",
        seen_at: None,
        apart: &[],
        acts: &[Act::Answer(|_, _, answered| {
            let bare = answered.header("location").filter(|url| !url.contains('#'));
            let Some(longer) = bare.filter(|_| is_response(answered)).map(|url| format!("{url}#_")) else {
                return false;
            };
            answered.set("location", &longer);
            true
        })],
        costs: &[],
    },
    Liberty {
        name: "response-parameters-in-another-order",
        about: "the query of a response is written anew: its pairs in the order of their names, those of the redirect URI among them",
        allowed: "RFC 6749 3.1.2: the query component is retained when parameters are added; no text fixes an order, and appendix B how a space is written",
        seen_at: None,
        apart: &[],
        acts: &[Act::Answer(|_, _, answered| written_anew(answered))],
        costs: &[],
    },
    Liberty {
        name: "several-redirects-to-a-page",
        about: "the browser is led to the server's pages over four addresses, each of which demands the cookie of the one before",
        allowed: "RFC 6749 3.1: the way in which the resource owner is authenticated is beyond its scope; RFC 9110 10.2.2: Location may be a relative reference",
        seen_at: None,
        apart: &["own redirects"],
        acts: &[
            Act::Instead(step),
            Act::Answer(|_, asked, answered| {
                let own = answered.header("location").filter(|to| is_page_of_ours(to));
                let is_due = answered.status.is_redirection() && !asked.head.uri.path().starts_with("/step/");
                let Some(to) = own.filter(|_| is_due).map(encoded) else { return false };
                let first = format!("/step/1?to={to}");
                answered.set("location", &first);
                answered.headers.append(SET_COOKIE, at_step(1));
                true
            }),
        ],
        costs: &[],
    },
    Liberty {
        name: "an-authorization-endpoint-with-a-query",
        about: "the authorization endpoint's address has a query, without which nothing is there",
        allowed: "RFC 6749 3.1: the endpoint URI MAY include a query component, which MUST be retained when parameters are added",
        seen_at: None,
        apart: &["own redirects"],
        acts: &[
            Act::Target(|target| {
                target.endpoints.authorization.push('?');
                target.endpoints.authorization.push_str(TENANT);
            }),
            Act::Request(|_, asked| {
                if asked.head.uri.path() == "/authorize"
                    && let Ok(uri) = without_tenant(asked.head.uri.query().unwrap_or_default()).parse::<Uri>()
                {
                    asked.head.uri = uri;
                }
                false
            }),
            Act::Answer(|_, asked, answered| {
                let rest = answered.header("location").and_then(|to| to.strip_prefix("/authorize?"));
                if let Some(back) = rest.map(|rest| format!("/authorize?{TENANT}&{rest}")) {
                    answered.set("location", &back);
                    return true;
                }
                let Some(origin) = asked.origin() else { return false };
                let (bare, whole) =
                    (format!("\"{origin}/authorize\""), format!("\"{origin}/authorize?{TENANT}\""));
                asked.is_for_metadata() && answered.replace(&bare, &whole)
            }),
        ],
        costs: &[],
    },
];

/// Whether an answer leads to a client with a code or an error.
fn is_response(answered: &Answered) -> bool {
    answered.located("code").is_some() || answered.located("error").is_some()
}

/// Writes the query of a response anew.
fn written_anew(answered: &mut Answered) -> bool {
    let Some(url) = answered.header("location").filter(|_| is_response(answered)).map(str::to_owned) else {
        return false;
    };
    let (rest, fragment) = url.split_at(url.find('#').unwrap_or(url.len()));
    let Some((place, query)) = rest.split_once('?') else { return false };
    let mut pairs: Vec<(String, String)> =
        url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    pairs.sort();
    let written = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&pairs).finish();
    let other = format!("{place}?{written}{fragment}");
    answered.set("location", &other);
    other != url
}

/// Whether a browser is led to a page that comes by steps.
fn is_page_of_ours(to: &str) -> bool {
    to.starts_with("/login?") || to.starts_with("/authorize?")
}

/// The cookie of who may go to this step.
fn at_step(number: usize) -> HeaderValue {
    HeaderValue::try_from(format!("step={number}; Path=/step; HttpOnly; SameSite=Lax"))
        .unwrap_or_else(|_| HeaderValue::from_static("step=0; Path=/step"))
}

/// Leads on from a step to the next, and from the last to the page, for who brings the cookie of the one before.
fn step(_: &Memory, asked: &Asked) -> Option<Answered> {
    let number: usize = asked.head.uri.path().strip_prefix("/step/")?.parse().ok()?;
    let query = asked.head.uri.query().unwrap_or_default();
    let to = first_of(query, "to")
        .filter(|to| is_page_of_ours(to) && cookie(asked, "step") == Some(number.to_string()));
    let Some(to) = to else {
        let html = "<!DOCTYPE html><title>Lost</title><p>Begin again.</p>";
        return Some(Answered::page(StatusCode::BAD_REQUEST, html.to_owned()));
    };
    let mut on = Answered { status: StatusCode::SEE_OTHER, ..Answered::default() };
    let (place, next) =
        if number < STEPS { (format!("{}?to={}", number + 1, encoded(&to)), number + 1) } else { (to, 0) };
    on.set("location", &place);
    on.headers.append(SET_COOKIE, at_step(next));
    Some(on)
}

/// The address of an authorization request as the server has it, out of the query that came; nothing is at one without
/// the endpoint's own pair.
fn without_tenant(query: &str) -> String {
    let kept: Vec<&str> = query.split('&').filter(|pair| *pair != TENANT).collect();
    if kept.len() == query.split('&').count() {
        return "/none".to_owned();
    }
    if kept.is_empty() { "/authorize".to_owned() } else { format!("/authorize?{}", kept.join("&")) }
}
