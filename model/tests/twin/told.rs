//! A world in the words of `specs/tla/CodeFlow.tla`, as the program `tla` writes its states.
//!
//! Whatever of a world has no word here is the same in every world of the scenario, or follows from what has one: else
//! two worlds would be told alike, which the search refuses.

use oauth_core::client::Flow;
use oauth_core::grant::{Cause, Grant, Phase};
use oauth_core::policy::Time;
use oauth_laws::fact::{Fact, What};
use oauth_world::world::symbols::{symbol, token};
use oauth_world::world::{At, Browser, Call, OWNER, Stage, World};

pub(crate) fn told(world: &World) -> String {
    let session = world.visits[OWNER].session;
    let flow = match session.flow {
        Flow::Idle => ("idle", Time(0)),
        Flow::Waiting(waiting) => ("waiting", waiting.until),
        Flow::Exchanging => ("exchanging", Time(0)),
    };
    let (held, until) = session.login.map_or((0, Time(0)), |login| {
        (number(u32::from(symbol(login.token))), login.until.expect("the server says how long tokens last"))
    });
    let variables = [
        format!("clock={}", world.now.0),
        format!("browser={}", word(place(&world.browsers[OWNER]))),
        format!("login={}", world.logins.first().map_or(0, |login| login.until.0)),
        format!("flow=[stage |-> {}, until |-> {}]", word(flow.0), flow.1.0),
        format!("held=[token |-> {held}, until |-> {}]", until.0),
        format!("opened={}", world.browsers[OWNER].uses),
        format!("grant={}", grant(world.grants.first().map(|held| &held.grant))),
        format!("calls={}", sequence(world.calls.iter().map(|sent| call(sent)))),
        format!(
            "history={}",
            sequence(world.facts.facts().iter().enumerate().map(|(at, fact)| seen(at, fact)))
        ),
    ];
    variables.join("\\n")
}

/// A text, within a text.
fn word(text: &str) -> String {
    format!("\\\"{text}\\\"")
}

fn sequence(members: impl Iterator<Item = String>) -> String {
    format!("<<{}>>", members.collect::<Vec<_>>().join(", "))
}

/// The token request that a token came of; the first is 1.
fn number(symbol_of_token: u32) -> u32 {
    symbol_of_token - u32::from(token(0)) + 1
}

fn place(browser: &Browser) -> &'static str {
    match browser.at {
        At::Elsewhere if browser.starts == 0 => "not started",
        At::Elsewhere => "away",
        At::ToServer(_) => "with request",
        At::LogInPage(_) => "on login page",
        At::ConsentPage(..) => "on consent page",
        At::ToClient(response) if response.code.is_some() => "with code",
        At::ToClient(_) => "with error",
        At::ToMalicious(_) | At::OnCallbackPage(_) => {
            panic!("the other description has no word for this place")
        }
    }
}

fn grant(grant: Option<&Grant>) -> String {
    let (phase, token, until) = match grant.map(|grant| grant.phase) {
        None => ("none", 0, Time(0)),
        Some(Phase::Asked(asked)) => ("asked", 0, asked.until),
        Some(Phase::Coded(coded)) => ("coded", 0, coded.until),
        Some(Phase::Live(live)) => ("live", number(u32::from(symbol(live.access.token))), live.access.until),
        Some(Phase::Dead(Cause::Denied)) => ("denied", 0, Time(0)),
        Some(Phase::Dead(Cause::CodeReplayed)) => ("replayed", 0, Time(0)),
        Some(other) => panic!("the other description has no word for {other:?}"),
    };
    format!("[phase |-> {}, token |-> {token}, until |-> {}]", word(phase), until.0)
}

fn call(call: &Call) -> String {
    let (stage, read, at) = match &call.stage {
        Stage::Sent => ("sent", None, Time(0)),
        Stage::Loaded(read, at) => ("read", Some(read), *at),
        Stage::Done => ("answered", None, Time(0)),
    };
    format!(
        "[after |-> {}, read |-> {}, readAt |-> {}, sentAt |-> {}, stage |-> {}]",
        call.sent,
        grant(read),
        at.0,
        call.sent_at.0,
        word(stage)
    )
}

fn seen(at: usize, fact: &Fact) -> String {
    assert_eq!(fact.answered.map(usize::try_from), Some(Ok(at)), "facts stand in the order of their answers");
    let (what, token) = match fact.what {
        What::CodeIssued(_) => ("code", 0),
        What::Redemption(redemption) => {
            ("redemption", redemption.token.map_or(0, |issued| number(issued.token.0)))
        }
        What::LoggedIn(login) => ("login", number(login.token.0)),
        What::Resource(service) if service.served => ("served", number(service.token.0)),
        What::Resource(service) => ("turned away", number(service.token.0)),
        other => panic!("the other description has no word for {other:?}"),
    };
    format!(
        "[after |-> {}, answeredAt |-> {}, sentAt |-> {}, token |-> {token}, what |-> {}]",
        fact.sent,
        fact.answered_at,
        fact.sent_at,
        word(what)
    )
}
