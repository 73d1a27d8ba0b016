//! The table of actions: all that is told of each, whatever comes of it.

use super::carried::{Carried, log_in_at, to_client, way_to_server};
use super::scene::Scene;
use super::{clause, name};
use crate::world::action::OnTheWire;
use crate::world::{Action, Actor, At, OWNER, Server, Stage};

/// What is told of an action. What it does stands in its actor's file, below [`crate::world`].
pub(super) struct Row {
    /// Who acts.
    pub(super) actor: Actor,
    /// What it does, in a sentence without its full stop.
    pub(super) does: String,
    /// Whether it counts in the length of a trace as the literature counts it.
    counts: bool,
    /// Whom it goes to.
    pub(super) to: To,
    /// The HTTP messages that it carries.
    pub(super) carries: Box<dyn Fn(&mut Carried<'_, '_>)>,
    /// What comes of it that no fact tells.
    pub(super) then: Then,
    /// What a suite can take of it on a wire.
    wire: Option<OnTheWire>,
}

/// Whom an action goes to.
#[derive(Clone, Copy)]
pub(super) enum To {
    /// Always to this actor.
    Actor(Actor),
    /// To whoever is at the address to which this browser brings its response.
    AddressAt(usize),
    /// To the server of this token request.
    ServerOf(usize),
    /// To the sender of this token request, if it is answered.
    SenderOf(usize),
}

impl To {
    /// Whom it goes to in its world.
    pub(super) fn actor(self, scene: &Scene<'_>) -> Actor {
        match self {
            Self::Actor(actor) => actor,
            Self::AddressAt(browser) => match scene.browser(browser).at {
                At::ToClient(response) => name::address(response.to).1,
                _ => Actor::Client,
            },
            Self::ServerOf(call) => scene.before.calls.get(call).map_or(Actor::Server, |call| call.to.into()),
            Self::SenderOf(call) => {
                let is_answered =
                    scene.next.world.calls.get(call).is_some_and(|call| call.stage == Stage::Done);
                match scene.before.calls.get(call) {
                    Some(call) if is_answered => call.by.into(),
                    Some(_) | None => Actor::Server,
                }
            }
        }
    }
}

/// What comes of an action that no fact tells.
#[derive(Clone, Copy)]
pub(super) enum Then {
    /// Nothing.
    Nothing,
    /// The client sends this browser to a server.
    Departs(usize),
    /// The server answers this browser with a page.
    Shows(usize),
    /// The client may redeem a code.
    Redeems,
    /// The client may refresh its token.
    Refreshes,
    /// This token request comes a stage further.
    GoesOn(usize),
}

/// The row of an action that has no more to it than that: a step of its actor's that goes to the server without a message.
fn row(actor: Actor, does: String) -> Row {
    Row {
        actor,
        does,
        counts: true,
        to: To::Actor(Actor::Server),
        carries: Box::new(|_| {}),
        then: Then::Nothing,
        wire: None,
    }
}

/// The token request that an action sends.
fn send_call(told: &mut Carried<'_, '_>) {
    told.call();
}

fn the(browser: usize) -> String {
    format!("The {}", Actor::person(browser))
}

impl Action {
    /// Whether the action counts in the length of a trace as the literature counts it: a login with its consent is one
    /// step, a token request with its response another.
    #[must_use]
    pub fn counts_as_step(&self) -> bool {
        self.row().counts
    }

    /// What a suite can take of it on a wire; none of what is the model's alone, such as an attacker's moves.
    #[must_use]
    pub fn on_the_wire(&self) -> Option<OnTheWire> {
        self.row().wire
    }

    /// Its row of the table.
    pub(super) fn row(&self) -> Row {
        match *self {
            Self::Start(browser) => Row {
                to: To::Actor(Actor::Client),
                carries: Box::new(move |told| told.start(browser, Server::Honest)),
                then: Then::Departs(browser),
                wire: Some(OnTheWire::Start),
                ..row(Actor::person(browser), format!("{} starts a login at the client", the(browser)))
            },
            Self::StartElsewhere(browser) => Row {
                to: To::Actor(Actor::Client),
                carries: Box::new(move |told| told.start(browser, Server::Malicious)),
                then: Then::Departs(browser),
                ..row(
                    Actor::person(browser),
                    format!("{} starts a login at the client, with the malicious server", the(browser)),
                )
            },
            Self::Rewrite => Row {
                to: To::Actor(Actor::Client),
                carries: Box::new(|told| {
                    told.ask(Actor::Owner, Actor::Attacker, log_in_at(Some(Server::Honest)));
                    told.ask(Actor::Attacker, Actor::Client, log_in_at(Some(Server::Malicious)));
                    told.depart(OWNER, Server::Malicious);
                }),
                then: Then::Departs(OWNER),
                ..row(
                    Actor::Attacker,
                    "The owner starts a login with the honest server, and on its way to the client somebody puts the \
                     malicious server in its place"
                        .to_owned(),
                )
            },
            Self::Ask(browser) => Row {
                counts: false,
                carries: Box::new(move |told| told.bring_request(browser)),
                then: Then::Shows(browser),
                wire: Some(OnTheWire::Ask),
                ..row(
                    Actor::person(browser),
                    format!("{}'s browser brings the authorization request to the server", the(browser)),
                )
            },
            Self::LogIn(browser, right) => Row {
                counts: false,
                carries: Box::new(move |told| told.log_in(browser, right)),
                then: Then::Shows(browser),
                wire: Some(OnTheWire::LogIn(right)),
                ..row(Actor::person(browser), {
                    let how = if right { "logs in with the right password" } else { "tries a wrong password" };
                    format!("{} {how}", the(browser))
                })
            },
            Self::Decide(browser, choice) => Row {
                carries: Box::new(move |told| told.decide(browser, choice)),
                then: Then::Shows(browser),
                wire: Some(OnTheWire::Decide(choice)),
                ..row(Actor::person(browser), format!("{} {}", the(browser), clause::choice(choice)))
            },
            Self::Callback(browser) => Row {
                to: To::AddressAt(browser),
                carries: Box::new(move |told| told.callback(browser)),
                then: Then::Redeems,
                wire: Some(OnTheWire::Callback),
                ..row(
                    Actor::person(browser),
                    format!("{}'s browser brings the authorization response to where it was sent", the(browser)),
                )
            },
            Self::Profile(browser) => Row { wire: Some(OnTheWire::Profile), ..profile(browser, "") },
            Self::ProfileStale(browser) => {
                profile(browser, ", and a process judges that still sees the grant as it was")
            }
            Self::Retry(call) => Row {
                counts: false,
                to: To::ServerOf(call),
                carries: Box::new(send_call),
                wire: Some(OnTheWire::Retry(call)),
                ..row(
                    Actor::Client,
                    format!(
                        "The client sends token request {} once more, as if its answer had been lost",
                        call + 1
                    ),
                )
            },
            Self::Load(call) => Row {
                counts: false,
                carries: Box::new(move |told| told.answered(call)),
                then: Then::GoesOn(call),
                wire: Some(OnTheWire::Judge(call)),
                ..at_server(call, "loads the grant for", ", and judges")
            },
            Self::LoadStale(call) => Row {
                counts: false,
                carries: Box::new(move |told| told.answered(call)),
                then: Then::GoesOn(call),
                ..at_server(call, "loads the grant for", " as it was before, and judges")
            },
            Self::Commit(call) => Row {
                carries: Box::new(move |told| told.answered(call)),
                then: Then::GoesOn(call),
                wire: Some(OnTheWire::Judge(call)),
                ..at_server(call, "writes the grant for", "")
            },
            Self::Lose(call) => Row {
                carries: Box::new(move |told| told.waiting_page(call)),
                ..at_server(call, "writes the grant for", ", and its answer is lost")
            },
            Self::Stop(call) => Row {
                carries: Box::new(move |told| told.waiting_page(call)),
                ..at_server(call, "stops before it has written the grant for", "")
            },
            Self::Answer(call, token) => Row {
                to: To::Actor(Actor::Client),
                carries: Box::new(move |told| told.answer_with(call, token)),
                ..row(
                    Actor::MaliciousServer,
                    format!(
                        "The malicious server answers token request {} with {}, which the attacker has from elsewhere",
                        call + 1,
                        name::secret(token.digest)
                    ),
                )
            },
            Self::Carry(browser, asking) => Row {
                carries: Box::new(move |told| told.lead(browser, way_to_server(&told.authorize(&asking)))),
                ..into_browser(browser, &clause::asking(&asking))
            },
            Self::Bring(browser, response) => Row {
                carries: Box::new(move |told| told.lead(browser, to_client(&response))),
                ..into_browser(browser, &clause::response(&response))
            },
            Self::PushForeign(asking) => Row {
                carries: Box::new(move |told| told.push_foreign(&asking)),
                ..row(
                    Actor::Attacker,
                    format!("The attacker pushes {} in its name", clause::asking(&asking)),
                )
            },
            Self::Send(crafted) => token_request(Actor::Attacker, &clause::crafted(&crafted)),
            Self::Redeem(redemption) => Row {
                wire: Some(OnTheWire::Redeem(redemption)),
                ..token_request(redemption.by.into(), &clause::redemption(&redemption))
            },
            Self::Refresh(refresh) => token_request(refresh.by.into(), &clause::refresh(&refresh)),
            Self::ForItself(request) => token_request(request.by.into(), &clause::for_itself(&request)),
            Self::Name(naming) => Row {
                carries: Box::new(move |told| told.name(&naming)),
                ..row(
                    naming.by.into(),
                    format!("The {} {}", Actor::from(naming.by), clause::naming(&naming)),
                )
            },
            Self::ShowToken(shown) => Row {
                to: To::Actor(Actor::Resource),
                carries: Box::new(|told| told.fetched(Actor::Attacker)),
                ..row(
                    Actor::Attacker,
                    format!("The attacker shows {} to the resource", name::secret(shown.digest)),
                )
            },
            Self::ShowBound(shown, with) => Row {
                to: To::Actor(Actor::Resource),
                carries: Box::new(move |told| told.show_bound(shown, with)),
                ..row(
                    Actor::Attacker,
                    format!(
                        "The attacker shows {} to the resource, {}",
                        name::secret(shown.digest),
                        clause::shown_with(with)
                    ),
                )
            },
            Self::Leak(known) => Row {
                to: To::Actor(Actor::Attacker),
                wire: Some(OnTheWire::Nothing),
                ..row(Actor::Attacker, format!("The attacker learns {}", clause::known(&known)))
            },
            Self::Lure(lure) => Row {
                carries: Box::new(move |told| told.lure(lure)),
                ..into_browser(OWNER, clause::lure(lure))
            },
            Self::Forge(forgery) => Row {
                carries: Box::new(move |told| told.forge(forgery)),
                then: Then::Shows(OWNER),
                ..row(Actor::Attacker, format!("The attacker {}", clause::forgery(forgery)))
            },
            Self::Odd(at) => Row {
                carries: Box::new(move |told| told.odd(at)),
                ..row(Actor::Stranger, format!("A stranger sends odd request {}", at + 1))
            },
            Self::Tick => Row {
                to: To::Actor(Actor::Clock),
                wire: Some(OnTheWire::Nothing),
                ..row(Actor::Clock, "A second passes".to_owned())
            },
        }
    }
}

/// A person opens the profile.
fn profile(browser: usize, how: &str) -> Row {
    Row {
        to: To::Actor(Actor::Client),
        carries: Box::new(move |told| told.profile(browser)),
        then: Then::Refreshes,
        ..row(Actor::person(browser), format!("{} opens the profile at the client{how}", the(browser)))
    }
}

/// What the server does with a token request.
fn at_server(call: usize, does: &str, how: &str) -> Row {
    let does = format!("The server {does} token request {}{how}", call + 1);
    Row { to: To::SenderOf(call), ..row(Actor::Server, does) }
}

/// The attacker has a browser go somewhere. What its own browser does counts where it arrives.
fn into_browser(browser: usize, what: &str) -> Row {
    let whose = if browser == OWNER { "the owner's" } else { "its own" };
    Row {
        counts: browser == OWNER,
        to: To::Actor(Actor::person(browser)),
        ..row(Actor::Attacker, format!("The attacker puts {what} into {whose} browser"))
    }
}

/// A token request that somebody composes; it counts where it is answered.
fn token_request(by: Actor, does: &str) -> Row {
    Row { counts: false, carries: Box::new(send_call), ..row(by, format!("The {by} {does}")) }
}

/// The length of a trace in steps, as [`Action::counts_as_step`] counts them.
#[must_use]
pub fn steps(trace: &[Action]) -> usize {
    trace.iter().filter(|action| action.counts_as_step()).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::HONEST_PATH;
    use crate::world::action::{Forgery, Lure};

    #[test]
    fn a_suite_takes_the_honest_path_and_no_move_that_is_the_models_alone() {
        for action in HONEST_PATH {
            assert!(action.on_the_wire().is_some(), "{action:?}");
        }
        for action in [
            Action::StartElsewhere(OWNER),
            Action::Rewrite,
            Action::ProfileStale(OWNER),
            Action::LoadStale(0),
            Action::Lose(0),
            Action::Stop(0),
            Action::Lure(Lure::OwnResponse),
            Action::Forge(Forgery::NoAsk),
            Action::Odd(0),
        ] {
            assert_eq!(action.on_the_wire(), None, "{action:?}");
        }
    }
}
