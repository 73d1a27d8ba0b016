//! What passes through the relay, with the few ways in which liberties read and change it.

use std::io::Write as _;
use std::ops::Range;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use hyper::Uri;
use hyper::body::Bytes;
use hyper::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use hyper::http::request::Parts;
use hyper::http::uri::PathAndQuery;
use hyper::http::{Response, StatusCode};
use oauth_core::server::receive::METADATA_PATH;
use serde_json::{Map, Value};

/// Where OpenID Connect has the metadata.
pub(crate) const OPENID_PATH: &str = "/.well-known/openid-configuration";

/// A text as a query or a form has it.
pub(crate) fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// The first value of a parameter of a query.
pub(crate) fn first_of(query: &str, wanted: &str) -> Option<String> {
    let mut pairs = url::form_urlencoded::parse(query.as_bytes());
    pairs.find_map(|(name, value)| (name == wanted).then(|| value.into_owned()))
}

/// A request, with its whole body.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    /// Its line and its header.
    pub(crate) head: Parts,
    /// Its body.
    pub(crate) body: Bytes,
}

/// An answer, with its whole body.
#[derive(Debug, Clone, Default)]
pub(crate) struct Answered {
    /// Its status.
    pub(crate) status: StatusCode,
    /// Its header.
    pub(crate) headers: HeaderMap,
    /// Its body.
    pub(crate) body: Bytes,
    /// Whether it is sent in chunks, without `Content-Length`.
    pub(crate) chunked: bool,
    /// Whether its body is compressed when it is sent.
    pub(crate) gzip: bool,
    /// How long it waits before it is sent.
    pub(crate) delay: Duration,
}

impl Asked {
    /// Whether it was sent by this method to this path.
    pub(crate) fn is(&self, method: &str, path: &str) -> bool {
        self.head.method.as_str() == method && self.head.uri.path() == path
    }

    /// The parameters of its body.
    pub(crate) fn form(&self) -> Vec<(String, String)> {
        url::form_urlencoded::parse(&self.body).into_owned().collect()
    }

    /// The first value of a parameter of its body.
    pub(crate) fn parameter(&self, name: &str) -> Option<String> {
        self.form().into_iter().find_map(|(have, value)| (have == name).then_some(value))
    }

    /// Puts these parameters in place of its body.
    pub(crate) fn set_form(&mut self, form: &[(String, String)]) {
        let encoded = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        self.body = encoded.into();
    }

    /// The parameters of an authorization request, in the browser or pushed; `None` if it is none.
    pub(crate) fn authorization(&self) -> Option<Vec<(String, String)>> {
        if self.is("GET", "/authorize") {
            let query = self.head.uri.query().unwrap_or_default();
            return Some(url::form_urlencoded::parse(query.as_bytes()).into_owned().collect());
        }
        (self.is("POST", "/authorize") || self.is("POST", "/par")).then(|| self.form())
    }

    /// Puts these parameters in place of those of an authorization request; whether that could be done.
    pub(crate) fn set_authorization(&mut self, pairs: &[(String, String)]) -> bool {
        if !self.is("GET", "/authorize") {
            self.set_form(pairs);
            return true;
        }
        let written = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        let Ok(uri) = format!("/authorize?{written}").parse() else { return false };
        self.head.uri = uri;
        true
    }

    /// Changes values of the parameters of its body; whether `change` gave another for any.
    pub(crate) fn change_form(&mut self, change: impl Fn(&str, &str) -> Option<String>) -> bool {
        let mut changed = false;
        let mut form = self.form();
        for (name, value) in &mut form {
            if let Some(other) = change(name, value) {
                *value = other;
                changed = true;
            }
        }
        if changed {
            self.set_form(&form);
        }
        changed
    }

    /// The first value of a header field, as text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.headers.get(name)?.to_str().ok()
    }

    /// Whether it came from who authenticates in the header.
    pub(crate) fn has_authorization(&self) -> bool {
        self.head.headers.contains_key(AUTHORIZATION)
    }

    /// The identifier and the secret of its HTTP Basic credentials, form-decoded.
    pub(crate) fn basic(&self) -> Option<(String, String)> {
        let encoded = self.header("authorization")?.strip_prefix("Basic ")?;
        let text = String::from_utf8(BASE64_STANDARD.decode(encoded).ok()?).ok()?;
        let (id, secret) = text.split_once(':')?;
        let decoded = |text: &str| {
            let mut pairs = url::form_urlencoded::parse(text.as_bytes());
            pairs.next().map_or_else(String::new, |(name, _)| name.into_owned())
        };
        Some((decoded(id), decoded(secret)))
    }

    /// Lets it authenticate by HTTP Basic.
    pub(crate) fn set_basic(&mut self, id: &str, secret: &str) {
        let pair = format!("{}:{}", encoded(id), encoded(secret));
        if let Ok(value) = HeaderValue::try_from(format!("Basic {}", BASE64_STANDARD.encode(pair))) {
            self.head.headers.insert(AUTHORIZATION, value);
        }
    }

    /// The server's origin, by the name under which it was asked.
    pub(crate) fn origin(&self) -> Option<String> {
        Some(format!("http://{}", self.header("host")?))
    }

    /// Its path and query.
    pub(crate) fn target(&self) -> &str {
        self.head.uri.path_and_query().map_or("/", PathAndQuery::as_str)
    }

    /// Whether it asks for the server's metadata, under either name.
    pub(crate) fn is_for_metadata(&self) -> bool {
        matches!(self.head.uri.path(), METADATA_PATH | OPENID_PATH)
    }

    /// Whether it asks for a protected resource.
    pub(crate) fn is_for_resource(&self) -> bool {
        self.head.uri.path().starts_with("/api/")
    }

    /// Keeps what asks for this path from everything that the server has; whether it asks for that.
    pub(crate) fn hide(&mut self, path: &str) -> bool {
        let is_due = self.head.uri.path() == path;
        if is_due {
            self.head.uri = Uri::from_static("/none");
        }
        is_due
    }
}

impl Answered {
    /// A page of a server that protects its pages.
    pub(crate) fn page(status: StatusCode, html: String) -> Self {
        let mut page = Self { status, body: html.into(), ..Self::default() };
        page.set("content-type", "text/html; charset=utf-8");
        page.set("cache-control", "no-store");
        page.set("x-frame-options", "DENY");
        page.set("content-security-policy", "frame-ancestors 'none'");
        page.set("referrer-policy", "no-referrer");
        page
    }

    /// The first value of a header field, as text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Puts a header field in the place of all that have its name. The tables of liberties name what a header can hold; a
    /// text that it cannot hold changes nothing.
    pub(crate) fn set(&mut self, name: &'static str, value: &str) {
        if let Ok(value) = HeaderValue::try_from(value) {
            self.headers.insert(HeaderName::from_static(name), value);
        }
    }

    /// Where the value of a query parameter stands in its `Location`.
    pub(crate) fn located(&self, name: &str) -> Option<Range<usize>> {
        let url = self.header("location")?;
        let begins = |before: &str| {
            let named = format!("{before}{name}=");
            url.find(&named).map(|at| at + named.len())
        };
        let at = begins("?").or_else(|| begins("&"))?;
        Some(at..url[at..].find(['&', '#']).map_or(url.len(), |length| at + length))
    }

    /// Whether its body is of this media type.
    pub(super) fn is_of(&self, media_type: &str) -> bool {
        self.header("content-type").is_some_and(|value| {
            value.split(';').next().is_some_and(|have| have.trim().eq_ignore_ascii_case(media_type))
        })
    }

    /// Whether it is a page.
    pub(crate) fn is_page(&self) -> bool {
        self.is_of("text/html")
    }

    /// Changes its JSON object; whether `change` says that it did.
    pub(crate) fn json(&mut self, change: impl FnOnce(&mut Map<String, Value>) -> bool) -> bool {
        if !self.is_of("application/json") {
            return false;
        }
        let Some(mut members) = self.members() else { return false };
        let changed = change(&mut members);
        if changed {
            self.body = Value::Object(members).to_string().into();
        }
        changed
    }

    /// Whether it tells of an error in JSON.
    pub(crate) fn error(&self) -> Option<String> {
        Some(self.members()?.get("error")?.as_str()?.to_owned())
    }

    /// The members of its JSON object.
    pub(super) fn members(&self) -> Option<Map<String, Value>> {
        serde_json::from_slice(&self.body).ok()
    }

    /// Its body as text.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Changes a text of its body wherever that stands; whether it stood anywhere.
    pub(crate) fn replace(&mut self, from: &str, to: &str) -> bool {
        let text = self.text();
        let found = text.contains(from);
        if found {
            self.body = text.replace(from, to).into();
        }
        found
    }
}

impl From<Answered> for Response<Bytes> {
    fn from(mut answered: Answered) -> Self {
        if answered.gzip {
            answered.body = compressed(&answered.body);
            answered.set("content-encoding", "gzip");
        }
        let mut response = Self::new(answered.body);
        *response.status_mut() = answered.status;
        *response.headers_mut() = answered.headers;
        response
    }
}

fn compressed(body: &[u8]) -> Bytes {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    // A `Vec` takes all that is written.
    let written = encoder.write_all(body).and_then(|()| encoder.finish());
    written.unwrap_or_default().into()
}
