//! Where a browser came to rest, and what it did not follow.

use std::sync::Arc;

use url::Url;

use crate::browser::document::resolve;
use crate::browser::guess::{by_itself, onward};
use crate::browser::page::Page;
use crate::case_end::{CaseEnd, Checked};
use crate::subject::Place;
use crate::wire::{Exchange, Params};

/// Where a browser came to rest.
#[derive(Debug, Clone)]
pub enum Landing {
    /// Led to a redirect URI of one of the target's clients.
    Callback(Location),
    /// Led to an origin that belongs neither to the server nor to a client, or to no address at all.
    Foreign(Location),
    /// A page, of any status.
    Page(Page),
}

/// A place that the browser was led to and did not go to, by the `Location` of a redirect or otherwise.
#[derive(Debug, Clone)]
pub struct Location {
    /// The exchange that carries it.
    pub exchange: Arc<Exchange>,
    /// The header's value, exactly; the URL of what was not sent.
    pub text: String,
    /// The pairs of its query.
    pub params: Params,
    /// The pairs of its fragment, for a server that answers there.
    pub fragment: Params,
    /// What led there.
    pub led: Led,
}

/// What leads a browser to a place where it does not go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Led {
    /// The `Location` of a redirect.
    Redirect,
    /// A link, or a form by GET, that brings an error to a redirect URI, or a page that leads there by itself; in words.
    /// It is an authorization response as a redirect is (RFC 6749, sections 1.7 and 4.1.2.1): some servers put one
    /// behind their button to cancel.
    Link(String),
    /// Anything else: what was not sent, and why.
    Unsent(String),
}

impl Landing {
    /// Where a browser comes to rest that was led to a place and may not go there.
    pub(crate) fn led_to(place: Place, location: Location) -> Self {
        match place {
            Place::Callback => Self::Callback(location),
            Place::LikeCallback | Place::Named | Place::Foreign | Place::Nowhere | Place::Own => {
                Self::Foreign(location)
            }
        }
    }

    /// The exchange at which it came to rest.
    #[must_use]
    pub const fn exchange(&self) -> &Arc<Exchange> {
        match self {
            Self::Callback(location) | Self::Foreign(location) => &location.exchange,
            Self::Page(page) => &page.exchange,
        }
    }

    /// The location at a client, if that is where it came to rest.
    #[must_use]
    pub const fn callback(&self) -> Option<&Location> {
        match self {
            Self::Callback(location) => Some(location),
            Self::Foreign(_) | Self::Page(_) => None,
        }
    }

    /// The page, if it came to rest on one.
    #[must_use]
    pub const fn page(&self) -> Option<&Page> {
        match self {
            Self::Page(page) => Some(page),
            Self::Callback(_) | Self::Foreign(_) => None,
        }
    }

    /// Whether it brings this response parameter: where the browser was led, or where a page leads it on, away from the page's
    /// own origin.
    #[must_use]
    pub fn brings(&self, name: &str) -> bool {
        match self {
            Self::Callback(location) | Self::Foreign(location) => location.brings(name),
            Self::Page(page) => by_itself(page).or_else(|| onward(page)).is_some_and(|on| {
                let origin = |text: &str| Url::parse(text).map(|url| url.origin()).ok();
                origin(&on.url) != origin(&page.url) && (on.params.has(name) || has_pair(&on.url, name))
            }),
        }
    }

    /// Whether it brings a code or an access token.
    #[must_use]
    pub fn grants(&self) -> bool {
        self.brings("code") || self.brings("access_token")
    }

    /// That the browser kept nothing to itself here which the server was to judge.
    ///
    /// # Errors
    /// `not-tested` if something was not sent.
    pub fn sent(&self) -> Checked {
        match self {
            Self::Callback(Location { led: Led::Unsent(reason), exchange, .. })
            | Self::Foreign(Location { led: Led::Unsent(reason), exchange, .. }) => {
                Err(CaseEnd::not_tested(reason).at(exchange))
            }
            Self::Callback(_) | Self::Foreign(_) | Self::Page(_) => Ok(()),
        }
    }

    /// What was seen, in a few words, for the `saw` of a broken expectation. Names parameters, not their values,
    /// but for `error`.
    #[must_use]
    pub fn describe(&self) -> String {
        let location = |location: &Location| {
            let names: Vec<String> = pairs_of(&location.text)
                .map(|(name, value)| if name == "error" { format!("error={value}") } else { name })
                .collect();
            names.join(", ")
        };
        match self {
            Self::Callback(Location { led: Led::Unsent(reason), .. })
            | Self::Foreign(Location { led: Led::Unsent(reason), .. }) => reason.clone(),
            Self::Callback(at @ Location { led: Led::Link(led), .. }) => {
                format!("{led} the client with {}", location(at))
            }
            Self::Callback(at) => format!("a redirect to the client with {}", location(at)),
            Self::Foreign(at) => {
                let place = at.text.split(['?', '#']).next().unwrap_or_default();
                format!("a redirect to {place} with {}", location(at))
            }
            Self::Page(page) => {
                let text: String = page.text.chars().take(80).collect();
                let grants = if self.grants() { " and leads on with a code or a token" } else { "" };
                format!("a page with status {} that says {text:?}{grants}", page.status)
            }
        }
    }
}

impl Location {
    /// The place that a redirect names.
    pub(crate) fn redirect(exchange: &Arc<Exchange>, text: &str) -> Self {
        Self::of(exchange, text, Led::Redirect)
    }

    /// A place that something leads to, relative to where its exchange was.
    pub(crate) fn of(exchange: &Arc<Exchange>, text: &str, led: Led) -> Self {
        let absolute = resolve(&exchange.request.url, text);
        let (rest, fragment) = absolute.split_once('#').unwrap_or((&absolute, ""));
        let query = rest.split_once('?').map_or("", |(_, query)| query);
        Self {
            exchange: Arc::clone(exchange),
            text: text.into(),
            params: Params::decode(query),
            fragment: Params::decode(fragment),
            led,
        }
    }

    /// Whether it brings this response parameter, in its query or in its fragment, whatever mark stands before it.
    #[must_use]
    pub fn brings(&self, name: &str) -> bool {
        has_pair(&self.text, name)
    }

    /// The redirect URI part: what stands before the query and the fragment.
    #[must_use]
    pub fn base(&self) -> &str {
        self.text.split(['?', '#']).next().unwrap_or_default()
    }

    /// Whether it is the place that a redirect URI names, whatever is behind that: as text, or as a browser reads both. A
    /// library may write `https://client.example/` for `https://client.example`, and leave out the port that goes without saying.
    #[must_use]
    pub fn is_at(&self, redirect_uri: &str) -> bool {
        is_same_place(self.base(), redirect_uri.split(['?', '#']).next().unwrap_or_default())
    }
}

/// Whether two URIs without query and fragment are one place to a browser.
fn is_same_place(one: &str, other: &str) -> bool {
    let parsed = |text: &str| Url::parse(text).ok();
    one == other || parsed(one).is_some_and(|one| parsed(other).is_some_and(|other| one == other))
}

fn has_pair(url: &str, name: &str) -> bool {
    pairs_of(url).any(|(own, _)| own == name)
}

/// The pairs behind the place that a URL names, whatever mark stands before each: who appends an answer to a redirect URI as it
/// was sent may write a second question mark.
fn pairs_of(url: &str) -> impl Iterator<Item = (String, String)> {
    url.split(['?', '#', '&']).skip(1).flat_map(|pair| {
        let pair = Params::decode(pair);
        pair.pairs().map(|(name, value)| (name.to_owned(), value.to_owned())).collect::<Vec<_>>()
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Instant;

    use super::{Landing, Page, has_pair, is_same_place};
    use crate::wire::{Actor, Exchange, Moment, Request, Response, Whole};

    #[test]
    fn a_code_is_seen_whatever_mark_stands_before_it() {
        for (url, is_there) in [
            ("https://client.example/cb?code=1", true),
            ("https://client.example/cb?suite=1&code=1", true),
            ("https://client.example/cb?suite=1?code=1", true),
            ("https://client.example/cb#code=1", true),
            ("https://client.example/cb#suite?code=1", true),
            ("/cb?code=1", true),
            ("https://client.example/code=1", false),
            ("https://client.example/cb?code_challenge=1", false),
            ("https://client.example/cb?state=%3Fcode%3D1", false),
        ] {
            assert_eq!(has_pair(url, "code"), is_there, "{url}");
        }
    }

    #[test]
    fn a_place_is_the_same_in_each_spelling_that_a_browser_takes_there() {
        for (one, other, expected) in [
            ("https://client.example", "https://client.example/", true),
            ("https://client.example:443/cb", "https://client.example/cb", true),
            ("http://[::1]:8000/cb", "http://[::1]:8000/cb", true),
            ("com.example.app:/cb", "com.example.app:/cb", true),
            ("https://client.example/cb", "https://client.example/cb/", false),
            ("https://client.example/cb", "http://client.example/cb", false),
            ("com.example.app:/cb", "com.example.app:/CB", false),
            ("", "https://client.example", false),
        ] {
            assert_eq!(is_same_place(one, other), expected, "{one} {other}");
        }
    }

    fn page(html: &str) -> Landing {
        let moment = Moment { tick: 0, at: Instant::now() };
        let exchange = Exchange {
            number: 1,
            who: Actor::Browser,
            browser: None,
            sent: moment,
            answered: Some(moment),
            request: Request::get("http://as.example/authorize"),
            answer: Ok(Response {
                status: 200,
                headers: vec![("content-type".into(), "text/html".into())],
                body: html.as_bytes().to_vec(),
            }),
            whole: Whole::default(),
        };
        Landing::Page(Page::read(&Arc::new(exchange)).expect("the table has small pages"))
    }

    #[test]
    fn a_page_that_leads_to_the_client_with_a_code_brings_it() {
        #[rustfmt::skip]
        let table = [
            ("a refresh", "<meta http-equiv=refresh content='0; url=https://client.example/cb?code=1'>", true),
            ("a refresh with the answer in the fragment",
             "<meta http-equiv=refresh content='0; url=https://client.example/cb#code=1'>", true),
            ("a form that a script sends",
             "<form method=post action=https://client.example/cb><input type=hidden name=code value=1></form>\
              <script>document.forms[0].submit()</script>", true),
            ("a link", "<a href='https://client.example/cb?code=1'>Continue</a>", true),
            ("a refresh without a code", "<meta http-equiv=refresh content='0; url=https://client.example/cb?error=e'>", false),
            ("a form for the code of a second factor",
             "<form method=post action=/in><input type=hidden name=code value=1></form>\
              <script>document.forms[0].submit()</script>", false),
            ("a page to read", "<p>The redirect URI is not that of the client.</p>", false),
        ];
        for (what, html, is_there) in table {
            assert_eq!(page(html).grants(), is_there, "{what}");
        }
    }
}
