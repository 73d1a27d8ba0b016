//! What can happen next, each by a named actor.

pub use super::attacker::{
    CodeOf, Forgery, Lure, ProofOf, Redemption, RedirectOf, RefreshOf, RefreshScope, RefreshTry, VerifierOf,
};
pub use super::naming::{ForItselfTry, NamedOf, Naming, Wanted};
pub use super::prove::ShownWith;
use super::{At, Known, Stage, Universe, World};
use crate::client::Flow;
use crate::fact::Who;
use crate::secret::Shown;
use crate::server::decide::Choice;

/// One action of one actor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// A person starts a login at the client.
    Start(usize),
    /// A browser brings its authorization request to the server.
    Ask(usize),
    /// A person sends the login form, with the right password or a wrong one.
    LogIn(usize, bool),
    /// A person answers the consent page.
    Decide(usize, Choice),
    /// A browser brings its authorization response to the client.
    Callback(usize),
    /// A person opens the profile; the client fetches the resource.
    Profile(usize),
    /// A client repeats a token request.
    Retry(usize),
    /// The server loads what a token request needs, and judges.
    Load(usize),
    /// The server writes what it judged, and answers.
    Commit(usize),
    /// Somebody composes a token request.
    Redeem(Redemption),
    /// Somebody shows a refresh token.
    Refresh(RefreshTry),
    /// A client asks for a token for itself.
    ForItself(ForItselfTry),
    /// Somebody names a token, to revoke it or to ask about it.
    Name(Naming),
    /// The attacker shows a token to the resource.
    ShowToken(Shown),
    /// The attacker shows a token behind `DPoP`, with a proof or without.
    ShowBound(Shown, ShownWith),
    /// Something leaks to the attacker.
    Leak(Known),
    /// The attacker puts something into the owner's browser.
    Lure(Lure),
    /// The attacker's page sends a consent form from the owner's browser.
    Forge(Forgery),
    /// Somebody sends an odd request, by its place in the scope's table.
    Odd(usize),
    /// Time passes.
    Tick,
}

impl Action {
    /// Who acts.
    #[must_use]
    pub const fn actor(&self) -> &'static str {
        match self {
            Self::Start(browser)
            | Self::Ask(browser)
            | Self::LogIn(browser, _)
            | Self::Decide(browser, _)
            | Self::Callback(browser)
            | Self::Profile(browser) => {
                if *browser == super::OWNER {
                    "owner"
                } else {
                    "attacker"
                }
            }
            Self::Retry(_) => "client",
            Self::Load(_) | Self::Commit(_) => "server",
            Self::Redeem(Redemption { by, .. })
            | Self::Refresh(RefreshTry { by, .. })
            | Self::ForItself(ForItselfTry { by, .. })
            | Self::Name(Naming { by, .. }) => match by {
                Who::Client => "client",
                Who::OtherClient => "other client",
                Who::Owner | Who::Thief => "attacker",
            },
            Self::ShowToken(_) | Self::ShowBound(..) | Self::Leak(_) | Self::Lure(_) | Self::Forge(_) => {
                "attacker"
            }
            Self::Odd(_) => "stranger",
            Self::Tick => "clock",
        }
    }

    /// Whether the action is a step of the usual count, in which a login with its consent is one step and a token
    /// request with its answer another.
    #[must_use]
    pub const fn is_step(&self) -> bool {
        !matches!(
            self,
            Self::Ask(_)
                | Self::LogIn(..)
                | Self::Load(_)
                | Self::Retry(_)
                | Self::Redeem(_)
                | Self::Refresh(_)
                | Self::ForItself(_)
        )
    }
}

impl Universe {
    /// Adds everything that may happen next, in a fixed order.
    pub fn actions(&self, world: &World, actions: &mut Vec<Action>) {
        for browser in 0..2 {
            self.browser_actions(world, browser, actions);
        }
        for (at, call) in world.calls.iter().enumerate() {
            match call.stage {
                Stage::Sent => actions.push(Action::Load(at)),
                Stage::Loaded(..) => actions.push(Action::Commit(at)),
                Stage::Done => {}
            }
            let repeats = world.calls.len() < usize::from(self.scope.calls);
            if call.by == Who::Client && call.session.is_some() && self.scope.retries && repeats {
                actions.push(Action::Retry(at));
            }
        }
        self.attacker_actions(world, actions);
        for at in 0..self.scope.odd.len() {
            actions.push(Action::Odd(at));
        }
        if world.now.0 < u64::from(self.scope.ticks) {
            actions.push(Action::Tick);
        }
    }

    fn browser_actions(&self, world: &World, at: usize, actions: &mut Vec<Action>) {
        let browser = &world.browsers[at];
        match browser.at {
            At::Elsewhere => {}
            At::ToServer(_) => actions.push(Action::Ask(at)),
            At::LogInPage(_) => {
                actions.push(Action::LogIn(at, true));
                if browser.mistakes < self.scope.mistakes {
                    actions.push(Action::LogIn(at, false));
                }
            }
            At::ConsentPage(..) => {
                actions.push(Action::Decide(at, Choice::Approve));
                for choice in self.scope.choices {
                    actions.push(Action::Decide(at, *choice));
                }
            }
            At::ToClient(response) => {
                actions.push(Action::Callback(at));
                if response.code.is_some() && self.may_press_again(world) {
                    actions.push(Action::Decide(at, Choice::Approve));
                }
            }
        }
        // A person who waits for nothing starts again, as often as the scope lets.
        let idle = matches!(browser.at, At::Elsewhere | At::ToClient(_));
        if idle && browser.starts < self.scope.starts[at] {
            actions.push(Action::Start(at));
        }
        let logged_in = world.sessions[at].login.is_some();
        if logged_in && world.sessions[at].flow == Flow::Idle && browser.uses < self.scope.uses {
            actions.push(Action::Profile(at));
        }
    }
}
