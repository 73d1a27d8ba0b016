//! One request and what came back, verbatim.
//!
//! Nothing here judges; the observers and the expectations read these values.

use std::time::Instant;

use crate::wire::params::Params;

/// Who sent a request, as the laws distinguish senders.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Actor {
    /// A client that sends what is its own.
    Client,
    /// Another registered client.
    OtherClient,
    /// Somebody who sends what belongs to another.
    Thief,
    /// The browser of the first user.
    Browser,
    /// The browser of the second user.
    OtherBrowser,
    /// A browser in which nobody is logged in.
    Stranger,
    /// The suite itself: discovery and probes.
    Suite,
}

impl Actor {
    /// The word in reports.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::OtherClient => "other client",
            Self::Thief => "thief",
            Self::Browser => "browser",
            Self::OtherBrowser => "other browser",
            Self::Stranger => "stranger",
            Self::Suite => "suite",
        }
    }
}

/// A moment of the run: `tick` orders all moments of a run without ties, `at` is the monotonic clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// Counts every sending and every answer of the run.
    pub tick: u64,
    /// When it was, for durations.
    pub at: Instant,
}

/// A request as it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The method, as `GET`.
    pub method: String,
    /// The URL, encoded as it is sent.
    pub url: String,
    /// Names and values in order.
    pub headers: Vec<(String, String)>,
    /// The body; empty for none.
    pub body: Vec<u8>,
}

/// A response as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// Names (in lower case) and values in order; bytes outside UTF-8 are read as ISO 8859-1.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

/// Why there is no response to judge.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoAnswer {
    /// None came, or what came is no HTTP.
    #[error("no answer: {0}")]
    Missing(String),
    /// It is longer than the suite reads: its head.
    #[error("the answer is longer than 1 MiB; the suite reads no more")]
    TooLong(Response),
}

/// How many bytes the bodies had of an exchange that is kept in part; `None` for a body that is kept whole.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Whole {
    /// The request's.
    pub request: Option<usize>,
    /// The response's.
    pub response: Option<usize>,
}

/// A request and its answer, or that none came.
#[derive(Debug, Clone)]
pub struct Exchange {
    /// Counts the exchanges of a run, from 1.
    pub number: u64,
    /// Who sent the request.
    pub who: Actor,
    /// The browser session that sent it; forks of one session share it.
    pub browser: Option<u64>,
    /// When the sending began.
    pub sent: Moment,
    /// When the answer was complete; `None` without an answer.
    pub answered: Option<Moment>,
    /// What was sent.
    pub request: Request,
    /// What came back.
    pub answer: Result<Response, NoAnswer>,
    /// How long its bodies were, where they are kept in part.
    pub whole: Whole,
}

impl Request {
    /// A GET without headers or body.
    #[must_use]
    pub fn get(url: impl Into<String>) -> Self {
        Self { method: "GET".into(), url: url.into(), headers: Vec::new(), body: Vec::new() }
    }

    /// A POST of a form.
    #[must_use]
    pub fn form(url: impl Into<String>, params: &Params) -> Self {
        Self::post(url, params.encode().into_bytes())
            .header("Content-Type", "application/x-www-form-urlencoded")
    }

    /// A POST of any body.
    #[must_use]
    pub fn post(url: impl Into<String>, body: Vec<u8>) -> Self {
        Self { method: "POST".into(), url: url.into(), headers: Vec::new(), body }
    }

    /// Replaces the method.
    #[must_use]
    pub fn method(mut self, method: &str) -> Self {
        self.method = method.into();
        self
    }

    /// Appends a header, also where the name occurs already.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Removes every header of this name.
    #[must_use]
    pub fn without_header(mut self, name: &str) -> Self {
        self.headers.retain(|(have, _)| !have.eq_ignore_ascii_case(name));
        self
    }

    /// The body as text, with replacement characters outside UTF-8.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

impl Response {
    /// The first value of a header.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(have, _)| have.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// Every value of a header, in order.
    #[must_use]
    pub fn headers(&self, name: &str) -> Vec<&str> {
        let same = |(have, _): &&(String, String)| have.eq_ignore_ascii_case(name);
        self.headers.iter().filter(same).map(|(_, value)| value.as_str()).collect()
    }

    /// The body as text, with replacement characters outside UTF-8.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as a JSON value; `None` if it is not JSON. The content type is not looked at.
    #[must_use]
    pub fn json(&self) -> Option<serde_json::Value> {
        serde_json::from_slice(&self.body).ok()
    }

    /// The media type of `Content-Type` in lower case, without parameters.
    #[must_use]
    pub fn media_type(&self) -> Option<String> {
        let value = self.header("content-type")?;
        Some(value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase())
    }

    /// Whether the status is 3xx.
    #[must_use]
    pub const fn is_redirect(&self) -> bool {
        self.status >= 300 && self.status < 400
    }
}

/// Whether a status says that the server broke down. 501 does not: that refuses what is not implemented (RFC 9110, section
/// 15.6.2).
#[must_use]
pub const fn is_breakdown(status: u16) -> bool {
    status >= 500 && status != 501
}

impl Exchange {
    /// The status of the answer, if one came.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.answer.as_ref().ok().map(|response| response.status)
    }

    /// What came, be it only the head of what is too long.
    #[must_use]
    pub const fn head(&self) -> Option<&Response> {
        match &self.answer {
            Ok(response) | Err(NoAnswer::TooLong(response)) => Some(response),
            Err(NoAnswer::Missing(_)) => None,
        }
    }
}
