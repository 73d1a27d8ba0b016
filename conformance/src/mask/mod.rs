//! Secrets become keyed pseudonyms such as `code:3f2a91c4e07b`, equal for equal secrets, in all that is printed.
//!
//! Secrets are gathered where they stand by name (`places.rs`) when an exchange is recorded, and replaced by scan in
//! every text of the report, in each encoding in which they may come back. What is too short to be looked for in
//! running text is still replaced where it stands by name. `state` and challenges are no secrets of anybody.

mod places;
mod scan;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use sha2::{Digest, Sha256};

use crate::exchange::{Exchange, Request, Response};
use crate::live::lock;
use crate::mask::scan::Needles;
use crate::target::Target;

/// What a secret is, as the pseudonym says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// An authorization code.
    Code,
    /// An access token, or a token of unknown kind.
    Token,
    /// A refresh token.
    Refresh,
    /// A user's password.
    Password,
    /// A client secret.
    Secret,
    /// A PKCE code verifier.
    Verifier,
    /// A cookie's value.
    Cookie,
    /// An anti-CSRF value.
    Csrf,
    /// Credentials of `Authorization`.
    Authorization,
    /// A DPoP proof.
    Proof,
}

impl Kind {
    /// The word before the colon.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::Token => "token",
            Self::Refresh => "refresh",
            Self::Password => "password",
            Self::Secret => "secret",
            Self::Verifier => "verifier",
            Self::Cookie => "cookie",
            Self::Csrf => "csrf",
            Self::Authorization => "authorization",
            Self::Proof => "proof",
        }
    }

    /// The shell variable that stands for such a secret in a curl line.
    #[must_use]
    pub const fn variable(self) -> &'static str {
        match self {
            Self::Code => "CODE",
            Self::Token => "ACCESS_TOKEN",
            Self::Refresh => "REFRESH_TOKEN",
            Self::Password => "PASSWORD",
            Self::Secret => "CLIENT_SECRET",
            Self::Verifier => "CODE_VERIFIER",
            Self::Cookie => "COOKIE",
            Self::Csrf => "CSRF",
            Self::Authorization => "CREDENTIALS",
            Self::Proof => "DPOP_PROOF",
        }
    }
}

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

/// The shortest secret that is looked for in running text.
const SHORTEST: usize = 6;

/// The secrets of a run.
pub struct Vault {
    key: [u8; 32],
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    known: BTreeMap<String, Known>,
    /// By pseudonym.
    origins: BTreeMap<String, Known>,
    /// What looks like a secret but is public, such as a client id in a hidden field.
    public: BTreeSet<String>,
    needles: Needles,
}

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
        Self { key, inner: Mutex::default() }
    }

    /// Knows a secret from here on. The first kind and origin stay.
    pub fn learn(&self, kind: Kind, secret: &str, origin: &str) {
        // What is longer is shown nowhere, be it in part.
        if secret.is_empty() || secret.len() > crate::keep::LONGEST {
            return;
        }
        let mut inner = lock(&self.inner);
        if inner.known.contains_key(secret) {
            return;
        }
        let known = Known { kind, pseudonym: self.pseudonym(kind, secret), origin: origin.into() };
        if secret.len() >= SHORTEST {
            for form in scan::forms(secret) {
                inner.needles.add(&form, &known.pseudonym);
            }
        }
        inner.origins.insert(known.pseudonym.clone(), known.clone());
        inner.known.insert(secret.into(), known);
    }

    /// Knows the secrets of a target, and what in it is public.
    pub fn know_target(&self, target: &Target) {
        {
            let mut inner = lock(&self.inner);
            for client in target.registered() {
                inner.public.extend([client.id.clone(), client.redirect_uri.clone()]);
                inner.public.extend(client.scope.clone());
            }
            inner.public.extend(target.users.values().map(|user| user.name.clone()));
        }
        for client in target.registered() {
            if let Some(secret) = &client.secret {
                self.learn(Kind::Secret, secret, &format!("the target: the secret of {}", client.id));
            }
        }
        for user in target.users.values() {
            self.learn(Kind::Password, &user.password, &format!("the target: the password of {}", user.name));
        }
    }

    /// Knows the secrets of an exchange.
    pub fn harvest(&self, exchange: &Exchange) {
        lock(&self.inner).public.extend(places::public_of(&exchange.request));
        for found in self.secret(places::of_request(&exchange.request)) {
            let origin = format!("exchange {}, the request's {}", exchange.number, found.place);
            self.learn(found.kind, &found.secret, &origin);
        }
        if let Some(response) = exchange.head() {
            for found in self.secret(places::of_response(response)) {
                let origin = format!("exchange {}, the answer's {}", exchange.number, found.place);
                self.learn(found.kind, &found.secret, &origin);
            }
        }
    }

    fn secret(&self, found: Vec<places::Found>) -> Vec<places::Found> {
        let inner = lock(&self.inner);
        found.into_iter().filter(|found| !inner.public.contains(&found.secret)).collect()
    }

    /// A text with pseudonyms for all secrets that are long enough to be looked for.
    #[must_use]
    pub fn text(&self, text: &str) -> String {
        lock(&self.inner).needles.replace(text)
    }

    /// A request with pseudonyms.
    #[must_use]
    pub fn request(&self, request: &Request) -> Request {
        let stand_in = |kind, secret: &str| self.stand_in(kind, secret);
        let masked = places::rewrite_request(request, &stand_in);
        Request {
            method: masked.method,
            url: self.text(&masked.url),
            headers: self.headers(&masked.headers),
            body: self.bytes(masked.body),
        }
    }

    /// A response with pseudonyms.
    #[must_use]
    pub fn response(&self, response: &Response) -> Response {
        let stand_in = |kind, secret: &str| self.stand_in(kind, secret);
        let masked = places::rewrite_response(response, &stand_in);
        Response {
            status: masked.status,
            headers: self.headers(&masked.headers),
            body: self.bytes(masked.body),
        }
    }

    /// What is known of a pseudonym.
    #[must_use]
    pub fn known(&self, pseudonym: &str) -> Option<Known> {
        lock(&self.inner).origins.get(pseudonym).cloned()
    }

    /// What stands for a secret, also for one that was never learnt.
    fn stand_in(&self, kind: Kind, secret: &str) -> String {
        let inner = lock(&self.inner);
        match inner.known.get(secret) {
            Some(known) => known.pseudonym.clone(),
            None if inner.public.contains(secret) => secret.into(),
            None => self.pseudonym(kind, secret),
        }
    }

    fn pseudonym(&self, kind: Kind, secret: &str) -> String {
        let mut hash = Sha256::new();
        hash.update(self.key);
        hash.update(secret.as_bytes());
        hash.update(self.key);
        let digest = hash.finalize();
        let hex: String = digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
        format!("{}:{hex}", kind.word())
    }

    fn headers(&self, headers: &[(String, String)]) -> Vec<(String, String)> {
        headers.iter().map(|(name, value)| (name.clone(), self.text(value))).collect()
    }

    fn bytes(&self, body: Vec<u8>) -> Vec<u8> {
        match String::from_utf8(body) {
            Ok(text) => self.text(&text).into_bytes(),
            // ISO 8859-1 keeps every byte, so secrets are found between bytes that are no text.
            Err(fault) => {
                let text: String = fault.into_bytes().iter().map(|byte| char::from(*byte)).collect();
                let masked = self.text(&text);
                masked.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')).collect()
            }
        }
    }
}
