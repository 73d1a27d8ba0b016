//! Where a browser came to rest, and what it did not follow.

use std::sync::Arc;

use crate::browser::document::resolve;
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
            let names: Vec<String> = location
                .params
                .pairs()
                .chain(location.fragment.pairs())
                .map(|(name, value)| if name == "error" { format!("error={value}") } else { name.into() })
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
                format!("a page with status {} that says {text:?}", page.status)
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

    /// Whether it brings this response parameter, in its query or in its fragment.
    #[must_use]
    pub fn brings(&self, name: &str) -> bool {
        self.params.has(name) || self.fragment.has(name)
    }

    /// The redirect URI part: what stands before the query and the fragment.
    #[must_use]
    pub fn base(&self) -> &str {
        self.text.split(['?', '#']).next().unwrap_or_default()
    }
}
