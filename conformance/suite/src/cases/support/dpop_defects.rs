//! Ways in which a DPoP proof can be wrong (RFC 9449, section 4.3), one at a time, for all places that check proofs.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use url::Url;

use crate::cases::support::spoil;
use crate::wire::dpop::{DpopKey, Proof};

/// What a defect may need beside the proof.
pub(in crate::cases) struct Around {
    /// Another key.
    pub(in crate::cases) other: DpopKey,
    /// The time.
    pub(in crate::cases) now: u64,
}

/// A way of being wrong.
#[derive(Clone, Copy)]
pub(in crate::cases) struct Defect {
    /// The words for the report.
    pub(in crate::cases) way: &'static str,
    /// What it does to a good proof.
    pub(in crate::cases) spoil: fn(Proof, &Around) -> Proof,
}

impl Defect {
    /// Whether it is about when the proof was made, which a nonce of the server can tell as well.
    pub(in crate::cases) fn is_of_age(&self) -> bool {
        AGE.iter().any(|age| age.way == self.way)
    }
}

/// A defect in a line.
const fn defect(way: &'static str, spoil: fn(Proof, &Around) -> Proof) -> Defect {
    Defect { way, spoil }
}

/// More than one proof.
pub(in crate::cases) const TWICE: &[Defect] = &[
    defect("there are two DPoP header fields", |proof, _| proof.twice()),
    defect("two proofs stand in one field", |proof, _| {
        let text = first(&proof);
        proof.text(&format!("{text}, {text}"))
    }),
];

/// No JWT.
pub(in crate::cases) const MALFORMED: &[Defect] = &[
    defect("it has two parts", |proof, _| {
        let text = first(&proof);
        let end = text.rfind('.').unwrap_or(text.len());
        proof.text(&text[..end])
    }),
    defect("it is no base64url", |proof, _| {
        let text = first(&proof);
        proof.text(&format!("{{}}{text}"))
    }),
    defect("its claims are no JSON object", |proof, _| {
        let text = first(&proof);
        let parts: Vec<&str> = text.split('.').collect();
        let claims = URL_SAFE_NO_PAD.encode("[]");
        proof.text(&format!("{}.{claims}.{}", parts[0], parts.last().copied().unwrap_or_default()))
    }),
    defect("it is a word", |proof, _| proof.text("proof")),
];

/// A claim that is missing, or a time that is none.
pub(in crate::cases) const CLAIMS: &[Defect] = &[
    defect("there is no jti", |proof, _| proof.without_claim("jti")),
    defect("there is no htm", |proof, _| proof.without_claim("htm")),
    defect("there is no htu", |proof, _| proof.without_claim("htu")),
    defect("there is no iat", |proof, _| proof.without_claim("iat")),
    defect("iat is text", |proof, around| proof.claim("iat", around.now.to_string())),
];

/// Another type of JWT.
pub(in crate::cases) const TYPE: &[Defect] = &[
    defect("its type is JWT", |proof, _| proof.header("typ", "JWT")),
    defect("its type is at+jwt", |proof, _| proof.header("typ", "at+jwt")),
    defect("it has no type", |proof, _| proof.without_header("typ")),
];

/// An algorithm whose signature proves nothing.
pub(in crate::cases) const ALGORITHM: &[Defect] = &[
    defect("it is not signed", |proof, _| proof.unsigned()),
    defect("its algorithm is None", |proof, _| proof.unsigned().header("alg", "None")),
    defect("it has a MAC whose key is in its header", |proof, _| proof.symmetric()),
    defect("it has a MAC whose key is the public key", |proof, _| proof.mac_by_public_key()),
];

/// A signature of something else.
pub(in crate::cases) const SIGNATURE: &[Defect] = &[
    defect("a bit of its signature is another", |proof, _| proof.altered()),
    defect("another key signed it", |proof, around| proof.signed_by(&around.other)),
    defect("a claim was changed after it was signed", |proof, _| {
        let text = first(&proof);
        let parts: Vec<&str> = text.split('.').collect();
        let other = first(&proof.clone().claim("jti", "another"));
        let claims = other.split('.').nth(1).unwrap_or_default();
        proof.text(&format!("{}.{claims}.{}", parts[0], parts.last().copied().unwrap_or_default()))
    }),
    defect("there is no key in its header", |proof, _| proof.without_header("jwk")),
    // Keys of other kinds, which never signed anything.
    defect("it says RS256 and has an RSA key, whose signature it lacks", |proof, _| {
        proof.header("alg", "RS256").header("jwk", rsa_key())
    }),
    defect("it says PS256 and has an RSA key, whose signature it lacks", |proof, _| {
        proof.header("alg", "PS256").header("jwk", rsa_key())
    }),
    defect("it says EdDSA and has an Ed25519 key, whose signature it lacks", |proof, around| {
        proof.header("alg", "EdDSA").header("jwk", ed25519_key(around))
    }),
    defect("it says Ed25519 and has a key of that kind, whose signature it lacks", |proof, around| {
        proof.header("alg", "Ed25519").header("jwk", ed25519_key(around))
    }),
];

/// An RSA key of 2048 bits whose factors nobody knows.
fn rsa_key() -> Value {
    json!({ "kty": "RSA", "n": URL_SAFE_NO_PAD.encode([0xb5_u8; 256]), "e": "AQAB" })
}

/// An Ed25519 key, by its size.
fn ed25519_key(around: &Around) -> Value {
    json!({ "kty": "OKP", "crv": "Ed25519", "x": around.other.jwk()["x"] })
}

/// The private key beside the public one.
pub(in crate::cases) const PRIVATE_KEY: &[Defect] =
    &[defect("the private key is in its header", |proof, _| proof.with_private_key())];

/// Another method.
pub(in crate::cases) const METHOD: &[Defect] = &[
    defect("it is for another method", |proof, _| {
        let other = if said(&proof, "htm") == "GET" { "POST" } else { "GET" };
        proof.claim("htm", other)
    }),
    defect("the method is in small letters", |proof, _| {
        let small = said(&proof, "htm").to_ascii_lowercase();
        proof.claim("htm", small)
    }),
];

/// Another URL.
pub(in crate::cases) const URL: &[Defect] = &[
    defect("it is for another path", |proof, _| changed(proof, |htu| format!("{htu}/other"))),
    defect("it is for another host", |proof, _| {
        moved(proof, |url| url.set_host(Some("other.suite.example")).is_ok())
    }),
    defect("it is for another port", |proof, _| moved(proof, |url| url.set_port(Some(4443)).is_ok())),
    defect("it is for another scheme", |proof, _| {
        moved(proof, |url| url.set_scheme(if url.scheme() == "https" { "http" } else { "https" }).is_ok())
    }),
    defect("it is for the host alone", |proof, _| {
        moved(proof, |url| {
            // Where the host alone is the address itself, another path.
            url.set_path(if url.path() == "/" { "/suite" } else { "/" });
            true
        })
    }),
    defect("a letter of the path is another", |proof, _| {
        changed(proof, |htu| {
            let at = htu.rfind('/').map_or(0, |at| at + 1);
            format!("{}{}", &htu[..at], spoil::first_changed(&htu[at..]))
        })
    }),
];
/// What two hours are: no window for proofs is as wide.
const LONG: u64 = 2 * 3600;

/// Another time.
pub(in crate::cases) const AGE: &[Defect] = &[
    defect("it is two hours old", |proof, around| proof.claim("iat", around.now.saturating_sub(LONG))),
    defect("it is from two hours ahead", |proof, around| proof.claim("iat", around.now + LONG)),
];

/// Every group, the hash of the access token aside.
pub(in crate::cases) const ALL: &[&[Defect]] =
    &[TWICE, MALFORMED, CLAIMS, TYPE, ALGORITHM, SIGNATURE, PRIVATE_KEY, METHOD, URL, AGE];

/// The text of a proof.
fn first(proof: &Proof) -> String {
    proof.fields().into_iter().next().unwrap_or_default()
}

/// What a claim says.
fn said(proof: &Proof, name: &str) -> String {
    proof.claimed(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn changed(proof: Proof, change: impl Fn(&str) -> String) -> Proof {
    let htu = change(&said(&proof, "htu"));
    proof.claim("htu", htu)
}

/// For a URL of which a part is another; `alter` says whether it could alter it.
fn moved(proof: Proof, alter: impl Fn(&mut Url) -> bool) -> Proof {
    changed(proof, |htu| {
        let altered = Url::parse(htu).ok().and_then(|mut url| alter(&mut url).then_some(url));
        altered.map_or_else(|| htu.to_owned(), String::from)
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{ALL, Around};
    use crate::wire::dpop::{DpopKey, Proof};

    #[test]
    fn each_defect_makes_another_proof_and_has_words_of_its_own() {
        let (key, around) =
            (DpopKey::drawn([1; 32]), Around { other: DpopKey::drawn([2; 32]), now: 1_700_000_000 });
        for (method, url) in [
            ("POST", "https://as.example/token"),
            ("GET", "http://127.0.0.1:9000/api/me"),
            ("GET", "https://api.example"),
            ("GET", "https://api.example/"),
        ] {
            let good = Proof::new(&key, (method, url), "id", around.now);
            let spoilt: Vec<Vec<String>> = ALL
                .iter()
                .copied()
                .flatten()
                .map(|defect| (defect.spoil)(good.clone(), &around).fields())
                .collect();
            assert!(spoilt.iter().all(|fields| *fields != good.fields()));
            assert_eq!(spoilt.iter().collect::<BTreeSet<_>>().len(), spoilt.len());
        }
        let ways: BTreeSet<&str> = ALL.iter().copied().flatten().map(|defect| defect.way).collect();
        assert_eq!(ways.len(), ALL.iter().map(|group| group.len()).sum::<usize>());
    }
}
