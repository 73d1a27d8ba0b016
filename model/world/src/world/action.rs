//! What can happen next, each by a named actor. What is told of it stands in `trace/row.rs`, a row for each.

pub use super::dpop::ShownWith;
pub use super::tries::{
    CodeOf, Crafted, CredentialsOf, ForItselfTry, Forgery, IntrospectOrRevokeTry, Lure, Redemption,
    RedirectOf, RefreshOf, RefreshScope, RefreshTry, TokenOf, VerifierOf, Wanted,
};
use super::{Asking, Call, Known, Response, Server, Stage, Universe, World};
use oauth_core::secret::Shown;
use oauth_core::server::decide::Choice;
use oauth_laws::fact::Sender;

/// One action of one actor. Callers match each by name, so that a new variant is a breaking release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// A person starts a login at the client.
    Start(usize),
    /// A person starts a login at the client, at the malicious server.
    StartElsewhere(usize),
    /// The owner starts a login, and on the way somebody puts the malicious server in the place of the honest one.
    Rewrite,
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
    /// The same, at a process that sees the grant as it was.
    ProfileStale(usize),
    /// A client repeats a token request.
    Retry(usize),
    /// The server loads what a token request needs, and judges.
    Load(usize),
    /// The same, at a process that sees the grant as it was.
    LoadStale(usize),
    /// The server writes what it judged, and answers.
    Commit(usize),
    /// The server writes what it judged, and its answer is lost.
    Lose(usize),
    /// The server stops before it has written.
    Stop(usize),
    /// The malicious token endpoint answers with this token.
    Answer(usize, Shown),
    /// The attacker has a browser carry an authorization request.
    Carry(usize, Asking),
    /// The attacker has a browser bring an authorization response.
    Bring(usize, Response),
    /// The attacker pushes a request in the client's name.
    PushForeign(Asking),
    /// The attacker sends a token request of its own making.
    Send(Crafted),
    /// Somebody composes a token request.
    Redeem(Redemption),
    /// Somebody shows a refresh token.
    Refresh(RefreshTry),
    /// A client asks for a token for itself.
    ForItself(ForItselfTry),
    /// Somebody names a token, to revoke it or to ask about it.
    Name(IntrospectOrRevokeTry),
    /// The attacker shows a token to the resource.
    ShowToken(Shown),
    /// The attacker shows a token behind `DPoP`, with a proof or without.
    ShowBound(Shown, ShownWith),
    /// Something leaks to the attacker.
    Leak(Known),
    /// The attacker puts something into the owner's browser.
    Lure(Lure),
    /// The attacker's page sends a form from the owner's browser.
    Forge(Forgery),
    /// Somebody sends an odd request, by its place in the scenario's table.
    Odd(usize),
    /// Time passes.
    Tick,
}

/// What of an action a suite can take on a wire: a person's steps, the client's, and the answers to them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnTheWire {
    /// A person starts a login.
    Start,
    /// The browser brings the authorization request.
    Ask,
    /// A person sends the login form, with the right password or a wrong one.
    LogIn(bool),
    /// A person answers the consent page.
    Decide(Choice),
    /// The browser brings the authorization response.
    Callback,
    /// A client repeats a token request.
    Retry(usize),
    /// Somebody composes a token request.
    Redeem(Redemption),
    /// The server judges a token request.
    Judge(usize),
    /// A person opens the profile.
    Profile,
    /// Nothing is sent.
    Nothing,
}

impl Universe {
    /// Adds everything that may happen next, in a fixed order.
    pub fn actions(&self, world: &World, actions: &mut Vec<Action>) {
        for browser in 0..2 {
            self.browser_actions(world, browser, actions);
        }
        for (at, call) in world.calls.iter().enumerate() {
            self.call_actions(world, at, call, actions);
            let repeats = world.calls.len() < usize::from(self.scenario.bounds.calls);
            if call.by == Sender::Client && call.session.is_some() && self.scenario.client.retries && repeats
            {
                actions.push(Action::Retry(at));
            }
        }
        self.attacker_actions(world, actions);
        for at in 0..self.scenario.tries.odd.len() {
            actions.push(Action::Odd(at));
        }
        if self.may_tick(world) {
            actions.push(Action::Tick);
        }
    }

    fn call_actions(&self, world: &World, at: usize, call: &Call, actions: &mut Vec<Action>) {
        match call.stage {
            Stage::Sent if call.to == Server::Honest => {
                actions.push(Action::Load(at));
                if self.may_go_wrong(world, self.scenario.mishaps.stale_reads) {
                    actions.push(Action::LoadStale(at));
                }
            }
            Stage::Loaded(..) => {
                actions.push(Action::Commit(at));
                if self.may_go_wrong(world, self.scenario.mishaps.losses) {
                    actions.push(Action::Lose(at));
                }
                if self.may_go_wrong(world, self.scenario.mishaps.stops) {
                    actions.push(Action::Stop(at));
                }
            }
            Stage::Sent | Stage::Done => {}
        }
    }
}
