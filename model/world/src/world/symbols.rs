//! The fixed table of fresh values: in the model a digest is one byte with a meaning, spread over 32.
//!
//! Values are drawn from who needs them and how often that happened, never from a global counter, so that the
//! order of independent actions does not make states differ.

use oauth_core::secret::{Digest, GrantId, Minted, Secret};
use oauth_core::text::{RedirectUri, Verifier};
use oauth_laws::fact::Sym;

/// A digest of the table.
#[must_use]
pub const fn digest(symbol: u8) -> Digest {
    Digest::from_bytes([symbol; 32])
}

/// A fresh secret of the table.
#[must_use]
pub const fn minted(symbol: u8) -> Minted {
    Minted { secret: Secret::from_bytes([symbol; 32]), digest: digest(symbol) }
}

/// The symbol behind a digest.
#[must_use]
pub const fn symbol(digest: Digest) -> u8 {
    digest.bytes()[0]
}

/// The fact's symbol behind a digest.
#[must_use]
pub fn sym(digest: Digest) -> Sym {
    Sym(u32::from(symbol(digest)))
}

/// The key of the n-th grant.
#[must_use]
pub fn grant_id(at: usize) -> GrantId {
    GrantId::from_bytes([byte(at); 16])
}

/// The place of a grant in the world.
#[must_use]
pub fn grant_at(id: GrantId) -> usize {
    usize::from(id.bytes()[0])
}

fn byte(at: usize) -> u8 {
    u8::try_from(at).expect("worlds are bounded far below 256")
}

/// `state` of the n-th login that a browser starts.
#[must_use]
pub fn state(browser: usize, nth: u8) -> u8 {
    10 + byte(browser) * 4 + nth
}

/// The verifier of the n-th login that a browser starts.
#[must_use]
pub fn verifier(browser: usize, nth: u8) -> u8 {
    20 + byte(browser) * 4 + nth
}

/// The S256 hash of a verifier.
#[must_use]
pub const fn hashed(verifier: u8) -> u8 {
    verifier + 10
}

/// A verifier of the table, as the token request carries it.
#[must_use]
pub const fn verifier_of(symbol: u8) -> Verifier {
    Verifier { plain: digest(symbol), s256: digest(hashed(symbol)) }
}

/// The client's session cookie of the n-th login that a browser starts.
#[must_use]
pub fn client_session(browser: usize, nth: u8) -> u8 {
    40 + byte(browser) * 4 + nth
}

/// The server's session cookie of a browser.
#[must_use]
pub fn server_session(browser: usize) -> u8 {
    50 + byte(browser)
}

/// The ask of a grant.
#[must_use]
pub fn ask(grant: usize) -> u8 {
    60 + byte(grant)
}

/// The secret of a pushed request.
#[must_use]
pub fn pushed(grant: usize) -> u8 {
    64 + byte(grant)
}

/// The n-th code of a grant: there is a second one only under faults.
#[must_use]
pub fn code(grant: usize, nth: usize) -> u8 {
    70 + byte(grant) * 3 + byte(nth)
}

/// The access token that a call brings.
#[must_use]
pub fn token(call: usize) -> u8 {
    90 + byte(call)
}

/// The refresh token that a call brings.
#[must_use]
pub fn refresh(call: usize) -> u8 {
    token(call) + REFRESH_OFFSET
}

/// How far a call's refresh token lies behind its access token.
pub const REFRESH_OFFSET: u8 = 60;

/// The redirect URI of a client.
#[must_use]
pub const fn redirect(client: u16) -> RedirectUri {
    RedirectUri { exact: digest(110 + client as u8), portless: None }
}

/// The redirect URI at which the client waits for responses of the malicious server, if that is another.
pub const MALICE_CALLBACK: RedirectUri = RedirectUri { exact: digest(118), portless: None };

/// A redirect URI that belongs to the attacker.
pub const EVIL: RedirectUri = RedirectUri { exact: digest(119), portless: None };

/// The secret of a client.
#[must_use]
pub const fn secret(client: u16) -> u8 {
    120 + client as u8
}

/// The key of the client, or another: the attacker's.
#[must_use]
pub const fn key(own: bool) -> u8 {
    if own { 220 } else { 221 }
}

/// The key of the client's login in a browser: each login has one of its own.
#[must_use]
pub const fn client_key(browser: usize) -> u8 {
    if browser == 0 { key(true) } else { 219 }
}

/// What tells the proofs of token requests from each other.
#[must_use]
pub fn proof_of_call(call: usize) -> u8 {
    222 + byte(call)
}

/// What tells the proofs of a browser's requests for the resource from each other.
#[must_use]
pub fn proof_of_use(browser: usize, nth: u8) -> u8 {
    230 + byte(browser) * 4 + nth
}

/// What tells the proofs of pushed requests from each other.
#[must_use]
pub fn proof_of_push(grant: usize) -> u8 {
    242 + byte(grant)
}

/// The nonce that is given out, and the one before it.
pub const NONCES: [u8; 2] = [240, 241];

/// The issuer.
pub const ISSUER: Digest = digest(130);

/// The malicious server's issuer.
pub const MALICE: Digest = digest(131);

/// The name that the malicious server gives a pushed request.
pub const MALICIOUS_REQUEST: u8 = 210;

/// The secret by which the client proves itself to the malicious server.
pub const SECRET_ELSEWHERE: u8 = 212;

/// The owner's password.
pub const PASSWORD: u8 = 211;

/// A verifier of the attacker's.
pub const OWN_VERIFIER: u8 = 140;

/// A value that nobody issued.
pub const JUNK: u8 = 200;

/// The account of a person.
#[must_use]
pub fn account(browser: usize) -> Sym {
    Sym(300 + u32::from(byte(browser)))
}

/// A client, as facts name it.
#[must_use]
pub const fn client(no: u16) -> Sym {
    Sym(400 + no as u32)
}
