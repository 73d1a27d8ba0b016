//! Secrets become keyed pseudonyms such as `code:3f2a91c4e07b`, equal for equal secrets, in all that is printed.
//!
//! Secrets are gathered when an exchange is recorded: where the grammar of a message has them (`places.rs`), under
//! names in whatever shape a text has (`shapes.rs`), and from answers all that looks drawn by lot (`runs.rs`), unless
//! the suite sent it in the open or its name says that anybody may see it. In every text of the report they are found
//! behind its escapes (`layers.rs`, `scan.rs`), and so is what stands there under the name of a secret (`cover.rs`).
//! `state` and challenges are no secrets of anybody.

mod cover;
mod kind;
mod layers;
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
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

use crate::exchange::{Exchange, Request, Response};
use crate::live::lock;
use crate::mask::cover::By;
use crate::mask::names::{Says, says};
use crate::mask::scan::{Needles, Reach};
use crate::target::Target;

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

/// The shortest text of an exchange that is looked for where it stands under no name.
const SHORTEST: usize = 6;
/// How often a text is read that stands in digits in another.
const DEEPEST: usize = 2;

/// The secrets of a run.
pub struct Vault(Mutex<Inner>);

struct Inner {
    key: [u8; 32],
    known: BTreeMap<String, Known>,
    /// By pseudonym.
    origins: BTreeMap<String, Known>,
    /// The pseudonyms of what was never learnt.
    issued: BTreeSet<String>,
    /// The pseudonyms of what looked like a secret and is public.
    retired: BTreeSet<String>,
    /// What looks like a secret but is public, such as a client id in a hidden field.
    public: BTreeSet<String>,
    /// The secrets that the target file has.
    own: Vec<String>,
    /// Where documents lie that everybody may read.
    documents: BTreeSet<String>,
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
        Self(Mutex::new(Inner {
            key,
            known: BTreeMap::new(),
            origins: BTreeMap::new(),
            issued: BTreeSet::new(),
            retired: BTreeSet::new(),
            public: BTreeSet::new(),
            own: Vec::new(),
            documents: BTreeSet::new(),
            needles: Needles::default(),
        }))
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
                inner.learn(Kind::Secret, secret, &format!("the target: the secret of {}", client.id));
            }
        }
        for user in target.users.values() {
            inner.learn(
                Kind::Password,
                &user.password,
                &format!("the target: the password of {}", user.name),
            );
        }
        if let Some(token) = &target.registration_token {
            inner.learn(Kind::Token, token, "the target: registration_token");
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
        lock(&self.0).cover(text, By::Names)
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
            method: inner.cover(&masked.method, By::Names),
            url: inner.cover(&masked.url, By::Names),
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

impl Inner {
    fn know_public(&mut self, target: &Target) {
        let ends = &target.endpoints;
        let mut public = vec![ends.authorization.clone(), ends.token.clone()];
        let others = [
            &ends.resource,
            &ends.introspection,
            &ends.revocation,
            &ends.registration,
            &ends.pushed_authorization_request,
            &target.issuer,
            &target.resource_identifier,
            &target.metadata_url,
        ];
        public.extend(others.into_iter().flatten().cloned());
        public.extend(target.origins.iter().cloned());
        public
            .extend(target.second_resource.iter().flat_map(|own| [own.url.clone(), own.identifier.clone()]));
        public.extend(target.extra_parameters.iter().map(|(_, value)| value.clone()));
        for client in target.registered() {
            public.push(client.id.clone());
            public.extend(client.redirect_uris().map(str::to_owned));
            public
                .extend(client.scopes().into_iter().chain(client.narrow_scope.as_deref()).map(str::to_owned));
            public.extend(client.scope.clone());
        }
        public.extend(target.users.values().map(|user| user.name.clone()));
        if let Some(metadata) = &target.metadata {
            self.make_public_all_of(&metadata.to_string());
        }
        let keys = target.metadata("jwks_uri").and_then(serde_json::Value::as_str);
        self.documents.extend(keys.map(str::to_owned));
        public.iter().for_each(|text| self.make_public(text));
    }

    /// What the suite or a document says in the open, unless it is known as a secret.
    fn make_public(&mut self, text: &str) {
        match self.known.get(text) {
            Some(known) if known.kind == Kind::Opaque => {
                self.retired.insert(known.pseudonym.clone());
                self.known.remove(text);
            }
            Some(_) => return,
            None => {}
        }
        self.public.insert(text.into());
        if text.len() > 2 * SHORTEST {
            for run in runs::runs(text.as_bytes()) {
                let run = &text[run];
                if run != text && !self.known.contains_key(run) {
                    self.public.insert(run.into());
                }
            }
        }
    }

    fn make_public_all_of(&mut self, document: &str) {
        for run in runs::runs(document.as_bytes()) {
            self.make_public(&document[run]);
        }
    }

    /// Knows a secret that people chose.
    fn learn(&mut self, kind: Kind, secret: &str, origin: &str) {
        let reach = if words::is_random(secret.as_bytes()) {
            Reach::Anywhere
        } else if self.public.contains(secret) {
            Reach::Names
        } else if secret.len() < 4 || words::is_our_word(secret) {
            Reach::Values
        } else {
            Reach::Words
        };
        self.own.push(secret.into());
        self.keep(kind, secret, origin, Some(reach));
    }

    /// Knows a secret of an exchange.
    fn find(&mut self, kind: Kind, secret: &str, origin: &str) {
        let reach = if words::is_random(secret.as_bytes()) {
            Some(Reach::Anywhere)
        } else if kind == Kind::Opaque || self.own.iter().any(|own| is_near(own, secret)) {
            Some(Reach::Words)
        } else {
            (secret.len() >= SHORTEST && !words::is_our_word(secret)).then_some(Reach::Words)
        };
        if !self.public.contains(secret) {
            self.keep(kind, secret, origin, reach);
        }
    }

    fn keep(&mut self, kind: Kind, secret: &str, origin: &str, reach: Option<Reach>) {
        if secret.is_empty() || self.known.get(secret).is_some_and(|known| known.kind != Kind::Opaque) {
            return;
        }
        let known = Known { kind, pseudonym: self.pseudonym(kind, secret), origin: origin.into() };
        if let Some(reach) = reach {
            for form in forms(secret, reach) {
                self.needles.add(&form, &known, reach);
            }
        }
        self.origins.insert(known.pseudonym.clone(), known.clone());
        self.known.insert(secret.into(), known);
    }

    fn harvest(&mut self, exchange: &Exchange) {
        for text in places::public_of(&exchange.request) {
            self.make_public(&text);
        }
        let request = format!("exchange {}, the request's", exchange.number);
        for found in places::of_request(&exchange.request) {
            self.find(found.kind, &found.secret, &format!("{request} {}", found.place));
        }
        self.read(&text(&exchange.request.body), &request, Answer::No, 0);
        let Ok(response) = &exchange.answer else { return };
        let body = text(&response.body);
        if self.is_document(&exchange.request.url) {
            self.make_public_all_of(&body);
            return;
        }
        let answer = format!("exchange {}, the answer's", exchange.number);
        for found in places::of_response(response, &body) {
            self.find(found.kind, &found.secret, &format!("{answer} {}", found.place));
        }
        for (name, value) in &response.headers {
            let whole = match says(name.as_bytes()) {
                Says::Secret(_) | Says::Nothing => Answer::Yes,
                Says::Public | Says::Plain => Answer::No,
            };
            // What a grammar has found stands under no other name.
            let line = if places::has_grammar(name) { value.clone() } else { format!("{name}: {value}") };
            self.read(&line, &answer, whole, 0);
        }
        self.read(&body, &answer, Answer::Yes, 0);
    }

    /// Whether everybody may read what lies at a URL.
    fn is_document(&self, url: &str) -> bool {
        url.contains("/.well-known/") || self.documents.contains(url)
    }

    /// Knows what a text holds under names, and what else in an answer looks like a secret.
    fn read(&mut self, text: &str, origin: &str, answer: Answer, depth: usize) {
        let layers = layers::layers(text);
        let mut open = Vec::new();
        for (at, layer) in layers.iter().enumerate() {
            let last = at + 1 == layers.len();
            for found in shapes::places(&layer.bytes) {
                let value = String::from_utf8_lossy(&layer.bytes[found.value.clone()]);
                match found.says {
                    Says::Secret(kind) => {
                        let name = String::from_utf8_lossy(&layer.bytes[found.name]);
                        self.find(kind, &layers::plain(&value), &format!("{origin} {name}"));
                    }
                    Says::Public if last && answer == Answer::Yes && !value.contains(char::is_whitespace) => {
                        self.make_public(&value);
                        open.push(found.value);
                    }
                    Says::Public | Says::Plain | Says::Nothing => {}
                }
            }
            if depth < DEEPEST {
                for (_, decoded) in runs::encoded(&layer.bytes) {
                    self.read(&decoded, origin, answer, depth + 1);
                }
            }
        }
        if let (Answer::Yes, Some(last)) = (answer, layers.last()) {
            let runs = runs::runs(&last.bytes).into_iter();
            for run in
                runs.filter(|run| !open.iter().any(|open| open.start <= run.start && run.end <= open.end))
            {
                let run = String::from_utf8_lossy(&last.bytes[run]).into_owned();
                self.find(Kind::Opaque, &run, &format!("{origin} text"));
            }
        }
    }

    /// What stands for a secret, also for one that was never learnt.
    fn stand_in(&mut self, kind: Kind, secret: &str) -> String {
        match self.known.get(secret) {
            Some(known) => known.pseudonym.clone(),
            None if self.public.contains(secret) => secret.into(),
            None => {
                let pseudonym = self.pseudonym(kind, secret);
                self.issued.insert(pseudonym.clone());
                pseudonym
            }
        }
    }

    fn pseudonym(&self, kind: Kind, secret: &str) -> String {
        let mut hash = Sha256::new();
        hash.update(self.key);
        hash.update(secret.as_bytes());
        hash.update(self.key);
        let digest = hash.finalize();
        let hex: String = digest.iter().take(DIGITS / 2).map(|byte| format!("{byte:02x}")).collect();
        format!("{}:{hex}", kind.word())
    }

    fn headers(&mut self, headers: &[(String, String)]) -> Vec<(String, String)> {
        let one = |(name, value): &(String, String)| {
            if places::has_grammar(name) {
                return (self.cover(name, By::Known), self.cover(value, By::Known));
            }
            let line = self.cover(&format!("{name}: {value}"), By::Names);
            match line.split_once(": ") {
                Some((name, value)) => (name.into(), value.into()),
                None => (String::new(), line),
            }
        };
        headers.iter().map(one).collect()
    }

    fn bytes(&mut self, body: Vec<u8>) -> Vec<u8> {
        match String::from_utf8(body) {
            Ok(text) => self.cover(&text, By::Names).into_bytes(),
            Err(fault) => {
                let masked = self.cover(&text(&fault.into_bytes()), By::Names);
                masked.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')).collect()
            }
        }
    }
}

/// Whether a text is of an answer, in which all that looks drawn by lot may be a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answer {
    Yes,
    No,
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

/// Whether a text is a secret that was spoilt a little, and so tells it: with one or two other characters, cut at an
/// end, or in the other case.
fn is_near(own: &str, other: &str) -> bool {
    let (own, other) = (own.to_ascii_lowercase(), other.to_ascii_lowercase());
    let same = own.bytes().zip(other.bytes()).take_while(|(one, two)| one == two).count();
    let at_end = own.bytes().rev().zip(other.bytes().rev()).take_while(|(one, two)| one == two).count();
    own.len().abs_diff(other.len()) <= 2 && same.saturating_add(at_end) + 2 >= own.len().max(other.len())
}

/// The spellings of a secret that no escape tells of.
fn forms(secret: &str, reach: Reach) -> BTreeSet<String> {
    // Forms write a blank as a plus sign; and what is no escape in a secret may be read as one.
    let mut forms = BTreeSet::from([secret.replace(' ', "+"), layers::plain(secret)]);
    forms.retain(|form| form.len() >= SHORTEST && form.bytes().any(|byte| byte.is_ascii_alphanumeric()));
    if reach != Reach::Anywhere {
        let encoded = [STANDARD.encode(secret), URL_SAFE_NO_PAD.encode(secret)];
        forms.extend(encoded.into_iter().filter(|form| form.len() >= 2 * SHORTEST));
    }
    forms.insert(secret.to_owned());
    forms
}
