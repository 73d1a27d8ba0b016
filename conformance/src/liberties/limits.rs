//! Liberties of servers that take their time: guesses slowed, requests put off, slow hashes.

use std::time::Duration;

use hyper::http::StatusCode;

use super::message::{Answered, Asked};
use super::relay::Memory;
use super::{Act, Liberty};

/// After so many wrong secrets or passwords in a row the next attempt has to wait.
const GUESSES: usize = 3;

/// Of so many requests one is put off.
const REQUESTS: usize = 400;

pub(super) const LIBERTIES: &[Liberty] = &[
    Liberty {
        name: "guesses-are-slowed",
        about: "after three wrong secrets of a client, or passwords of a user, each attempt has to come once more a second later, the right one too",
        allowed: "RFC 6749 2.3.1: endpoints that take passwords MUST be protected against brute force; RFC 9110 10.2.3: Retry-After",
        seen_at: None,
        apart: &[],
        acts: &[
            Act::Instead(put_off_guesses),
            Act::Answer(|memory, asked, answered| {
                count_guesses(memory, asked, answered);
                false
            }),
        ],
        costs: &[],
    },
    Liberty {
        name: "busy-now-and-then",
        about: "one request of four hundred is answered 503 before anything happened, and Retry-After asks for a second",
        allowed: "RFC 9110 15.6.4: currently unable to handle the request; 10.2.3: Retry-After; RFC 7009 2.2.1: the client may retry",
        seen_at: None,
        apart: &[],
        acts: &[Act::Instead(busy)],
        costs: &[],
    },
    Liberty {
        name: "secrets-are-hashed-slowly",
        about: "whoever shows a secret or a password waits until its slow hash was compared",
        allowed: "RFC 6749 10.10: the server MUST prevent attackers from guessing; no text says how soon an answer comes",
        seen_at: Some("Spring Authorization Server, Hydra, Django OAuth Toolkit"),
        apart: &[],
        acts: &[Act::Answer(|_, asked, answered| {
            let milliseconds = match guesser(asked) {
                Some(Guesser::User(_)) => 100,
                Some(Guesser::Client(_)) => 20,
                None => return false,
            };
            answered.delay = Duration::from_millis(milliseconds);
            true
        })],
        costs: &[],
    },
];

/// Who shows a secret, be it a wrong one.
enum Guesser {
    /// A user, by the name in the login form.
    User(String),
    /// A client, by its identifier.
    Client(String),
}

impl Guesser {
    /// What is remembered of it.
    fn known_as(&self, what: &str) -> String {
        match self {
            Self::User(name) => format!("{what} user {name}"),
            Self::Client(id) => format!("{what} client {id}"),
        }
    }
}

fn guesser(asked: &Asked) -> Option<Guesser> {
    if asked.is("POST", "/login") {
        asked.parameter("password")?;
        return asked.parameter("user_id").map(Guesser::User);
    }
    let takes_secrets = ["/token", "/par", "/revoke", "/introspect"].iter().any(|at| asked.is("POST", at));
    if !takes_secrets {
        return None;
    }
    if let Some((id, _)) = asked.basic() {
        return Some(Guesser::Client(id));
    }
    asked.parameter("client_secret")?;
    asked.parameter("client_id").map(Guesser::Client)
}

/// An answer that puts the request off for a second.
fn later(status: StatusCode) -> Answered {
    let mut later = Answered { status, ..Answered::default() };
    later.set("retry-after", "1");
    later
}

/// Puts off who guessed wrong too often; the same attempt is looked at when it comes again.
fn put_off_guesses(memory: &Memory, asked: &Asked) -> Option<Answered> {
    let guesser = guesser(asked)?;
    let wrong: usize = memory.get(&guesser.known_as("wrong"))?.parse().ok()?;
    if wrong < GUESSES || memory.keep(guesser.known_as("waited"), "no").as_deref() == Some("yes") {
        return None;
    }
    memory.keep(guesser.known_as("waited"), "yes");
    Some(later(StatusCode::TOO_MANY_REQUESTS))
}

/// Counts the wrong secrets in a row.
fn count_guesses(memory: &Memory, asked: &Asked, answered: &Answered) {
    let Some(guesser) = guesser(asked) else { return };
    if matches!(answered.status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE) {
        return;
    }
    let is_wrong = match &guesser {
        Guesser::User(_) => answered.is_page() && answered.text().contains("name=\"password\""),
        Guesser::Client(_) => answered.error().as_deref() == Some("invalid_client"),
    };
    let name = guesser.known_as("wrong");
    let before = memory.get(&name).and_then(|count| count.parse::<usize>().ok()).unwrap_or_default();
    let count = if is_wrong { before + 1 } else { 0 };
    memory.keep(name, count.to_string());
}

/// Puts off one request of many, and none twice.
fn busy(memory: &Memory, asked: &Asked) -> Option<Answered> {
    const COUNT: &str = "requests";
    let count = memory.get(COUNT).and_then(|count| count.parse::<usize>().ok()).unwrap_or_default() + 1;
    memory.keep(COUNT, count.to_string());
    let request = String::from_utf8_lossy(&asked.body);
    let known_as = format!("put off {} {} {request}", asked.head.method, asked.target());
    (count.is_multiple_of(REQUESTS) && memory.keep(known_as, "").is_none())
        .then(|| later(StatusCode::SERVICE_UNAVAILABLE))
}
