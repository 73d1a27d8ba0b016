//! Secrets, their digests, and handles.
//!
//! A secret is 256 random bits (RFC 6749 10.10 asks for 128 and recommends 160); records keep its SHA-256 digest
//! only. A handle is what travels: the grant's id, a dot, the secret. Nothing here draws randomness.

use alloc::format;
use alloc::string::String;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

/// The SHA-256 digest of a text that is only ever compared.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest([u8; 32]);

impl Digest {
    /// The digest of a text.
    #[must_use]
    pub fn of(text: &str) -> Self {
        Self(Sha256::digest(text.as_bytes()).into())
    }

    /// A digest that was computed before, for stores and for the checker's fixed tables.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The digest's bytes.
    #[must_use]
    pub const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Equality in constant time: how every secret is compared.
    #[must_use]
    pub fn matches(&self, other: &Self) -> bool {
        self.words().ct_eq(&other.words()).into()
    }

    fn words(&self) -> [u64; 4] {
        let (words, _) = self.0.as_chunks();
        core::array::from_fn(|at| u64::from_ne_bytes(words[at]))
    }
}

impl core::fmt::Debug for Digest {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Digest({:02x}{:02x}{:02x}..)", self.0[0], self.0[1], self.0[2])
    }
}

/// 256 bits that only their owner knows; never printed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Secret([u8; 32]);

impl Secret {
    /// Takes bytes that an edge drew, or that the checker's table holds.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The byte that stands for a secret of the checker's table.
    pub const fn symbol(&self) -> u8 {
        self.0[0]
    }

    /// The 43 characters that travel: all of RFC 6750's b64token and RFC 7636's unreserved.
    #[must_use]
    pub fn text(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }
}

impl core::fmt::Debug for Secret {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// A fresh secret together with the digest that a record keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Minted {
    /// What travels.
    pub secret: Secret,
    /// What is stored: the digest of [`Secret::text`].
    pub digest: Digest,
}

impl Minted {
    /// Digests the text of a secret.
    #[must_use]
    pub fn new(secret: Secret) -> Self {
        Self { secret, digest: Digest::of(&secret.text()) }
    }
}

/// The key of a grant's record: 128 random bits, shown inside every handle.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GrantId([u8; 16]);

impl GrantId {
    /// Takes bytes that an edge drew, or that the checker's table holds.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The 22 characters in which it travels, as a part of handles or as a `client_id`.
    #[must_use]
    pub fn text(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    /// The id's bytes, the key in a store.
    #[must_use]
    pub const fn bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl core::fmt::Debug for GrantId {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "GrantId({:02x}{:02x}..)", self.0[0], self.0[1])
    }
}

/// An ask, a code or a token on its way out: the grant it belongs to and the secret that opens it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Handle {
    /// The grant's record.
    pub grant: GrantId,
    /// What proves possession.
    pub secret: Secret,
}

impl Handle {
    /// `<grant id>.<secret>`, 66 characters of RFC 6750's b64token.
    #[must_use]
    pub fn text(&self) -> String {
        format!("{}.{}", self.grant.text(), self.secret.text())
    }
}

/// A handle that somebody showed: the record it names, and the digest of what should open it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Shown {
    /// The record that the text names.
    pub grant: GrantId,
    /// The digest of the text behind the dot.
    pub digest: Digest,
}

impl Shown {
    /// Reads a handle's text; `None` where no handle of ours has this form.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (id, secret) = text.split_once('.')?;
        let id: [u8; 16] = URL_SAFE_NO_PAD.decode(id).ok()?.try_into().ok()?;
        Some(Self { grant: GrantId(id), digest: Digest::of(secret) })
    }

    /// The handle as it will look when it comes back.
    #[must_use]
    pub fn of(grant: GrantId, minted: &Minted) -> Self {
        Self { grant, digest: minted.digest }
    }
}

/// The anti-CSRF value of a login form: derived from the cookie that the same page set. A page of another origin can
/// neither read that cookie nor, under TLS and its `__Host-` name, set one; over plain http a neighbour on the same
/// host can, which is why a form that a browser says comes from elsewhere is refused besides.
#[must_use]
pub fn anti_csrf(cookie: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(format!("oauth login form {cookie}").as_bytes()))
}

/// The nonce of a span of time: what only the holder of the secret can tell before (RFC 9449 8).
#[must_use]
pub fn nonce(secret: &Secret, span: u64) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(format!("dpop nonce {} {span}", secret.text()).as_bytes()))
}

/// `BASE64URL-ENCODE(SHA256(ASCII(code_verifier)))` (RFC 7636 4.2).
#[must_use]
pub fn s256(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s256_agrees_with_the_example_of_rfc7636_appendix_b() {
        assert_eq!(
            s256("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        );
    }

    #[test]
    fn a_handle_comes_back_as_what_was_stored() {
        let minted = Minted::new(Secret::from_bytes([7; 32]));
        let grant = GrantId::from_bytes([9; 16]);
        let text = Handle { grant, secret: minted.secret }.text();
        assert_eq!(text.len(), 66);
        assert_eq!(Shown::parse(&text), Some(Shown::of(grant, &minted)));
    }

    #[test]
    fn what_has_not_the_form_of_a_handle_is_none() {
        for text in ["", ".", "abc", "abc.def", "AAAAAAAAAAAAAAAAAAAAAA=.x", "é.x"] {
            assert_eq!(Shown::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_secret_does_not_print() {
        assert_eq!(format!("{:?}", Secret::from_bytes([65; 32])), "Secret(..)");
    }
}
