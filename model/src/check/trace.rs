//! Traces that people can read: text, Mermaid, a plain SVG.

use std::fmt::Write as _;

use crate::world::action::{NamedOf, Wanted};
use crate::world::{Action, Next, Universe};

/// One step of a trace, told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// Who acts.
    pub actor: &'static str,
    /// Whom it goes to.
    pub to: &'static str,
    /// What happens.
    pub says: String,
}

/// Tells the steps of a trace; stops where an action is not possible.
#[must_use]
pub fn narrate(universe: &Universe, actions: &[Action]) -> Vec<Told> {
    let mut world = universe.start();
    let mut told = Vec::new();
    for action in actions {
        let Some(next) = universe.next(&world, action) else { break };
        told.push(tell(action, &next));
        world = next.world;
    }
    told
}

fn tell(action: &Action, next: &Next) -> Told {
    let (to, what) = match action {
        Action::Start(_) => {
            ("client", "opens the client's login; the client makes an authorization request".to_owned())
        }
        Action::Ask(_) => {
            ("server", "the browser brings the authorization request: GET /authorize".to_owned())
        }
        Action::LogIn(_, true) => {
            ("server", "sends the login form with the right password: POST /login".to_owned())
        }
        Action::LogIn(_, false) => {
            ("server", "sends the login form with a wrong password: POST /login".to_owned())
        }
        Action::Decide(_, choice) => {
            ("server", format!("answers the consent page ({choice:?}): POST /authorize"))
        }
        Action::Callback(_) => (
            "client",
            "the browser brings the authorization response: GET /callback; the client asks for a token"
                .to_owned(),
        ),
        Action::Profile(_) => ("client", "opens the profile; the client fetches GET /api/me".to_owned()),
        Action::StartElsewhere(_) => {
            ("client", "opens the client's login at the malicious server".to_owned())
        }
        Action::Rewrite => ("client", "puts the malicious server in the place of the honest one".to_owned()),
        Action::ProfileStale(_) => {
            ("client", "opens the profile; a process judges that sees the grant as it was".to_owned())
        }
        Action::LoadStale(call) => {
            ("server", format!("loads the grant as it was, for token request {}, and judges", call + 1))
        }
        Action::Lose(call) => {
            ("client", format!("writes the grant; its answer to request {} is lost", call + 1))
        }
        Action::Stop(call) => {
            ("client", format!("stops before it has written what request {} needs", call + 1))
        }
        Action::Answer(call, _) => {
            ("client", format!("answers token request {} with a token that leaked", call + 1))
        }
        Action::Carry(_, asking) => {
            ("server", format!("has a browser carry an authorization request: {asking:?}"))
        }
        Action::Bring(_, response) => ("client", format!("has a browser bring a response: {response:?}")),
        Action::PushForeign(_) => ("server", "pushes a request in the client's name".to_owned()),
        Action::Send(crafted) => ("server", format!("sends a token request: {crafted:?}")),
        Action::Retry(call) => ("server", format!("repeats token request {}: POST /token", call + 1)),
        Action::Load(call) => {
            ("server", format!("loads the grant for token request {} and judges", call + 1))
        }
        Action::Commit(call) => {
            ("client", format!("writes the grant and answers token request {}", call + 1))
        }
        Action::Redeem(redemption) => (
            "server",
            format!(
                "sends a token request as client {} (secret {:?}, code {:?}, redirect URI {:?}, verifier {:?})",
                redemption.client,
                redemption.proof,
                redemption.code,
                redemption.redirect,
                redemption.verifier
            ),
        ),
        Action::Refresh(refresh) => (
            "server",
            format!(
                "shows a refresh token as client {} ({:?}, scope {:?})",
                refresh.client, refresh.token, refresh.scope
            ),
        ),
        Action::ForItself(request) => (
            "server",
            format!(
                "asks for a token for itself as client {} (secret {:?}): POST /token",
                request.client, request.proof
            ),
        ),
        Action::Name(naming) => {
            let (verb, path) = match naming.what {
                Wanted::Revoke => ("revokes", "/revoke"),
                Wanted::Introspect => ("asks about", "/introspect"),
            };
            let token = match naming.token {
                NamedOf::Access => "the access token".to_owned(),
                NamedOf::Refresh(which) => format!("a refresh token ({which:?})"),
            };
            ("server", format!("{verb} {token} as client {}: POST {path}", naming.client))
        }
        Action::ShowBound(_, with) => {
            ("server", format!("shows a token behind DPoP, with {}: GET /api/me", shown_with(*with)))
        }
        Action::ShowToken(_) => ("server", "shows a token: GET /api/me".to_owned()),
        Action::Leak(known) => ("attacker", format!("learns {}", known_as(known))),
        Action::Lure(lure) => ("owner", format!("puts {} into the owner's browser", lure_as(*lure))),
        Action::Forge(forgery) => (
            "server",
            format!("sends a consent form from the owner's browser ({forgery:?}): POST /authorize"),
        ),
        Action::Odd(at) => ("server", format!("sends odd request {at}")),
        Action::Tick => ("clock", "a second passes".to_owned()),
    };
    let mut says = what;
    if let Some(refused) = next.refused {
        let _ = write!(says, "; refused: {}", refused.describe());
    }
    if let Some(refused) = next.client_refused {
        let _ = write!(says, "; the client refuses: {refused:?}");
    }
    Told { actor: action.actor(), to, says }
}

fn known_as(known: &crate::world::Known) -> &'static str {
    match known {
        crate::world::Known::Code(_) => "the code of an authorization response",
        crate::world::Known::Token(_) => "an access token",
        crate::world::Known::Refresh(_) => "a refresh token",
        crate::world::Known::Proof(_) => "a proof of possession that was sent",
        crate::world::Known::Challenge(_) => "the challenge of an authorization request",
        crate::world::Known::State(_) => "a state",
        crate::world::Known::Verifier(_) => "a verifier",
        crate::world::Known::Pushed(_) => "the name of a pushed request",
        crate::world::Known::Password => "a password",
    }
}

fn shown_with(with: crate::world::action::ShownWith) -> &'static str {
    use crate::world::action::ShownWith;
    match with {
        ShownWith::Nothing => "no proof",
        ShownWith::OwnKey => "a proof by its own key",
        ShownWith::Leaked => "the proof that leaked",
    }
}

fn lure_as(lure: crate::world::action::Lure) -> &'static str {
    use crate::world::action::Lure;
    match lure {
        Lure::OwnResponse => "the authorization response of the attacker's own login",
        Lure::PushedOfAnother => "the name of the client's pushed request, as the attacker's client's,",
        Lure::PushedAgain => "the name of the client's pushed request once more",
        Lure::PushedByNobody => "the name of a pushed request that there is not",
        Lure::OfStranger => "a bad authorization request of a client of the attacker's",
        Lure::EvilRedirect => "an authorization request with a redirect URI of the attacker's",
    }
}

/// Numbered lines.
#[must_use]
pub fn text(told: &[Told]) -> String {
    let mut out = String::new();
    for (at, step) in told.iter().enumerate() {
        let _ = writeln!(out, "{:>3}. {}: {}", at + 1, step.actor, step.says);
    }
    out
}

/// A Mermaid sequence diagram.
#[must_use]
pub fn mermaid(told: &[Told]) -> String {
    let mut out = String::from("sequenceDiagram\n");
    for actor in ["owner", "client", "other client", "attacker", "server", "clock"] {
        if told.iter().any(|step| step.actor == actor || step.to == actor) {
            let _ = writeln!(out, "    participant {} as {actor}", actor.replace(' ', "_"));
        }
    }
    for step in told {
        let says = step.says.replace([';', '#'], ",");
        let _ = writeln!(out, "    {}->>{}: {says}", step.actor.replace(' ', "_"), step.to.replace(' ', "_"));
    }
    out
}

/// A plain sequence diagram for the Explorer.
#[must_use]
pub fn svg(told: &[Told]) -> String {
    let lanes = ["owner", "client", "other client", "attacker", "server", "clock"];
    let x = |actor: &str| 60 + 150 * lanes.iter().position(|lane| *lane == actor).unwrap_or(0);
    let height = 60 + 40 * told.len();
    let mut out =
        format!("<svg xmlns='http://www.w3.org/2000/svg' width='920' height='{height}' font-size='11'>");
    for lane in lanes {
        let _ = write!(
            out,
            "<text x='{0}' y='20' text-anchor='middle'>{lane}</text><line x1='{0}' y1='28' x2='{0}' y2='{height}' stroke='#bbb'/>",
            x(lane)
        );
    }
    for (at, step) in told.iter().enumerate() {
        let y = 56 + 40 * at;
        let says = step.says.replace('&', "&amp;").replace('<', "&lt;");
        let _ = write!(
            out,
            "<line x1='{}' y1='{y}' x2='{}' y2='{y}' stroke='black'/><circle cx='{}' cy='{y}' r='3'/><text x='8' y='{}'>{}. {says}</text>",
            x(step.actor),
            x(step.to),
            x(step.to),
            y - 6,
            at + 1
        );
    }
    out.push_str("</svg>");
    out
}
