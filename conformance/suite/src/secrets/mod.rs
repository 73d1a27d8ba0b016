//! Secrets become keyed pseudonyms such as `code:3f2a91c4e07b`, equal for equal secrets, in all that is printed.
//!
//! Secrets are gathered when an exchange is recorded (`harvest.rs`): where the grammar of a message has them
//! (`places.rs`), under names in whatever shape a text has (`shapes.rs`), and from answers all that looks drawn by lot
//! (`runs.rs`), unless the suite sent it in the open or its name says that anybody may see it. In every text of the
//! report they are found behind its escapes (`layers.rs`, `scan.rs`), and so is what stands there under the name of a
//! secret (`cover.rs`).
//! `state` and challenges are no secrets of anybody.

mod cover;
mod harvest;
pub(crate) mod keep;
mod kind;
mod layers;
mod learnt;
mod names;
mod places;
mod runs;
mod scan;
mod shapes;
#[cfg(test)]
mod tests;
mod value;
mod words;

use std::borrow::Cow;
use std::sync::Mutex;

use crate::secrets::cover::Which;
use crate::secrets::learnt::Secrets;
use crate::secrets::names::{Says, says};
use crate::subject::Target;
use crate::wire::{Exchange, Request, Response, lock};

pub(crate) use kind::DIGITS;
pub use kind::Kind;

/// A secret that was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// What it is.
    pub kind: Kind,
    /// What stands for it.
    pub pseudonym: String,
    /// Where it was seen first.
    pub origin: String,
}

/// The secrets of a run.
pub struct Vault(Mutex<Secrets>);

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
        Self(Mutex::new(Secrets::new(key)))
    }

    /// Knows a secret that people chose from here on. The first kind and origin stay.
    pub fn learn(&self, kind: Kind, secret: &str, origin: &str) {
        lock(&self.0).learn(kind, secret, origin);
    }

    /// Knows the secrets of a target, and what in it is public.
    pub fn know_target(&self, target: &Target) {
        let mut inner = lock(&self.0);
        inner.know_public(target);
        for client in target.registered() {
            if let Some(secret) = &client.secret {
                inner.learn(
                    Kind::Secret,
                    secret.expose(),
                    &format!("the target: the secret of {}", client.id),
                );
            }
        }
        for user in target.users.values() {
            inner.learn(
                Kind::Password,
                user.password.expose(),
                &format!("the target: the password of {}", user.name),
            );
        }
        if let Some(token) = &target.registration_token {
            inner.learn(Kind::Token, token.expose(), "the target: registration_token");
        }
    }

    /// Knows a header that every request carries, if it is a secret.
    pub fn know_header(&self, name: &str, value: &str) {
        let secret = matches!(says(name.as_bytes()), Says::Secret(_));
        if secret || !words::is_wordlike(value.as_bytes()) {
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
        lock(&self.0).cover(text, Which::Named)
    }

    /// What stands for a value of which it is known that it is a secret.
    #[must_use]
    pub fn secret(&self, kind: Kind, secret: &str) -> String {
        lock(&self.0).stand_in(kind, secret)
    }

    /// A request with pseudonyms.
    #[must_use]
    pub fn request(&self, request: &Request) -> Request {
        let mut inner = lock(&self.0);
        let masked = places::rewrite_request(request, &mut |kind, secret| inner.stand_in(kind, secret));
        Request {
            method: inner.cover(&masked.method, Which::Known),
            url: inner.cover(&masked.url, Which::Named),
            headers: inner.headers(&masked.headers),
            body: inner.bytes(masked.body),
        }
    }

    /// A response with pseudonyms. A body that is compressed is one secret.
    #[must_use]
    pub fn response(&self, response: &Response) -> Response {
        let mut inner = lock(&self.0);
        let headers = places::rewrite_headers(response, &mut |kind, secret| inner.stand_in(kind, secret));
        let body = if is_compressed(response) {
            inner.stand_in(Kind::Opaque, &text(&response.body)).into_bytes()
        } else {
            inner.bytes(response.body.clone())
        };
        Response { status: response.status, headers: inner.headers(&headers), body }
    }

    /// What is known of a pseudonym.
    #[must_use]
    pub fn known(&self, pseudonym: &str) -> Option<Known> {
        lock(&self.0).origins.get(pseudonym).cloned()
    }
}

/// Bytes as text: UTF-8, or else ISO 8859-1, which keeps every byte, so that secrets are found between bytes that are
/// no text.
fn text(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(bytes.iter().map(|byte| char::from(*byte)).collect()),
    }
}

/// Whether a body is compressed, by its headers or its first bytes.
fn is_compressed(response: &Response) -> bool {
    let coding = response.header("content-encoding").map(str::trim).unwrap_or_default();
    let named = !coding.is_empty() && !coding.eq_ignore_ascii_case("identity");
    let marks = [&b"\x1f\x8b"[..], b"\x28\xb5\x2f\xfd"];
    !response.body.is_empty() && (named || marks.iter().any(|mark| response.body.starts_with(mark)))
}
