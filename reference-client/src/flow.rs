//! One request's way through the model: receive, fold, carry the act out, fold again, encode.
//!
//! Nothing is decided here. The lock is held for a fold and never while a server is called; what happened to
//! the session meanwhile is the next fold's business.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use oauth_core::client::dpop::Nonces;
use oauth_core::client::logic::Logic;
use oauth_core::client::receive::{Received, locate, session_cookie};
use oauth_core::client::refusal::ClientRefusal;
use oauth_core::client::reply::{ClientPage, Shown};
use oauth_core::client::revoke::logout_token;
use oauth_core::client::settings::{Binding, Settings};
use oauth_core::client::site::Site;
use oauth_core::client::{Act, Event, Session};
use oauth_core::http::{HttpReply, HttpRequest};
use oauth_core::secret::{Digest, Secret};

use crate::call::BackChannel;
use crate::discovery::{Discovery, Means};
use crate::dpop::DpopKey;
use crate::host::{self, Clock};
use crate::session::{Sessions, StoredSession};

/// A client at work.
pub(crate) struct Client {
    pub(crate) site: Site,
    /// What is known of each server, in the order of the configuration; never empty.
    pub(crate) servers: Vec<Discovery>,
    pub(crate) calls: BackChannel,
    pub(crate) clock: Clock,
    /// What decides.
    pub(crate) logic: Arc<dyn Logic>,
    pub(crate) sessions: Mutex<Sessions>,
    /// The latest nonces of the servers.
    pub(crate) nonces: Mutex<Nonces>,
}

/// What one request became.
pub(crate) struct Outcome {
    pub(crate) reply: HttpReply<ClientPage>,
    /// The numbers of the documented steps that took place, with spaces between them.
    pub(crate) steps: &'static str,
    pub(crate) refusal: Option<ClientRefusal>,
}

/// One request on its way.
pub(crate) struct Turn<'a> {
    pub(crate) client: &'a Client,
    pub(crate) settings: Arc<Settings>,
    /// Under which the session lies.
    key: Option<Digest>,
    /// The access token that came with an answer, or lies beside the session.
    pub(crate) token: Option<String>,
    /// The refresh token likewise.
    pub(crate) refresh: Option<String>,
    /// The key that tokens get bound to, if they are.
    pub(crate) proof_key: Option<Arc<DpopKey>>,
    pub(crate) shown: Shown,
}

impl Client {
    /// Answers one request of a browser.
    pub(crate) async fn answer(&self, request: &HttpRequest) -> Outcome {
        let first = self.servers[0].known();
        let key = locate(request, &self.site);
        let mut fresh = host::fresh();
        let received = self.logic.receive(request, &self.site, &fresh);
        let mut event = received.event();

        // Whom a session talks to was settled when its login began.
        let kept = key.and_then(|key| {
            self.sessions().find(&key).map(|kept| (Arc::clone(&kept.settings), kept.proof_key.clone()))
        });
        let name = kept.as_ref().map(|(settings, _)| settings.name.clone()).unwrap_or_default();
        let (mut settings, mut proof_key) = kept.unwrap_or_else(|| (Arc::clone(&first), None));
        if let Received::LogIn { fresh: mut secrets, server } = received {
            match self.ask(server).await {
                Ok(known) => {
                    proof_key = (known.binding == Binding::Key).then(|| Arc::new(DpopKey::fresh()));
                    secrets.jkt = proof_key.as_ref().map(|key| key.public().thumbprint());
                    event = Event::LogIn(secrets);
                    fresh = secrets;
                    settings = known;
                }
                Err(refusal) => event = Event::Malformed(refusal),
            }
        }
        let settings = self.logic.server(&event, &first, settings);
        let (path, servers) = (request.path.clone(), self.site.names());
        let logout_token = logout_token(session_cookie(request, &self.site));
        let words = received.words().cloned().unwrap_or_default();
        let shown = Shown { words, path, servers, server: name, logout_token, ..Shown::default() };
        let mut turn = Turn { client: self, settings, key, token: None, refresh: None, proof_key, shown };

        let code = received.code().map(|code| code.0.clone()).unwrap_or_default();
        let mut at = event;
        let act = loop {
            let act = turn.fold(at);
            at = match act {
                Act::Push(departure) => turn.push(&departure, fresh).await,
                Act::Revoke => turn.revoke().await,
                Act::Exchange(verifier) => turn.exchange(&code, verifier).await,
                Act::Refresh => turn.renew().await,
                Act::CallResource => turn.call_resource().await,
                act => break act,
            };
        };
        let reply = self.logic.encode(request, &act, &turn.settings, &turn.shown, turn.token.as_deref());
        let reply = reply.expect("the acts that call a server first are carried out above");
        let refusal = match act {
            Act::ShowError(refusal) => Some(refusal),
            _ => None,
        };
        Outcome { reply, steps: steps(&event, &act), refusal }
    }

    /// What is known of a server that is about to be asked.
    async fn ask(&self, server: usize) -> Result<Arc<Settings>, ClientRefusal> {
        let means = Means { calls: &self.calls, logic: &*self.logic };
        let known = self.servers[server].ask(means, || self.clock.now()).await;
        let known = known.map_err(|_| ClientRefusal::ServerUnknown)?;
        // One that a resource named may be one that is known already.
        let all: Vec<Settings> = self.servers.iter().map(|server| Settings::clone(&server.known())).collect();
        self.logic.check(&all).map(|()| known).map_err(|_| ClientRefusal::ServerUnknown)
    }

    pub(crate) fn nonces(&self) -> MutexGuard<'_, Nonces> {
        self.nonces.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn sessions(&self) -> MutexGuard<'_, Sessions> {
        // A panic under the lock leaves each session as it was or as it has to be.
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Turn<'_> {
    /// Folds an event into the browser's session, and keeps what came of it.
    fn fold(&mut self, event: Event) -> Act {
        let now = self.client.clock.now();
        let mut sessions = self.client.sessions();
        sessions.sweep(now);
        let kept = self.key.and_then(|key| sessions.find(&key));
        let before = kept.map(|kept| kept.session).unwrap_or_default();
        let (old_token, old_refresh) =
            kept.map(|kept| (kept.token.clone(), kept.refresh.clone())).unwrap_or_default();

        let (next, act) = self.client.logic.step(now, &self.settings.rules(), before, &event);

        // Of the texts at hand the session's digests say which are good; those that are taken back have left it.
        let login = if act == Act::Revoke { before.login } else { next.login };
        self.token = pick([self.token.take(), old_token], login.map(|login| login.token));
        self.refresh = pick([self.refresh.take(), old_refresh], login.and_then(|login| login.refresh));

        match act {
            Act::ToServer(departure) => self.move_to(&mut sessions, &departure.session, next),
            Act::ToProfile(id) => self.move_to(&mut sessions, &id, next),
            Act::Revoke | Act::ShowLoggedOut(_) => {
                if let Some(key) = &self.key {
                    sessions.remove(key);
                }
            }
            _ => {
                if let Some(kept) = self.key.and_then(|key| sessions.find_mut(&key)) {
                    kept.session = next;
                    kept.token.clone_from(&self.token);
                    kept.refresh.clone_from(&self.refresh);
                }
            }
        }
        act
    }

    /// Puts a session under a new id; the old one ends.
    fn move_to(&self, sessions: &mut Sessions, id: &Secret, session: Session) {
        if let Some(old) = &self.key {
            sessions.remove(old);
        }
        let kept = StoredSession {
            session,
            token: self.token.clone(),
            refresh: self.refresh.clone(),
            settings: Arc::clone(&self.settings),
            proof_key: self.proof_key.clone(),
        };
        sessions.insert(self.client.clock.now(), Digest::of(&id.text()), kept);
    }
}

/// The text that has this digest.
fn pick(texts: [Option<String>; 2], wanted: Option<Digest>) -> Option<String> {
    let wanted = wanted?;
    texts.into_iter().flatten().find(|text| Digest::of(text) == wanted)
}

/// The documented steps of which a request is the client's part (`specs/sequence.toml`).
fn steps(event: &Event, act: &Act) -> &'static str {
    match (event, act) {
        (Event::Home, _) => "1",
        (Event::LogIn(_), _) => "2 3",
        (Event::Callback(_), Act::ToProfile(_)) => "11 12 14",
        (Event::Callback(_), Act::ShowError(refusal)) if asked_for_token(*refusal) => "11 12",
        (Event::Callback(_), _) => "11",
        (Event::Profile, Act::ShowResource) => "15 17",
        (Event::Profile, Act::ShowError(_)) => "15",
        _ => "",
    }
}

/// Whether a refusal comes after the token request.
fn asked_for_token(refusal: ClientRefusal) -> bool {
    use ClientRefusal::{TokenAnswerMalformed, TokenEndpointSilent, TokenRefused, TokenTypeUnknown};
    matches!(refusal, TokenAnswerMalformed | TokenEndpointSilent | TokenRefused | TokenTypeUnknown)
}
