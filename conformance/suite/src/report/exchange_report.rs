//! An exchange as it is told: what was sent, what came, and the curl line that sends it again.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;

use crate::report::curl::{Curl, curl};
use crate::report::veil::Veil;
use crate::secrets::{DIGITS, Kind};
use crate::wire::Exchange;

/// A request and what came back.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct ExchangeReport {
    /// Counts the exchanges of a run, from 1.
    pub number: u64,
    /// Who sent the request.
    pub who: &'static str,
    /// What was sent.
    pub request: RequestReport,
    /// What came, be it only the head of what is too long.
    pub response: Option<ResponseReport>,
    /// Why no answer came that could be judged.
    pub fault: Option<String>,
    /// The line that sends it again, with shell variables for secrets.
    pub curl: String,
    /// These variables, and where their values come from.
    #[serde(skip)]
    pub variables: Vec<(String, String)>,
}

/// What was sent.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct RequestReport {
    /// The method.
    pub method: String,
    /// The URL.
    pub url: String,
    /// Names and values in order.
    pub headers: Vec<(String, String)>,
    /// The body.
    #[serde(flatten)]
    pub body: Body,
}

/// What came.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct ResponseReport {
    /// The status code.
    pub status: u16,
    /// Names and values in order.
    pub headers: Vec<(String, String)>,
    /// The body.
    #[serde(flatten)]
    pub body: Body,
}

/// A body, or how it begins.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct Body {
    /// It as text, if it is some.
    #[serde(rename = "body")]
    pub text: Option<String>,
    /// In base64, if it is no text.
    #[serde(rename = "body_base64", skip_serializing_if = "Option::is_none")]
    pub base64: Option<String>,
    /// How many bytes it has in all, if only its beginning is here.
    #[serde(rename = "body_bytes", skip_serializing_if = "Option::is_none")]
    pub bytes: Option<usize>,
}

impl ExchangeReport {
    pub(super) fn new(veil: Veil<'_>, exchange: &Exchange) -> Self {
        let request = veil.request(&exchange.request);
        let Curl { line, variables } = curl(veil, exchange, &request);
        let response = exchange.head().map(|response| veil.response(response));
        Self {
            number: exchange.number,
            who: exchange.who.word(),
            request: RequestReport {
                method: request.method,
                url: request.url,
                headers: request.headers,
                body: Body::new(request.body, exchange.whole.request),
            },
            response: response.map(|response| ResponseReport {
                status: response.status,
                headers: response.headers,
                body: Body::new(response.body, exchange.whole.response),
            }),
            fault: exchange.answer.as_ref().err().map(|fault| veil.text(&fault.to_string())),
            curl: line,
            variables,
        }
    }
}

impl Body {
    fn new(body: Vec<u8>, bytes: Option<usize>) -> Self {
        let (text, base64) = match String::from_utf8(body) {
            Ok(text) => (Some(text).filter(|text| !text.is_empty()), None),
            Err(fault) => (None, Some(STANDARD.encode(fault.as_bytes()))),
        };
        Self { text, base64, bytes }
    }

    /// Whether a pseudonym stands for all of it, so that nothing is left to read.
    pub(super) fn is_masked(&self) -> bool {
        let text = self.text.as_deref().unwrap_or_default().trim().trim_matches('"');
        text.split_once(':').is_some_and(|(word, digits)| {
            Kind::ALL.iter().any(|kind| kind.word() == word)
                && digits.len() == DIGITS
                && digits.bytes().all(|digit| digit.is_ascii_hexdigit())
        })
    }

    /// The bytes that are here.
    pub(super) fn shown(&self) -> Cow<'_, [u8]> {
        match (&self.text, &self.base64) {
            (Some(text), _) => Cow::Borrowed(text.as_bytes()),
            (None, Some(base64)) => Cow::Owned(STANDARD.decode(base64).unwrap_or_default()),
            (None, None) => Cow::Borrowed(&[]),
        }
    }
}
