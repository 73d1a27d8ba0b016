//! Actions in plain English: what somebody does, and what comes of it.

use super::row::{Row, Then};
use super::scene::Scene;
use super::{answer, name};
use crate::world::{ATTACKER, Actor, At, Stage};
use oauth_core::refusal::{Answer, Refused};
use oauth_laws::fact::{Issued, Party, What};

/// What somebody does, and what comes of it, in whole sentences.
pub(super) fn says(row: &Row, scene: &Scene<'_>) -> String {
    let mut sentences = vec![row.does.clone()];
    sentences.extend(outcome(row.then, scene));
    let mut text = String::new();
    for sentence in sentences {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(&sentence);
        if !sentence.ends_with('.') {
            text.push('.');
        }
    }
    text
}

/// What comes of it: what was seen, what was refused, where a browser is then.
fn outcome(then: Then, scene: &Scene<'_>) -> Vec<String> {
    let mut sentences: Vec<String> = scene.sent().and_then(|_| on_the_way(then)).into_iter().collect();
    sentences.extend(scene.facts().iter().filter_map(|fact| seen(scene, &fact.what)));
    if let Some(refused) = scene.next.refused {
        sentences.push(server_refuses(refused));
    }
    if sentences.is_empty() {
        sentences.extend(page(then, scene));
        sentences.extend(call(then, scene));
    }
    sentences.extend(departure(then, scene));
    if let Some(refused) = scene.next.client_refused {
        sentences.push(format!("The client says: {}", refused.describe()));
    }
    sentences
}

fn seen(scene: &Scene<'_>, what: &What) -> Option<String> {
    match what {
        What::CodeIssued(issued) => {
            let code = name::sym(issued.code);
            Some(match answer::receiver(issued) {
                Actor::Attacker => format!("The server sends {code} to an address of the attacker's"),
                receiver => format!("The server sends the browser to the {receiver} with {code}"),
            })
        }
        What::Pushed(pushed) => {
            Some(format!("The server takes the pushed request as {}", name::sym(pushed.uri)))
        }
        What::Redemption(redemption) => redemption.token.as_ref().map(tokens),
        What::Refresh(refresh) => refresh.issued.as_ref().map(tokens),
        What::ForItself(itself) => itself.issued.as_ref().map(tokens),
        What::Revocation(revocation) => {
            revocation.accepted.then(|| "The server says that it is done".to_owned())
        }
        What::Introspection(_) if scene.next.refused.is_some() => None,
        What::Introspection(introspection) => {
            let verdict = if introspection.active { "good" } else { "not good" };
            Some(format!("The server says that {} is {verdict}", name::sym(introspection.token)))
        }
        What::Resource(service) => service.served.then(|| match scene.account(service.token) {
            Some(account) => format!("The resource serves what is the {account}'s"),
            None => "The resource serves it".to_owned(),
        }),
        What::LoggedIn(login) => {
            let person = Actor::person(usize::from(login.person == crate::world::symbols::account(ATTACKER)));
            Some(match scene.account(login.token) {
                Some(account) if account != person => {
                    format!("The client logs the {person}'s browser in, to the {account}'s account")
                }
                Some(_) | None => format!("The client logs the {person}'s browser in"),
            })
        }
        What::Handed(handed) => match handed.to {
            Party::ItsServer => None,
            Party::OtherServer => {
                Some(format!("So {} comes to the malicious server", name::sym(handed.secret)))
            }
            Party::Client => Some("So the owner's password comes to that client".to_owned()),
        },
        What::SentAway(_) | What::CodeAsked(_) | What::ProofRefused(_) => None,
    }
}

fn tokens(issued: &Issued) -> String {
    let token = name::sym(issued.token);
    match issued.refresh {
        Some(refresh) => format!("It answers with {token} and {}", name::sym(refresh)),
        None => format!("It answers with {token}"),
    }
}

fn server_refuses(refused: Refused) -> String {
    let said = refused.describe();
    match refused.answer() {
        Answer::Challenge(..) => format!("The resource refuses: {said}"),
        Answer::Redirect(_) => format!("The server refuses, and tells the client so: {said}"),
        Answer::Page(_) | Answer::Token(_) | Answer::Json(..) => format!("The server refuses: {said}"),
    }
}

/// Where a browser is then.
fn page(then: Then, scene: &Scene<'_>) -> Option<String> {
    let Then::Shows(browser) = then else { return None };
    match scene.next.world.browsers[browser].at {
        At::LogInPage(_) => Some("The server asks for a login first".to_owned()),
        At::ConsentPage(..) => Some("The server asks for consent".to_owned()),
        At::ToServer(_) => Some("The server sends the browser back to the authorization request".to_owned()),
        At::Elsewhere | At::ToMalicious(_) | At::ToClient(_) | At::OnCallbackPage(_) => None,
    }
}

/// Where the client sends a browser for a login.
fn departure(then: Then, scene: &Scene<'_>) -> Option<String> {
    let Then::Departs(browser) = then else { return None };
    match scene.next.world.browsers[browser].at {
        At::ToServer(_) => {
            Some("The client sends the browser to the server with an authorization request".to_owned())
        }
        At::ToMalicious(_) => Some(
            "The client sends the browser to the malicious server with an authorization request".to_owned(),
        ),
        At::Elsewhere | At::LogInPage(_) | At::ConsentPage(..) | At::ToClient(_) | At::OnCallbackPage(_) => {
            None
        }
    }
}

/// How far a token request has come that got no answer.
fn call(then: Then, scene: &Scene<'_>) -> Option<String> {
    let Then::GoesOn(at) = then else { return None };
    match scene.next.world.calls.get(at)?.stage {
        Stage::Loaded(..) => Some("Its judgement waits to be written".to_owned()),
        Stage::Sent => Some("Somebody was faster, so it has to load again".to_owned()),
        Stage::Done => None,
    }
}

/// A token request that the client sent by itself.
fn on_the_way(then: Then) -> Option<String> {
    match then {
        Then::Redeems => Some("The client redeems the code".to_owned()),
        Then::Refreshes => Some("The client's token is at its end, so it asks for another".to_owned()),
        Then::Nothing | Then::Departs(_) | Then::Shows(_) | Then::GoesOn(_) => None,
    }
}
