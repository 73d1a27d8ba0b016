//! What is known as a secret, and what as public.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

use crate::kind::DIGITS;
use crate::scan::{Needles, Reach};
use crate::{Kind, Known, layers, runs, words};

/// The shortest text of an exchange that is looked for where it stands under no name.
const SHORTEST: usize = 6;
/// The longest secret that is known, in bytes. Whoever shows texts shows none that is longer, be it in part.
pub const LONGEST: usize = 16 << 10;

/// The secrets of a run.
pub struct Secrets {
    key: [u8; 32],
    known: BTreeMap<String, Known>,
    /// By pseudonym.
    pub(super) origins: BTreeMap<String, Known>,
    /// The pseudonyms of what was never learnt.
    pub(super) issued: BTreeSet<String>,
    /// What the target file or the suite says in the open.
    sent: BTreeSet<String>,
    /// What answers say in the open, such as a client id.
    told: BTreeSet<String>,
    /// The secrets that people chose.
    chosen: Vec<String>,
    pub(super) needles: Needles,
}

/// Who says something in the open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// The suite, or the person who wrote the target file.
    Us,
    /// An answer.
    Server,
}

impl Secrets {
    /// No secrets. Under one key equal secrets have equal pseudonyms; those of two keys tell nothing about each other.
    #[must_use]
    pub fn new(key: [u8; 32]) -> Self {
        Self {
            key,
            known: BTreeMap::new(),
            origins: BTreeMap::new(),
            issued: BTreeSet::new(),
            sent: BTreeSet::new(),
            told: BTreeSet::new(),
            chosen: Vec::new(),
            needles: Needles::default(),
        }
    }

    /// Whether anybody may see a text.
    fn is_public(&self, text: &str) -> bool {
        self.sent.contains(text) || self.told.contains(text)
    }

    /// Knows what is said in the open, unless it is known as a secret.
    pub fn make_public(&mut self, text: &str, by: By) {
        if let Some(known) = self.known.get(text) {
            if known.kind != Kind::Opaque {
                return;
            }
            self.known.remove(text);
            self.needles.remove(text);
        }
        let public = match by {
            By::Us => &mut self.sent,
            By::Server => &mut self.told,
        };
        public.insert(text.into());
        for run in runs::runs(text.as_bytes()) {
            let run = &text[run];
            if run != text && !self.known.contains_key(run) {
                public.insert(run.into());
            }
        }
    }

    /// Knows that all of a document is said in the open.
    pub fn make_public_all_of(&mut self, document: &str) {
        for run in runs::runs(document.as_bytes()) {
            self.make_public(&document[run], By::Server);
        }
    }

    /// Knows a secret that people chose. The first kind and origin stay.
    pub fn learn(&mut self, kind: Kind, secret: &str, origin: &str) {
        let reach = if words::is_random(secret.as_bytes()) {
            Reach::Anywhere
        } else if self.is_public(secret) {
            Reach::Names
        } else if secret.len() < 4 || words::is_our_word(secret) {
            Reach::Values
        } else {
            Reach::Words
        };
        self.chosen.push(secret.into());
        self.keep(kind, secret, origin, Some(reach));
    }

    /// Knows a secret of an exchange, unless anybody may see it. The first kind and origin stay. One that does not look
    /// drawn by lot is covered between the bounds of words alone, and one of few letters under its name alone.
    pub fn find(&mut self, kind: Kind, secret: &str, origin: &str) {
        let random = words::is_random(secret.as_bytes());
        // What an answer says under two names is a secret, if one of them is the name of one.
        if random && kind != Kind::Opaque {
            self.told.remove(secret);
        }
        if self.is_public(secret) {
            return;
        }
        let reach = if random {
            Some(Reach::Anywhere)
        } else {
            let is_near = || self.chosen.iter().any(|chosen| is_near(chosen, secret));
            let told = kind == Kind::Opaque || !words::is_our_word(secret);
            (told && (secret.len() >= SHORTEST || is_near())).then_some(Reach::Words)
        };
        self.keep(kind, secret, origin, reach);
    }

    /// The first kind and origin stay.
    fn keep(&mut self, kind: Kind, secret: &str, origin: &str, reach: Option<Reach>) {
        if secret.is_empty() || secret.len() > LONGEST || self.known.contains_key(secret) {
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

    /// What stands for a secret, also for one that was never learnt. What anybody may see stands for itself.
    #[must_use]
    pub fn stand_in(&mut self, kind: Kind, secret: &str) -> String {
        match self.known.get(secret) {
            Some(known) => known.pseudonym.clone(),
            None if self.is_public(secret) => secret.into(),
            None => {
                let pseudonym = self.pseudonym(kind, secret);
                self.issued.insert(pseudonym.clone());
                pseudonym
            }
        }
    }

    /// What is known of a pseudonym.
    #[must_use]
    pub fn known(&self, pseudonym: &str) -> Option<&Known> {
        self.origins.get(pseudonym)
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
}

/// Whether a text is a secret that was spoilt a little, and so tells it: with one or two other characters, cut at an
/// end, or in the other case.
fn is_near(own: &str, other: &str) -> bool {
    if own.len().abs_diff(other.len()) > 2 {
        return false;
    }
    let (own, other) = (own.to_ascii_lowercase(), other.to_ascii_lowercase());
    let same = own.bytes().zip(other.bytes()).take_while(|(one, two)| one == two).count();
    let at_end = own.bytes().rev().zip(other.bytes().rev()).take_while(|(one, two)| one == two).count();
    same + at_end + 2 >= own.len().max(other.len())
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

#[cfg(test)]
mod tests {
    use super::is_near;

    #[test]
    fn a_secret_that_was_spoilt_is_near_it() {
        for other in
            ["mypassword", "mypasBword", "Aypassword", "mypasswor", "mypasswordA", "MYPASSWORD", "mypassXXrd"]
        {
            assert!(is_near("mypassword", other), "{other}");
        }
        for other in ["yourpassword", "wrong", "", "mypassXXXrd"] {
            assert!(!is_near("mypassword", other), "{other}");
        }
    }
}
