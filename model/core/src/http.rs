//! HTTP as data: what the edges carry and the codecs read and write. No I/O, no routing.

use alloc::borrow::ToOwned as _;
use alloc::string::String;
use alloc::vec::Vec;

mod host;

pub use host::{BadHost, Version, judge_host};

use crate::page::Page;

/// A request as it arrived, undecoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpRequest {
    /// The method, as sent.
    pub method: String,
    /// The path, without the query, as sent.
    pub path: String,
    /// What stood behind the first `?`, as sent.
    pub query: Option<String>,
    /// Header fields in order; names in lower case, values as sent.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The body, cut after [`BODY_LIMIT`] plus one byte.
    pub body: Vec<u8>,
}

/// The most bytes of a body that are read; one more makes it too large.
pub const BODY_LIMIT: usize = 64 * 1024;

impl HttpRequest {
    /// All values of a header field; `name` in lower case.
    pub fn header<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        self.headers.iter().filter(move |(have, _)| have == name).map(|(_, value)| value.as_slice())
    }

    /// Puts a host in the place of those that the fields name: a target that is a whole URI goes over them (RFC 9112
    /// 3.2.2).
    pub fn set_host(&mut self, host: &str) {
        self.headers.retain(|(name, _)| name != "host");
        self.headers.push(("host".to_owned(), host.as_bytes().to_vec()));
    }

    /// The value of a cookie; the first, should it stand there twice.
    #[must_use]
    pub fn cookie(&self, name: &str) -> Option<&str> {
        self.header("cookie")
            .filter_map(|value| core::str::from_utf8(value).ok())
            .flat_map(|value| value.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find(|(have, _)| *have == name)
            .map(|(_, value)| value)
    }

    /// The media type of the body, in lower case and without its parameters.
    #[must_use]
    pub fn media_type(&self) -> Option<String> {
        let value = self.header("content-type").next()?;
        let text = core::str::from_utf8(value).ok()?;
        Some(text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase())
    }
}

/// A reply, ready to be sent but for the drawing of its page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpReply<P = Page> {
    /// The status code.
    pub status: u16,
    /// Header fields in order; `Content-Length` and `Date` are the edge's.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Body<P>,
}

/// What a reply's body is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body<P = Page> {
    /// Nothing.
    Empty,
    /// Text of the media type that the headers name.
    Text(String),
    /// A page that the edge draws.
    Page(P),
}

impl<P> HttpReply<P> {
    /// A reply without headers and body.
    #[must_use]
    pub fn status(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Body::Empty }
    }

    /// Adds a header field.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// The first value of a header field; names compare without regard to case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(have, _)| have.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// Takes out every field of this name.
    pub fn remove(&mut self, name: &str) {
        self.headers.retain(|(have, _)| !have.eq_ignore_ascii_case(name));
    }

    /// Replaces a field, or adds it.
    pub fn set(&mut self, name: &'static str, value: impl Into<String>) {
        self.remove(name);
        self.headers.push((name, value.into()));
    }
}
