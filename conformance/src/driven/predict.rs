//! What the server's logic says of a step, as a class that a stranger can tell apart.

use oauth_core::client::Flow;
use oauth_core::server::decide::Choice;
use oauth_world::world::action::OnTheWire;
use oauth_world::world::{Action, At, Next, OWNER, Stage, World};

/// The class of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Nothing goes over the wire.
    Inside,
    /// A page that asks to log in.
    LogInPage,
    /// A page that asks for consent.
    ConsentPage,
    /// A redirect to the client with a code.
    Code,
    /// A redirect to the client with an error.
    Error,
    /// A page that refuses.
    Refused,
    /// A login that came about.
    LoggedIn,
    /// A login that was refused.
    NotLoggedIn,
    /// An authorization response that the client takes.
    Taken,
    /// An authorization response that the client refuses.
    NotTaken,
    /// A token.
    Token,
    /// A refused token request.
    NoToken,
    /// The resource.
    Served,
    /// A refused resource.
    NotServed,
}

impl Class {
    /// In words.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Inside => "nothing",
            Self::LogInPage => "a page that asks to log in",
            Self::ConsentPage => "a page that asks for consent",
            Self::Code => "a redirect to the client with a code",
            Self::Error => "a redirect to the client with an error",
            Self::Refused => "a page that refuses",
            Self::LoggedIn => "a login",
            Self::NotLoggedIn => "a refused login",
            Self::Taken => "an authorization response that the client takes",
            Self::NotTaken => "an authorization response that the client refuses",
            Self::Token => "a token",
            Self::NoToken => "a refused token request",
            Self::Served => "the resource",
            Self::NotServed => "a refused request for the resource",
        }
    }
}

/// The class that the model's step has.
#[must_use]
pub(super) fn predict(before: &World, action: &Action, next: &Next) -> Class {
    let Some(step) = action.on_the_wire() else { return Class::Inside };
    let at = next.world.browsers[OWNER].at;
    match step {
        OnTheWire::Ask | OnTheWire::Decide(_) => match at {
            At::LogInPage(_) => Class::LogInPage,
            At::ConsentPage(..) => Class::ConsentPage,
            At::ToClient(response) if response.code.is_some() => Class::Code,
            At::ToClient(_) => Class::Error,
            At::Elsewhere | At::ToServer(_) | At::ToMalicious(_) | At::OnCallbackPage(_) => {
                if step == OnTheWire::Decide(Choice::Deny) { Class::Error } else { Class::Refused }
            }
        },
        OnTheWire::LogIn(_) if next.refused.is_some() => Class::NotLoggedIn,
        OnTheWire::LogIn(_) => Class::LoggedIn,
        OnTheWire::Callback if next.world.visits[OWNER].session.flow == Flow::Exchanging => Class::Taken,
        OnTheWire::Callback => Class::NotTaken,
        OnTheWire::Judge(call) => match next.world.calls.get(call).map(|call| call.stage) {
            // Loaded, but not written: nothing has left the server yet.
            Some(Stage::Loaded(..) | Stage::Sent) | None => Class::Inside,
            Some(Stage::Done) if next.refused.is_some() => Class::NoToken,
            Some(Stage::Done) => Class::Token,
        },
        OnTheWire::Profile if next.refused.is_some() => Class::NotServed,
        OnTheWire::Profile if next.world.facts.len() == before.facts.len() => Class::Inside,
        OnTheWire::Profile => Class::Served,
        OnTheWire::Start | OnTheWire::Retry(_) | OnTheWire::Redeem(_) | OnTheWire::Nothing => Class::Inside,
    }
}
