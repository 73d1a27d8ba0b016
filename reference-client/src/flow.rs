//! One request's way through the model: receive, fold, carry the act out, fold again, encode.
//!
//! Nothing is decided here. The lock is held for a fold and never while a server is called; what happened to
//! the session meanwhile is the next fold's business.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use oauth_model::client::call::{
    HttpCall, ServerWords, judge_resource_answer, judge_token_answer, refresh_request, resource_request,
    token_request,
};
use oauth_model::client::push::{judge_push_answer, push_request};
use oauth_model::client::receive::{Received, locate, receive, session_cookie};
use oauth_model::client::refusal::ClientRefusal;
use oauth_model::client::reply::{ClientPage, Shown, encode};
use oauth_model::client::revoke::{judge_revocation_answer, logout_token, revocation_request};
use oauth_model::client::settings::Settings;
use oauth_model::client::site::{self, Site};
use oauth_model::client::{Act, Departure, Event, Fresh, Session, TokenAnswer, step};
use oauth_model::fault::Faults;
use oauth_model::http::{HttpReply, HttpRequest};
use oauth_model::secret::{Digest, Secret};

use crate::call::{Answer, BackChannel};
use crate::discovery::{Discovery, Means};
use crate::host::{self, Clock};
use crate::session::{Kept, Sessions};

/// A client at work.
pub(crate) struct Client {
    pub(crate) site: Site,
    /// What is known of each server, in the order of the configuration; never empty.
    pub(crate) servers: Vec<Discovery>,
    pub(crate) calls: BackChannel,
    pub(crate) clock: Clock,
    pub(crate) faults: Faults,
    pub(crate) sessions: Mutex<Sessions>,
}

/// What one request became.
pub(crate) struct Outcome {
    pub(crate) reply: HttpReply<ClientPage>,
    /// The numbers of the documented steps that took place, with spaces between them.
    pub(crate) steps: &'static str,
    pub(crate) refusal: Option<ClientRefusal>,
}

/// One request on its way.
struct Turn<'a> {
    client: &'a Client,
    settings: Arc<Settings>,
    key: Option<Digest>,
    /// The access token that came with an answer, or lies beside the session.
    token: Option<String>,
    /// The refresh token likewise.
    refresh: Option<String>,
    shown: Shown,
}

impl Client {
    /// Answers one request of a browser.
    pub(crate) async fn answer(&self, request: &HttpRequest) -> Outcome {
        let first = self.servers[0].known();
        let key = locate(request, &self.site);
        let mut fresh = host::fresh();
        self.faults.on_client_fresh(&mut fresh);
        let mut received = receive(request, &self.site, &fresh);
        self.faults.on_client_received(request, &mut received);
        let Received { mut event, server, code, words } = received;

        // Whom a session talks to was settled when its login began.
        let kept = key.and_then(|key| self.sessions().find(&key).map(|kept| Arc::clone(&kept.settings)));
        let name = kept.as_ref().map(|settings| settings.name.clone()).unwrap_or_default();
        let mut settings = kept.unwrap_or_else(|| Arc::clone(&first));
        if let Event::LogIn(_) = event {
            match self.ask(server).await {
                Ok(known) => settings = known,
                Err(refusal) => event = Event::Malformed(refusal),
            }
        }
        self.faults.on_server_chosen(&event, &first, &mut settings);
        let (path, servers) = (request.path.clone(), self.site.names());
        let logout_token = logout_token(session_cookie(request, &self.site));
        let shown = Shown { words, path, servers, server: name, logout_token, ..Shown::default() };
        let mut turn = Turn { client: self, settings, key, token: None, refresh: None, shown };

        let code = code.map(|code| code.0).unwrap_or_default();
        let mut at = event;
        let (act, reply) = loop {
            let act = turn.fold(at);
            at = match act {
                Act::Push(departure) => turn.push(&departure, fresh).await,
                Act::Revoke => turn.revoke().await,
                Act::Exchange(verifier) => turn.exchange(&code, verifier).await,
                Act::Refresh => turn.renew().await,
                Act::CallResource => turn.call_resource().await,
                act => break (act, encode(&act, &turn.settings, &turn.shown)),
            };
        };
        let mut reply = reply.expect("the acts that call a server first are carried out above");
        self.faults.on_client_reply(request, &turn.settings, &act, turn.token.as_deref(), &mut reply);
        let refusal = match act {
            Act::ShowError(refusal) => Some(refusal),
            _ => None,
        };
        Outcome { reply, steps: steps(&event, &act), refusal }
    }

    /// What is known of a server that is about to be asked.
    async fn ask(&self, server: usize) -> Result<Arc<Settings>, ClientRefusal> {
        let means = Means { calls: &self.calls, faults: &self.faults };
        let known = self.servers[server].ask(means, || self.clock.now()).await;
        let known = known.map_err(|_| ClientRefusal::ServerUnknown)?;
        // One that a resource named may be one that is known already.
        let all: Vec<Settings> = self.servers.iter().map(|server| Settings::clone(&server.known())).collect();
        let mut judged = site::check(&all);
        self.faults.on_configuration(&mut judged);
        judged.map(|()| known).map_err(|_| ClientRefusal::ServerUnknown)
    }

    fn sessions(&self) -> MutexGuard<'_, Sessions> {
        // A panic under the lock leaves each session as it was or as it has to be.
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Turn<'_> {
    /// Folds an event into the browser's session, and keeps what came of it.
    fn fold(&mut self, mut event: Event) -> Act {
        let now = self.client.clock.now();
        let faults = &self.client.faults;
        let mut sessions = self.client.sessions();
        sessions.sweep(now);
        let kept = self.key.and_then(|key| sessions.find(&key));
        let before = kept.map(|kept| kept.session).unwrap_or_default();
        let (old_token, old_refresh) =
            kept.map(|kept| (kept.token.clone(), kept.refresh.clone())).unwrap_or_default();

        let (mut rules, mut session) = (self.settings.rules(), before);
        faults.before_client(&mut rules, &mut session, &mut event);
        let (mut next, act) = step(now, &rules, session, &event);
        faults.after_client(&before, &mut next);

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
        let kept = Kept {
            session,
            token: self.token.clone(),
            refresh: self.refresh.clone(),
            settings: Arc::clone(&self.settings),
        };
        sessions.insert(self.client.clock.now(), Digest::of(&id.text()), kept);
    }

    /// Pushes the authorization request.
    async fn push(&mut self, departure: &Departure, fresh: Fresh) -> Event {
        let mut call = push_request(&self.settings, departure);
        self.client.faults.on_call(&self.settings, &mut call);
        let unanswered = (ClientRefusal::PushUnanswered, ServerWords::default());
        let judged = match self.client.calls.send(call).await {
            Ok(answer) => judge_push_answer(answer.status, &answer.body.unwrap_or_default()),
            Err(_) => Err(unanswered),
        };
        let answer = judged.map_err(|(refusal, words)| {
            self.shown.words = words;
            refusal
        });
        let answer = answer.map(|mut request_uri| {
            self.client.faults.on_request_uri(&mut request_uri);
            self.shown.request_uri = Some(request_uri);
        });
        Event::Pushed(answer, fresh)
    }

    /// Takes the tokens back: the refresh token first, since others may end with it.
    async fn revoke(&mut self) -> Event {
        let texts = [(self.refresh.take(), "refresh_token"), (self.token.take(), "access_token")];
        let mut all = Ok(());
        for (text, hint) in texts {
            let Some(text) = text else { continue };
            let mut call = revocation_request(&self.settings, &text, hint);
            self.client.faults.on_call(&self.settings, &mut call);
            let judged = match self.client.calls.send(call).await {
                Ok(Answer { mut status, body, .. }) => {
                    self.client.faults.on_revocation_answer(&mut status, &body.unwrap_or_default());
                    judge_revocation_answer(status)
                }
                Err(_) => Err(ClientRefusal::TokenEndpointSilent),
            };
            all = all.and(judged);
        }
        Event::Revoked(all)
    }

    /// Redeems the code.
    async fn exchange(&mut self, code: &str, verifier: Option<Secret>) -> Event {
        let call = token_request(&self.settings, code, verifier);
        Event::TokenAnswer(self.ask_for_tokens(call).await, host::secret())
    }

    /// Asks for a new access token.
    async fn renew(&mut self) -> Event {
        let Some(refresh) = &self.refresh else {
            return Event::RefreshAnswer(Err(ClientRefusal::TokenRefused));
        };
        let call = refresh_request(&self.settings, refresh);
        Event::RefreshAnswer(self.ask_for_tokens(call).await)
    }

    /// Sends a token request, judges the answer, and keeps its texts.
    async fn ask_for_tokens(&mut self, mut call: HttpCall) -> Result<TokenAnswer, ClientRefusal> {
        self.client.faults.on_call(&self.settings, &mut call);
        let sent = self.client.calls.send(call).await;
        let answer = sent.map_err(|_| ClientRefusal::TokenEndpointSilent)?;
        let mut body = answer.body.unwrap_or_default();
        self.client.faults.on_token_answer(&mut body);
        let judgement = judge_token_answer(self.client.clock.now(), answer.status, &body);
        self.token = judgement.token;
        self.refresh = judgement.refresh.or(self.refresh.take());
        self.shown.words = judgement.words;
        judgement.answer
    }

    /// Fetches the resource.
    async fn call_resource(&mut self) -> Event {
        let Some(token) = &self.token else {
            return Event::ResourceAnswer(Digest::of(""), Err(ClientRefusal::ResourceFailed));
        };
        let shown = Digest::of(token);
        let mut call = resource_request(&self.settings, token);
        self.client.faults.on_call(&self.settings, &mut call);
        let answer = match self.client.calls.send(call).await {
            Ok(answer) => judge_resource_answer(answer.status).and_then(|()| {
                let body = answer.body.ok_or(ClientRefusal::ResourceFailed)?;
                self.shown.resource = String::from_utf8_lossy(&body).into_owned();
                Ok(())
            }),
            Err(_) => Err(ClientRefusal::ResourceFailed),
        };
        Event::ResourceAnswer(shown, answer)
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
