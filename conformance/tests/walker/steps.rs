//! Which of the documented steps (`specs/sequence.toml`) took place, read off what the browser exchanged.
//!
//! A step inside an actor, or between client and server, is shown by the first exchange of the browser that
//! could not be without it. Client and server are told apart by their ports, since both may go by two names.

use std::sync::Arc;

use oauth_suite::browser::{Decision, Form, Page, consent};
use oauth_suite::wire::{Exchange, Params};
use url::Url;

const SEQUENCE: &str = include_str!("../../../specs/sequence.toml");

/// One exchange of the browser, as the steps look at it.
struct Seen<'e> {
    exchange: &'e Exchange,
    url: Url,
    at_client: bool,
    at_server: bool,
    /// The query of the request, and the form in its body.
    query: Params,
    form: Params,
    status: u16,
    /// Where a redirect leads.
    location: Option<Url>,
    sets_cookie: bool,
    page: Page,
    user: &'e str,
}

/// The first exchange of which this is true shows the step.
type Shows = fn(&Seen<'_>) -> bool;

const STEPS: [Shows; 17] = [
    |seen| seen.at_client && seen.asks("GET", "/") && seen.status == 200,
    |seen| seen.at_client && seen.asks("GET", "/login"),
    |seen| {
        let request = seen.query.first("response_type") == Some("code") && seen.query.has("client_id");
        seen.at_server && seen.asks("GET", "/authorize") && request
    },
    |seen| seen.at_server && seen.status == 200 && seen.page.forms.iter().any(Form::asks_password),
    |seen| seen.posts_login(),
    |seen| seen.posts_login(),
    |seen| seen.posts_login() && seen.sets_cookie && !seen.page.forms.iter().any(Form::asks_password),
    |seen| seen.at_server && seen.status == 200 && consent(&seen.page, &[], Decision::Approve).is_some(),
    |seen| seen.posts_consent(),
    |seen| seen.posts_consent() && seen.leads_to_code(),
    |seen| seen.at_client && seen.asks("GET", "/callback") && seen.query.has("code"),
    |seen| seen.leaves_callback(),
    |seen| seen.leaves_callback(),
    |seen| seen.leaves_callback() && seen.sets_cookie,
    |seen| seen.shows_result(),
    |seen| seen.shows_result(),
    |seen| seen.shows_result(),
];

/// The steps that did not take place, as `12 request-token`.
pub(crate) fn missing(trail: &[Arc<Exchange>], client: &str, server: &str, user: &str) -> Vec<String> {
    let (client, server) = (port(client), port(server));
    let seen: Vec<Seen<'_>> =
        trail.iter().filter_map(|exchange| Seen::read(exchange, client, server, user)).collect();
    let sequence: toml::Table = toml::from_str(SEQUENCE).expect("the sequence is TOML");
    let steps = sequence["step"].as_array().expect("the sequence has steps");
    assert_eq!(steps.len(), STEPS.len(), "the documented steps");
    let (mut missing, mut from) = (Vec::new(), 0);
    for (step, shows) in steps.iter().zip(STEPS) {
        // A step is shown by the exchange that showed the one before it, or by a later one.
        match seen[from..].iter().position(shows) {
            Some(at) => from += at,
            None => missing.push(format!("{} {}", step["number"], step["name"].as_str().unwrap_or_default())),
        }
    }
    missing
}

fn port(origin: &str) -> Option<u16> {
    Url::parse(origin).expect("an origin is a URL").port()
}

impl<'e> Seen<'e> {
    fn read(
        exchange: &'e Arc<Exchange>,
        client: Option<u16>,
        server: Option<u16>,
        user: &'e str,
    ) -> Option<Self> {
        let url = Url::parse(&exchange.request.url).ok()?;
        let response = exchange.answer.as_ref().ok()?;
        Some(Self {
            at_client: url.port() == client,
            at_server: url.port() == server,
            query: Params::decode(url.query().unwrap_or_default()),
            form: Params::decode(&exchange.request.text()),
            status: response.status,
            location: response.header("location").and_then(|text| url.join(text).ok()),
            sets_cookie: response.header("set-cookie").is_some(),
            page: Page::read(exchange).ok()?,
            exchange,
            url,
            user,
        })
    }

    fn asks(&self, method: &str, path: &str) -> bool {
        self.exchange.request.method == method && self.url.path() == path
    }

    fn posts_login(&self) -> bool {
        let filled = self.form.first("user_id") == Some(self.user) && self.form.has("password");
        self.at_server && self.asks("POST", "/login") && filled
    }

    fn posts_consent(&self) -> bool {
        self.at_server && self.asks("POST", "/authorize") && self.form.first("confirm") == Some("yes")
    }

    fn leads_to_code(&self) -> bool {
        self.location.as_ref().is_some_and(|url| url.query_pairs().any(|(name, _)| name == "code"))
    }

    /// The client took the code to the token endpoint, got a token, and leads away from the address with the code.
    fn leaves_callback(&self) -> bool {
        let away =
            self.location.as_ref().is_some_and(|url| url.path() == "/profile") && !self.leads_to_code();
        self.at_client && self.asks("GET", "/callback") && away
    }

    /// Only the resource says who the user is.
    fn shows_result(&self) -> bool {
        self.at_client
            && self.asks("GET", "/profile")
            && self.status == 200
            && self.page.text.contains(self.user)
    }
}
