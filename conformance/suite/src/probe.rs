//! What a run settled of the server: what it demands, remembers and takes.
//!
//! It is read off the traffic that cases have with the server: no request is sent for it, so that nothing which a later
//! case finds depends on it, and what no case asked for is unknown.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

/// What a run settled of the server. A member that is `None`, or a place that is not listed, is unknown.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Probed {
    /// Whether a request for a code has to have a challenge (RFC 7636, section 4.4.1).
    pub challenge_demanded: ByKind,
    /// Whether a browser that is logged in is asked for consent, by the client's table in the target file.
    pub consent: BTreeMap<&'static str, Consent>,
    /// Whether a request for a code has to be pushed (RFC 9126, section 5).
    pub push_demanded: Option<bool>,
    /// Whether registration needs an initial access token (RFC 7591, section 3).
    pub registration_token_demanded: Option<bool>,
    /// The ways of client authentication that were taken, by endpoint.
    pub authentication: BTreeMap<&'static str, BTreeSet<&'static str>>,
    /// Whether refresh tokens come with a code's token.
    pub refresh_token_issued: ByKind,
    /// Whether a refresh brings another refresh token.
    pub refresh_token_rotated: ByKind,
    /// The longest time, in seconds, after which a used refresh token was taken again, where another had come in its
    /// place; 0 if it never was.
    pub refresh_grace: Option<u64>,
}

/// What holds for clients without a secret, and for those with one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ByKind {
    /// For clients without a secret.
    pub public: Option<bool>,
    /// For clients with one.
    pub confidential: Option<bool>,
}

/// Whether a browser that is logged in is asked for consent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Consent {
    /// A page that asks for consent was shown before each code.
    Asked,
    /// Some code came without: an earlier yes is remembered, or none is needed.
    Settled,
}

impl Consent {
    const fn word(self) -> &'static str {
        match self {
            Self::Asked => "asked for each time",
            Self::Settled => "settled",
        }
    }
}

impl ByKind {
    /// That of a kind of client.
    pub(crate) const fn of(&mut self, is_public: bool) -> &mut Option<bool> {
        if is_public { &mut self.public } else { &mut self.confidential }
    }

    fn words(self, yes: &str, no: &str) -> String {
        match (word(self.public, yes, no), word(self.confidential, yes, no)) {
            (public, confidential) if public == confidential => public.to_owned(),
            (public, confidential) => {
                format!("{public} (public clients), {confidential} (confidential clients)")
            }
        }
    }
}

/// What is known of a question.
const fn word<'a>(known: Option<bool>, yes: &'a str, no: &'a str) -> &'a str {
    match known {
        None => "unknown",
        Some(true) => yes,
        Some(false) => no,
    }
}

/// Settles something that one answer shows for good: whatever was thought before, it happened.
pub(crate) const fn shown(known: &mut Option<bool>, is: bool) {
    *known = Some(is);
}

/// Settles something that another answer may still show to be otherwise.
pub(crate) const fn hinted(known: &mut Option<bool>, is: bool) {
    if known.is_none() {
        *known = Some(is);
    }
}

impl Probed {
    /// The same in words: what it is about, and what is known of it.
    #[must_use]
    pub fn lines(&self) -> [(&'static str, String); 6] {
        let demanded = |known: Option<bool>| word(known, "demanded", "not demanded").to_owned();
        let consent = self.consent.iter();
        let consent: Vec<String> =
            consent.map(|(client, consent)| format!("{client} {}", consent.word())).collect();
        let methods = self.authentication.iter().map(|(place, methods)| {
            let methods: Vec<&str> = methods.iter().copied().collect();
            format!("{place} {}", methods.join(", "))
        });
        let methods: Vec<String> = methods.collect();
        [
            ("code_challenge", self.challenge_demanded.words("demanded", "not demanded")),
            ("consent", listed(&consent)),
            ("pushed requests", demanded(self.push_demanded)),
            ("registration token", demanded(self.registration_token_demanded)),
            ("authentication", listed(&methods)),
            ("refresh tokens", self.refresh_words()),
        ]
    }

    fn refresh_words(&self) -> String {
        let issued = self.refresh_token_issued.words("issued", "not issued");
        let rotated = self.refresh_token_rotated.words("rotated", "not rotated");
        let again = match self.refresh_grace {
            None => String::new(),
            Some(0) => "; refused once used".to_owned(),
            Some(seconds) => format!("; taken again {seconds} s after their use"),
        };
        match (issued.as_str(), rotated.as_str()) {
            ("unknown" | "not issued", _) => issued,
            (_, "unknown") => format!("{issued}{again}"),
            (_, _) => format!("{issued}; {rotated}{again}"),
        }
    }
}

fn listed(all: &[String]) -> String {
    if all.is_empty() { "unknown".to_owned() } else { all.join("; ") }
}

#[cfg(test)]
mod tests {
    use super::{ByKind, Consent, Probed, hinted, shown};

    #[test]
    fn what_was_not_seen_is_unknown_in_words_and_in_json() {
        let nothing = Probed::default();
        assert!(nothing.lines().iter().all(|(_, said)| said == "unknown"), "{:?}", nothing.lines());
        let json = serde_json::to_value(&nothing).expect("its keys are texts");
        assert!(json["push_demanded"].is_null() && json["challenge_demanded"]["public"].is_null(), "{json}");
    }

    #[test]
    fn what_was_seen_is_told_for_each_kind_of_client() {
        let probed = Probed {
            challenge_demanded: ByKind { public: Some(true), confidential: Some(false) },
            consent: [("client", Consent::Settled), ("public_client", Consent::Asked)].into(),
            push_demanded: Some(false),
            registration_token_demanded: Some(true),
            authentication: [("token", ["client_secret_basic", "none"].into())].into(),
            refresh_token_issued: ByKind { public: Some(true), confidential: Some(true) },
            refresh_token_rotated: ByKind { public: Some(true), confidential: None },
            refresh_grace: Some(0),
        };
        let told = probed.lines().map(|(about, said)| format!("{about}: {said}"));
        assert_eq!(
            told,
            [
                "code_challenge: demanded (public clients), not demanded (confidential clients)",
                "consent: client settled; public_client asked for each time",
                "pushed requests: not demanded",
                "registration token: demanded",
                "authentication: token client_secret_basic, none",
                "refresh tokens: issued; rotated (public clients), unknown (confidential clients); refused once used",
            ]
        );
        let json = serde_json::to_value(&probed).expect("its keys are texts");
        assert_eq!(json["consent"]["client"], "settled");
        assert_eq!(json["authentication"]["token"][1], "none");
    }

    #[test]
    fn what_happened_counts_for_more_than_what_a_refusal_hints_at() {
        let mut known = None;
        hinted(&mut known, true);
        assert_eq!(known, Some(true));
        hinted(&mut known, false);
        assert_eq!(known, Some(true));
        shown(&mut known, false);
        hinted(&mut known, true);
        assert_eq!(known, Some(false));
    }
}
