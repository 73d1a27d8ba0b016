//! Secrets become keyed pseudonyms such as `code:3f2a91c4e07b`, equal for equal secrets, in all that is printed.
//!
//! Secrets are gathered when an exchange is recorded (`harvest.rs`): where the grammar of a message has them
//! (`places.rs`), under names in whatever shape a text has, and from answers all that looks drawn by lot, unless the
//! suite sent it in the open or its name says that anybody may see it. How they are found in a text, and covered there,
//! is `oauth-secrets`' to say.
//! `state` and challenges are no secrets of anybody.

mod harvest;
pub(crate) mod keep;
mod learnt;
mod places;
#[cfg(test)]
mod tests;

use std::sync::Mutex;

use oauth_secrets::{Says, Which, is_wordlike, says, text};

use crate::secrets::learnt::Learnt;
use crate::subject::Target;
use crate::wire::{Exchange, Request, Response, lock};

pub(crate) use oauth_secrets::DIGITS;
pub use oauth_secrets::{Kind, Known};

/// The secrets of a run.
pub struct Vault(Mutex<Learnt>);

impl Default for Vault {
    fn default() -> Self {
        Self::new()
    }
}

impl Vault {
    /// An empty vault with a fresh key, so that pseudonyms of two runs tell nothing about each other.
    #[must_use]
    pub fn new() -> Self {
        Self::with_key(rand::random())
    }

    /// An empty vault with this key.
    #[must_use]
    pub fn with_key(key: [u8; 32]) -> Self {
        Self(Mutex::new(Learnt::new(key)))
    }

    /// Knows a secret that people chose from here on. The first kind and origin stay.
    pub fn learn(&self, kind: Kind, secret: &str, origin: &str) {
        lock(&self.0).secrets.learn(kind, secret, origin);
    }

    /// Knows the secrets of a target, and what in it is public.
    pub fn know_target(&self, target: &Target) {
        lock(&self.0).know_target(target);
    }

    /// Knows a header that every request carries, if it is a secret.
    pub fn know_header(&self, name: &str, value: &str) {
        let secret = matches!(says(name.as_bytes()), Says::Secret(_));
        if secret || !is_wordlike(value.as_bytes()) {
            self.learn(Kind::Authorization, value, &format!("--header {name}"));
        }
    }

    /// Knows the secrets of an exchange.
    pub fn harvest(&self, exchange: &Exchange) {
        lock(&self.0).harvest(exchange);
    }

    /// A text with pseudonyms for all secrets.
    #[must_use]
    pub fn text(&self, text: &str) -> String {
        lock(&self.0).secrets.cover(text, Which::Named)
    }

    /// What stands for a value of which it is known that it is a secret.
    #[must_use]
    pub fn secret(&self, kind: Kind, secret: &str) -> String {
        lock(&self.0).secrets.stand_in(kind, secret)
    }

    /// A request with pseudonyms.
    #[must_use]
    pub fn request(&self, request: &Request) -> Request {
        let mut inner = lock(&self.0);
        let masked =
            places::rewrite_request(request, &mut |kind, secret| inner.secrets.stand_in(kind, secret));
        Request {
            method: inner.secrets.cover(&masked.method, Which::Known),
            url: inner.secrets.cover(&masked.url, Which::Named),
            headers: inner.headers(&masked.headers),
            body: inner.secrets.cover_bytes(masked.body),
        }
    }

    /// A response with pseudonyms. A body that is compressed is one secret.
    #[must_use]
    pub fn response(&self, response: &Response) -> Response {
        let mut inner = lock(&self.0);
        let headers =
            places::rewrite_headers(response, &mut |kind, secret| inner.secrets.stand_in(kind, secret));
        let body = if is_compressed(response) {
            inner.secrets.stand_in(Kind::Opaque, &text(&response.body)).into_bytes()
        } else {
            inner.secrets.cover_bytes(response.body.clone())
        };
        Response { status: response.status, headers: inner.headers(&headers), body }
    }

    /// What is known of a pseudonym.
    #[must_use]
    pub fn known(&self, pseudonym: &str) -> Option<Known> {
        lock(&self.0).secrets.known(pseudonym).cloned()
    }
}

/// Whether a body is compressed, by its headers or its first bytes.
fn is_compressed(response: &Response) -> bool {
    let coding = response.header("content-encoding").map(str::trim).unwrap_or_default();
    let named = !coding.is_empty() && !coding.eq_ignore_ascii_case("identity");
    let marks = [&b"\x1f\x8b"[..], b"\x28\xb5\x2f\xfd"];
    !response.body.is_empty() && (named || marks.iter().any(|mark| response.body.starts_with(mark)))
}
