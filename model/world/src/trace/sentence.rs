//! Actions in plain English: what somebody does, and what comes of it.

use super::scene::Scene;
use super::{answer, clause, name};
use crate::world::{ATTACKER, Action, At, OWNER, Stage};
use oauth_core::refusal::{Answer, Refused};
use oauth_laws::fact::{Issued, Party, What};

/// What somebody does, and what comes of it, in whole sentences.
pub(super) fn says(scene: &Scene<'_>) -> String {
    let mut sentences = vec![does(scene.action)];
    sentences.extend(outcome(scene));
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

fn the(browser: usize) -> String {
    format!("The {}", name::person(browser))
}

/// What somebody does, without its full stop.
pub(super) fn does(action: &Action) -> String {
    match *action {
        Action::Start(browser) => format!("{} starts a login at the client", the(browser)),
        Action::StartElsewhere(browser) => {
            format!("{} starts a login at the client, with the malicious server", the(browser))
        }
        Action::Rewrite => {
            "The owner starts a login with the honest server, and on its way to the client somebody puts \
                            the malicious server in its place"
                .to_owned()
        }
        Action::Ask(browser) => {
            format!("{}'s browser brings the authorization request to the server", the(browser))
        }
        Action::LogIn(browser, true) => format!("{} logs in with the right password", the(browser)),
        Action::LogIn(browser, false) => format!("{} tries a wrong password", the(browser)),
        Action::Decide(browser, choice) => format!("{} {}", the(browser), clause::choice(choice)),
        Action::Callback(browser) => {
            format!("{}'s browser brings the authorization response to where it was sent", the(browser))
        }
        Action::Profile(browser) => format!("{} opens the profile at the client", the(browser)),
        Action::ProfileStale(browser) => format!(
            "{} opens the profile at the client, and a process judges that still sees the grant as it was",
            the(browser)
        ),
        Action::Retry(call) => {
            format!("The client sends token request {} once more, as if its answer had been lost", call + 1)
        }
        Action::Load(call) => {
            format!("The server loads the grant for token request {}, and judges", call + 1)
        }
        Action::LoadStale(call) => {
            format!("The server loads the grant for token request {} as it was before, and judges", call + 1)
        }
        Action::Commit(call) => format!("The server writes the grant for token request {}", call + 1),
        Action::Lose(call) => {
            format!("The server writes the grant for token request {}, and its answer is lost", call + 1)
        }
        Action::Stop(call) => {
            format!("The server stops before it has written the grant for token request {}", call + 1)
        }
        Action::Answer(call, token) => format!(
            "The malicious server answers token request {} with {}, which the attacker has from elsewhere",
            call + 1,
            name::secret(token.digest)
        ),
        Action::Carry(OWNER, asking) => {
            format!("The attacker puts {} into the owner's browser", clause::asking(&asking))
        }
        Action::Carry(_, asking) => {
            format!("The attacker puts {} into its own browser", clause::asking(&asking))
        }
        Action::Bring(OWNER, response) => {
            format!("The attacker puts {} into the owner's browser", clause::response(&response))
        }
        Action::Bring(_, response) => {
            format!("The attacker puts {} into its own browser", clause::response(&response))
        }
        Action::PushForeign(asking) => format!("The attacker pushes {} in its name", clause::asking(&asking)),
        Action::Send(crafted) => format!("The attacker {}", clause::crafted(&crafted)),
        Action::Redeem(redemption) => {
            format!("{} {}", clause::who(redemption.by), clause::redemption(&redemption))
        }
        Action::Refresh(refresh) => format!("{} {}", clause::who(refresh.by), clause::refresh(&refresh)),
        Action::ForItself(request) => format!("{} {}", clause::who(request.by), clause::for_itself(&request)),
        Action::Name(naming) => format!("{} {}", clause::who(naming.by), clause::naming(&naming)),
        Action::ShowToken(shown) => {
            format!("The attacker shows {} to the resource", name::secret(shown.digest))
        }
        Action::ShowBound(shown, with) => format!(
            "The attacker shows {} to the resource, {}",
            name::secret(shown.digest),
            clause::shown_with(with)
        ),
        Action::Leak(known) => format!("The attacker learns {}", clause::known(&known)),
        Action::Lure(lure) => format!("The attacker puts {} into the owner's browser", clause::lure(lure)),
        Action::Forge(forgery) => format!("The attacker {}", clause::forgery(forgery)),
        Action::Odd(at) => format!("A stranger sends odd request {}", at + 1),
        Action::Tick => "A second passes".to_owned(),
    }
}

/// What comes of it: what was seen, what was refused, where a browser is then.
fn outcome(scene: &Scene<'_>) -> Vec<String> {
    let mut sentences: Vec<String> = scene.sent().and_then(|_| on_the_way(scene)).into_iter().collect();
    sentences.extend(scene.facts().iter().filter_map(|fact| seen(scene, &fact.what)));
    if let Some(refused) = scene.next.refused {
        sentences.push(server_refuses(refused));
    }
    if sentences.is_empty() {
        sentences.extend(page(scene));
        sentences.extend(call(scene));
    }
    sentences.extend(departure(scene));
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
                "attacker" => format!("The server sends {code} to an address of the attacker's"),
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
            let person = name::person(usize::from(login.person == crate::world::symbols::account(ATTACKER)));
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
        What::SentAway(_) => None,
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
fn page(scene: &Scene<'_>) -> Option<String> {
    match scene.next.world.browsers[scene.at_server()?].at {
        At::LogInPage(_) => Some("The server asks for a login first".to_owned()),
        At::ConsentPage(..) => Some("The server asks for consent".to_owned()),
        At::ToServer(_) => Some("The server sends the browser back to the authorization request".to_owned()),
        At::Elsewhere | At::ToMalicious(_) | At::ToClient(_) | At::OnCallbackPage(_) => None,
    }
}

/// Where the client sends a browser for a login.
fn departure(scene: &Scene<'_>) -> Option<String> {
    let browser = match *scene.action {
        Action::Start(browser) | Action::StartElsewhere(browser) => browser,
        Action::Rewrite => OWNER,
        _ => return None,
    };
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
fn call(scene: &Scene<'_>) -> Option<String> {
    let (Action::Load(at) | Action::LoadStale(at) | Action::Commit(at)) = *scene.action else { return None };
    match scene.next.world.calls.get(at)?.stage {
        Stage::Loaded(..) => Some("Its judgement waits to be written".to_owned()),
        Stage::Sent => Some("Somebody was faster, so it has to load again".to_owned()),
        Stage::Done => None,
    }
}

/// A token request that the client sent by itself.
fn on_the_way(scene: &Scene<'_>) -> Option<String> {
    match scene.action {
        Action::Callback(_) => Some("The client redeems the code".to_owned()),
        Action::Profile(_) | Action::ProfileStale(_) => {
            Some("The client's token is at its end, so it asks for another".to_owned())
        }
        _ => None,
    }
}
