//! Reading of HTTP for the observer: its own, so that a codec's mistake is not judged by the same codec.

use std::borrow::Cow;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};
use url::{Url, form_urlencoded};

use crate::browser::{self, Page};
use crate::wire::{Exchange, Request};

/// Name and value pairs.
#[derive(Debug, Clone, Default)]
pub(super) struct Pairs(Vec<(String, String)>);

impl Pairs {
    pub(super) fn of(text: &[u8]) -> Self {
        Self(form_urlencoded::parse(text).into_owned().collect())
    }

    /// The one value of a name that is not empty; `Err` where the name stands there more than once.
    pub(super) fn one(&self, name: &str) -> Result<Option<&str>, Twice> {
        let mut values = self.0.iter().filter(|(have, _)| have == name).map(|(_, value)| value.as_str());
        let first = values.next();
        if values.next().is_some() {
            return Err(Twice);
        }
        Ok(first.filter(|value| !value.is_empty()))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(have, _)| have == name)
    }

    pub(super) fn has_value(&self, value: &str) -> bool {
        self.0.iter().any(|(_, have)| have == value)
    }

    /// Every value of a name that is not empty.
    pub(super) fn all(&self, name: &str) -> Vec<&str> {
        let values = self.0.iter().filter(|(have, _)| have == name).map(|(_, value)| value.as_str());
        values.filter(|value| !value.is_empty()).collect()
    }

    /// The names, in order.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }

    /// These pairs, with this one value of a name.
    pub(super) fn with(&self, name: &str, value: &str) -> Self {
        let others = self.0.iter().filter(|(have, _)| have != name).cloned();
        Self(others.chain([(name.to_owned(), value.to_owned())]).collect())
    }

    /// These pairs, without those of a name.
    pub(super) fn without(&self, name: &str) -> Self {
        Self(self.0.iter().filter(|(have, _)| have != name).cloned().collect())
    }

    /// Whether all of these pairs stand here too.
    pub(super) fn hold(&self, others: &Self) -> bool {
        others.0.iter().all(|pair| self.0.contains(pair))
    }

    /// Whether a name stands there twice that may not: `resource` may (RFC 8707, section 2).
    pub(super) fn repeats(&self) -> bool {
        self.0
            .iter()
            .enumerate()
            .any(|(at, (name, _))| name != "resource" && self.0[..at].iter().any(|(have, _)| have == name))
    }
}

/// A parameter that stands there more than once: what it means is in doubt.
#[derive(Debug)]
pub(super) struct Twice;

/// By which the observer knows a text as long as the run lasts: its digest, if it is long.
pub(super) fn known_as(text: &str) -> Cow<'_, str> {
    if text.len() <= 1024 { text.into() } else { format!("sha256:{}", s256(text)).into() }
}

/// The query of a request.
pub(super) fn query(request: &Request) -> Pairs {
    let url = request.url.split('#').next().unwrap_or_default();
    Pairs::of(url.split_once('?').map_or("", |(_, query)| query).as_bytes())
}

/// The form body of a request.
pub(super) fn form(request: &Request) -> Pairs {
    Pairs::of(&request.body)
}

/// Whether a request goes to an endpoint, whatever its query.
pub(super) fn goes_to(request: &Request, endpoint: &str) -> bool {
    let bare = |url: &str| {
        Url::parse(url).ok().map(|mut url| {
            url.set_query(None);
            url.set_fragment(None);
            url.to_string()
        })
    };
    bare(&request.url).is_some_and(|own| bare(endpoint).as_ref() == Some(&own))
}

/// A header of a request; `Err` where it stands there twice.
pub(super) fn header<'r>(request: &'r Request, name: &str) -> Result<Option<&'r str>, Twice> {
    let mut values = request
        .headers
        .iter()
        .filter(|(have, _)| have.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.as_str());
    let first = values.next();
    if values.next().is_some() { Err(Twice) } else { Ok(first) }
}

/// The credentials behind a scheme of `Authorization`.
pub(super) fn credentials<'h>(value: &'h str, scheme: &str) -> Option<&'h str> {
    let (have, rest) = value.split_once(' ')?;
    have.eq_ignore_ascii_case(scheme).then(|| rest.trim())
}

/// Id and secret of Basic credentials: as they stand, and form-decoded.
pub(super) fn basic(encoded: &str) -> Option<[(String, String); 2]> {
    let text = String::from_utf8(STANDARD.decode(encoded).ok()?).ok()?;
    let (id, secret) = text.split_once(':')?;
    let decode = |text: &str| {
        form_urlencoded::parse(format!("x={text}").as_bytes()).next().map(|(_, value)| value.into_owned())
    };
    Some([(id.to_owned(), secret.to_owned()), (decode(id)?, decode(secret)?)])
}

/// A verifier's challenge under `S256`.
pub(super) fn s256(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier))
}

/// Where a page leads its browser by itself with a response. What of HTML that is, the browser reads.
pub(crate) fn led_by_page(exchange: &Exchange) -> Option<String> {
    let response = exchange.answer.as_ref().ok()?;
    let is_page = response.media_type().is_some_and(|kind| kind.contains("html"));
    let text = response.text().to_ascii_lowercase();
    if !is_page || !(text.contains("http-equiv") || text.contains(".submit()")) {
        return None;
    }
    browser::response(&Page::read(&Arc::new(exchange.clone())).ok()?)
}

/// The `Location` of a redirect, made absolute.
pub(super) fn location(exchange: &Exchange) -> Option<String> {
    let response = exchange.answer.as_ref().ok()?;
    if !response.is_redirect() {
        return None;
    }
    let text = response.header("location")?;
    let base = Url::parse(&exchange.request.url).ok()?;
    let url = base.join(text).ok()?;
    // An absolute one stays as it is: parsing would normalise what has to be compared as text.
    let is_absolute = Url::parse(text).is_ok_and(|absolute| absolute == url);
    Some(if is_absolute { text.to_owned() } else { url.into() })
}

#[cfg(test)]
mod tests {
    use super::known_as;

    #[test]
    fn texts_are_known_apart_and_by_little() {
        let (long, other) = ("a".repeat(900_000), "a".repeat(900_001));
        assert_eq!(known_as("short"), "short");
        assert!(known_as(&long).len() < 64 && known_as(&long) == known_as(&long.clone()));
        assert_ne!(known_as(&long), known_as(&other));
    }
}
