//! Names for what is secret, off the table of symbols: equal secrets have equal names, others have others.

use std::ops::RangeInclusive;

use crate::world::symbols::{
    self, EVIL, JUNK, MALICE_CALLBACK, MALICIOUS_REQUEST, OWN_VERIFIER, PASSWORD, SECRET_ELSEWHERE,
};
use crate::world::{ATTACKER, Actor, MOST_CALLS, MOST_GRANTS, OWNER, STRANGER};
use oauth_core::secret::Digest;
use oauth_core::text::{ResourceSet, ScopeSet};
use oauth_laws::fact::Sym;

/// Logins that a browser starts, requests that it makes for the resource, and so on, at most.
const MOST_OF_A_BROWSER: u8 = 4;

/// Codes of one grant, at most.
const MOST_CODES: usize = 3;

/// What tells the proofs of odd requests from each other.
const ODD_PROOFS: RangeInclusive<u8> = 250..=254;

/// Whatever is told from others by its digest: a code, a token, a `state`, an anti-CSRF value, a key.
pub(super) fn secret(digest: Digest) -> String {
    named(symbols::symbol(digest), secrets())
}

/// The same, as facts have it.
pub(super) fn sym(sym: Sym) -> String {
    u8::try_from(sym.0).map_or_else(|_| unnamed(sym.0), |symbol| named(symbol, secrets()))
}

/// A verifier, or the challenge that is made of one.
pub(super) fn proof_key(digest: Digest) -> String {
    named(symbols::symbol(digest), proof_keys().into_iter().chain([(JUNK, "made-up-value".to_owned())]))
}

fn named(symbol: u8, mut table: impl Iterator<Item = (u8, String)>) -> String {
    table.find(|(of, _)| *of == symbol).map_or_else(|| unnamed(symbol.into()), |(_, name)| name)
}

fn unnamed(symbol: u32) -> String {
    format!("value-{symbol}")
}

/// "of-the-owner", or for a later one "of-the-owner-2".
fn of_browser(browser: usize, nth: u8) -> String {
    let ending = if nth == 0 { String::new() } else { format!("-{}", nth + 1) };
    format!("of-the-{}{ending}", Actor::person(browser))
}

fn of_browsers() -> impl Iterator<Item = (usize, u8, String)> {
    [OWNER, ATTACKER]
        .into_iter()
        .flat_map(|browser| (0..MOST_OF_A_BROWSER).map(move |nth| (browser, nth, of_browser(browser, nth))))
}

/// Verifiers and challenges. Apart from the rest, since the attacker's own challenge shares its symbol.
fn proof_keys() -> Vec<(u8, String)> {
    let mut table = vec![(OWN_VERIFIER, "verifier-made-by-the-attacker".to_owned())];
    table.extend(
        of_browsers().map(|(browser, nth, of)| (symbols::verifier(browser, nth), format!("verifier-{of}"))),
    );
    let challenges =
        table.iter().map(|(verifier, name)| (symbols::hashed(*verifier), format!("challenge({name})")));
    let challenges: Vec<_> = challenges.collect();
    table.extend(challenges);
    table
}

fn secrets() -> impl Iterator<Item = (u8, String)> {
    let mut table = vec![
        (JUNK, "made-up-value".to_owned()),
        (MALICIOUS_REQUEST, "attackers-request".to_owned()),
        (SECRET_ELSEWHERE, "secret-of-client-at-the-malicious-server".to_owned()),
        (PASSWORD, "password-of-the-owner".to_owned()),
        (symbols::key(false), "key-of-the-attacker".to_owned()),
    ];
    for browser in [OWNER, ATTACKER] {
        let who = Actor::person(browser);
        table.push((symbols::server_session(browser), format!("session-of-the-{who}")));
        table.push((symbols::client_key(browser), format!("key-for-the-{who}")));
    }
    for (browser, nth, of) in of_browsers() {
        table.push((symbols::state(browser, nth), format!("state-{of}")));
        table.push((symbols::client_session(browser, nth), format!("visit-{of}")));
        table.push((
            symbols::proof_of_use(browser, nth),
            format!("jti-of-use-{nth}-{}", of_browser(browser, 0)),
        ));
    }
    for grant in 0..MOST_GRANTS {
        table.push((symbols::ask(grant), format!("form-{}", grant + 1)));
        table.push((symbols::pushed(grant), format!("request-{}", grant + 1)));
        for nth in 0..MOST_CODES {
            let ending = ["", "-second", "-third"][nth];
            table.push((symbols::code(grant, nth), format!("code-{}{ending}", grant + 1)));
        }
    }
    for call in 0..MOST_CALLS {
        table.push((symbols::token(call), format!("token-{}", call + 1)));
        table.push((symbols::refresh(call), format!("refresh-{}", call + 1)));
    }
    for call in 0..=MOST_CALLS {
        table.push((symbols::proof_of_call(call), format!("jti-{}", call + 1)));
    }
    for grant in 0..MOST_GRANTS {
        table.push((symbols::proof_of_push(grant), format!("jti-of-push-{}", grant + 1)));
    }
    let clients = (0..=STRANGER).map(|no| (symbols::secret(no), format!("secret-of-{}", client(no))));
    table.extend(clients);
    let proofs = ODD_PROOFS.zip(1..).map(|(id, nth)| (id, format!("jti-of-the-stranger-{nth}")));
    table.extend(proofs);
    table.into_iter()
}

/// The `client_id` of a client.
pub(super) fn client(no: u16) -> String {
    match no {
        0 => "client".to_owned(),
        1 => "other-client".to_owned(),
        2 => "client-with-two-addresses".to_owned(),
        3 => "machine".to_owned(),
        4 => "api".to_owned(),
        5 => "notes".to_owned(),
        6 => "public-client".to_owned(),
        7 => "pushing-client".to_owned(),
        STRANGER => "stranger".to_owned(),
        _ => format!("client-{no}"),
    }
}

/// A redirect URI, and whom it leads to.
pub(super) fn address(digest: Digest) -> (String, Actor) {
    if digest == EVIL.exact {
        return ("https://attacker.example/".to_owned(), Actor::Attacker);
    }
    if digest == MALICE_CALLBACK.exact {
        return ("https://client.example/callback-of-another-server".to_owned(), Actor::Client);
    }
    // The stranger's would be the address above; it has another.
    let owner = (0..STRANGER).find(|no| symbols::redirect(*no).exact == digest);
    match owner {
        Some(no) => {
            let whose = if no == 0 { Actor::Client } else { Actor::OtherClient };
            (format!("https://{}.example/callback", client(no)), whose)
        }
        None => ("https://unknown.example/".to_owned(), Actor::OtherClient),
    }
}

/// Values of scope, joined by spaces.
pub(super) fn scope(set: ScopeSet) -> String {
    bits(set.0, &["profile", "email", "admin"]).join(" ")
}

/// The paths of resources.
pub(super) fn resources(set: ResourceSet) -> Vec<&'static str> {
    bits(set.0.into(), &["/api/me", "/api/notes"])
}

fn bits(set: u64, names: &[&'static str]) -> Vec<&'static str> {
    names.iter().enumerate().filter(|(at, _)| set >> at & 1 == 1).map(|(_, name)| *name).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn each_has_one(table: impl Iterator<Item = (u8, String)>) {
        let (mut symbols, mut names) = (BTreeMap::new(), BTreeMap::new());
        for (symbol, name) in table {
            if let Some(other) = symbols.insert(symbol, name.clone()) {
                panic!("{symbol} is {other} and {name}");
            }
            if let Some(other) = names.insert(name.clone(), symbol) {
                panic!("{name} is {other} and {symbol}");
            }
        }
    }

    #[test]
    fn equal_secrets_have_equal_names_and_others_have_others() {
        each_has_one(secrets());
        each_has_one(proof_keys().into_iter());
    }

    #[test]
    fn every_client_has_an_id_and_an_address_of_its_own() {
        each_has_one((0..=STRANGER).map(|no| (u8::try_from(no).expect("few"), client(no))));
        each_has_one(
            (0..STRANGER).map(|no| (u8::try_from(no).expect("few"), address(symbols::redirect(no).exact).0)),
        );
    }
}
