//! Walks a path on a live server: each action of the model becomes the exchange that it stands for.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use oauth_core::client::call::{judge_resource_answer, judge_tokens, resource_request, token_request};
use oauth_core::client::http_call::HttpCall;
use oauth_core::client::receive::receive;
use oauth_core::client::reply::authorization_request;
use oauth_core::client::settings::{Binding, Settings};
use oauth_core::client::site::Site;
use oauth_core::client::{Act, Event, Fresh, Rules, Session, step};
use oauth_core::http::HttpRequest;
use oauth_core::policy::{Lifetime, Time};
use oauth_core::secret::{Digest, Minted, Secret};
use oauth_core::server::decide::Choice;
use oauth_laws::fact::Sender;
use oauth_suite::browser::{Decision, Landing};
use oauth_suite::case::Context;
use oauth_suite::case_end::{CaseEnd, Checked};
use oauth_suite::flow::{self, Authentication, Browser};
use oauth_suite::subject::{Account, Client, Need};
use oauth_suite::wire::{Actor, Exchange, Params, Request};
use oauth_world::world::Action;
use oauth_world::world::action::{CredentialsOf, OnTheWire, Redemption, RedirectOf, VerifierOf};
use url::Url;

use super::predict::Class;
use super::settings::settings;

/// What a step of a walk showed.
#[derive(Debug, Clone)]
pub struct Walked {
    /// The class of the answer.
    pub class: Class,
    /// The exchange that shows it, if one took place.
    pub exchange: Option<Arc<Exchange>>,
    /// What was seen, in words.
    pub saw: String,
}

/// A walk on a live server.
pub(super) struct Walk<'a> {
    ctx: &'a Context,
    settings: Settings,
    session: Session,
    browser: Browser,
    login_behind: bool,
    /// Whether the run logged this browser in, and nothing was seen of that yet.
    resumes: bool,
    /// Whether a page that asked for consent was approved together with the login.
    asked_at_login: bool,
    uri: String,
    landing: Option<Landing>,
    calls: Vec<(Actor, HttpCall)>,
    token: Option<String>,
    /// The answer to the client's own token request.
    answer: Option<Arc<Exchange>>,
}

impl<'a> Walk<'a> {
    /// A walk as this client, in the browser that the run logged in or in one without cookies.
    pub(super) fn new(ctx: &'a Context, client: &Client, fresh_login: bool) -> Self {
        let mut browser = if fresh_login { flow::stranger(ctx) } else { flow::browser(ctx) };
        browser.who = Some(Account::First);
        browser.actor = Actor::Browser;
        Self {
            ctx,
            settings: settings(ctx.target(), client),
            session: Session::default(),
            browser,
            login_behind: !fresh_login,
            resumes: !fresh_login,
            asked_at_login: false,
            uri: String::new(),
            landing: None,
            calls: Vec::new(),
            token: None,
            answer: None,
        }
    }

    /// Lets the request have a challenge, if it has to have one for what the walk is about.
    pub(super) fn challenge(&mut self, needed: bool) {
        self.settings.pkce |= needed;
    }

    /// Whether the page that took the password asked for consent as well.
    pub(super) const fn asked_at_login(&self) -> bool {
        self.asked_at_login
    }

    /// Takes one step; `None` where this walk has it behind it already.
    pub(super) async fn take(&mut self, action: &Action) -> Checked<Option<Walked>> {
        let step =
            action.on_the_wire().ok_or_else(|| CaseEnd::not_tested("this step is the model's alone"))?;
        Ok(Some(match step {
            OnTheWire::Start => self.start()?,
            // Whoever is logged in goes straight on to the request after the login.
            OnTheWire::Ask if self.login_behind => return Ok(None),
            OnTheWire::LogIn(_) if self.login_behind => {
                self.login_behind = false;
                return Ok(None);
            }
            OnTheWire::Ask => self.ask().await?,
            OnTheWire::LogIn(right) => self.log_in(right).await?,
            OnTheWire::Decide(choice) => self.decide(choice).await?,
            OnTheWire::Callback => self.callback()?,
            OnTheWire::Retry(call) => {
                let again = self.call(call)?.clone();
                self.calls.push(again);
                inside("the same token request again")
            }
            OnTheWire::Redeem(redemption) => self.compose(&redemption)?,
            OnTheWire::Judge(call) => self.redeem(call).await?,
            OnTheWire::Profile => self.profile().await?,
            OnTheWire::Nothing => inside("nothing"),
        }))
    }

    fn now() -> Time {
        Time(0)
    }

    fn minted(&self) -> Checked<Minted> {
        let bytes = URL_SAFE_NO_PAD.decode(self.ctx.fresh()).ok().and_then(|bytes| bytes.try_into().ok());
        bytes
            .map(|bytes| Minted::new(Secret::from_bytes(bytes)))
            .ok_or_else(|| CaseEnd::errored("the suite's own random source failed; please report it"))
    }

    fn fold(&mut self, event: &Event) -> Act {
        // The walk uses each token at once: one that lives for seconds is good, and a refresh is no step of it.
        let rules = Rules { refresh_margin: Lifetime(0), ..self.settings.rules() };
        let (session, act) = step(Self::now(), &rules, self.session, event);
        self.session = session;
        act
    }

    fn start(&mut self) -> Checked<Walked> {
        let fresh =
            Fresh { state: self.minted()?, verifier: self.minted()?, session: self.minted()?, jkt: None };
        let Act::ToServer(departure) = self.fold(&Event::LogIn(fresh)) else {
            return Err(CaseEnd::errored(
                "the client's logic made no authorization request; please report it",
            ));
        };
        self.uri = authorization_request(&self.settings, &departure);
        Ok(inside("the client's authorization request"))
    }

    async fn ask(&mut self) -> Checked<Walked> {
        // A server that went on from the login to the request by itself has been asked already.
        let landing = match self.landing.take() {
            Some(landing) if self.class_of(&landing) != Class::Refused => landing,
            Some(_) | None => went(self.browser.open(&self.uri.clone()).await?)?,
        };
        if self.resumes && self.class_of(&landing) == Class::LogInPage {
            return self.resume(landing).await;
        }
        Ok(self.at(landing))
    }

    /// Logs in once more where the session that the run brought along has ended since.
    async fn resume(&mut self, at_login: Landing) -> Checked<Walked> {
        self.resumes = false;
        self.landing = Some(at_login);
        self.log_in(true).await?;
        let landing = match self.landing.take() {
            Some(landing) if self.class_of(&landing) != Class::Refused => landing,
            Some(_) | None => went(self.browser.open(&self.uri.clone()).await?)?,
        };
        Ok(self.at(landing))
    }

    fn class_of(&self, landing: &Landing) -> Class {
        match landing {
            Landing::Callback(location) if location.params.has("error") => Class::Error,
            Landing::Callback(location) if location.params.has("code") => Class::Code,
            Landing::Callback(_) | Landing::Foreign(_) => Class::Refused,
            Landing::Page(page) if self.browser.login_form(page).is_some() => Class::LogInPage,
            Landing::Page(page)
                if page.status < 400 && self.browser.consent_form(page, Decision::Approve).is_some() =>
            {
                Class::ConsentPage
            }
            Landing::Page(_) => Class::Refused,
        }
    }

    /// Remembers where the browser is, and says what that shows.
    fn at(&mut self, landing: Landing) -> Walked {
        let walked = Walked {
            class: self.class_of(&landing),
            exchange: Some(Arc::clone(landing.exchange())),
            saw: landing.describe(),
        };
        self.landing = Some(landing);
        walked
    }

    async fn log_in(&mut self, right: bool) -> Checked<Walked> {
        let mut landing =
            self.landing.take().ok_or_else(|| CaseEnd::not_tested("no login page was reached"))?;
        let user = self.ctx.target().users.get(&Account::First).cloned();
        let user = user.ok_or_else(|| {
            CaseEnd::not_tested("add [user] with name and password")
                .lacks(Need::Login.missing(self.ctx.target()))
        })?;
        // A login takes one form or two: the name first, then the password.
        let mut shown = None;
        for _ in 0..3 {
            let Some(page) = landing.page() else { break };
            let Some(mut form) = self.browser.login_form(page) else { break };
            let with_password = form.params.pairs().any(|(_, value)| value == user.password.expose());
            let asks = right
                && with_password
                && page.status < 400
                && self.browser.consent_form(page, Decision::Approve).is_some_and(|both| both == form);
            self.asked_at_login |= asks;
            if !right {
                let names: Vec<String> = form
                    .params
                    .pairs()
                    .filter(|(_, value)| *value == user.password.expose())
                    .map(|(name, _)| name.to_owned())
                    .collect();
                for name in names {
                    form.params.set(&name, "not-the-password");
                }
            }
            landing = went(self.browser.submit(&form).await?)?;
            if with_password {
                shown = self
                    .browser
                    .trail
                    .iter()
                    .rev()
                    .find(|exchange| exchange.request.method == "POST")
                    .cloned();
                break;
            }
        }
        let class = match self.class_of(&landing) {
            Class::LogInPage => Class::NotLoggedIn,
            _ if landing.page().is_some_and(|page| page.status >= 400) => Class::NotLoggedIn,
            _ => Class::LoggedIn,
        };
        let saw = landing.describe();
        let exchange = shown.or_else(|| Some(Arc::clone(landing.exchange())));
        self.landing = Some(landing);
        Ok(Walked { class, exchange, saw })
    }

    async fn decide(&mut self, choice: Choice) -> Checked<Walked> {
        let landing =
            self.landing.take().ok_or_else(|| CaseEnd::not_tested("no consent page was reached"))?;
        let decision = if choice == Choice::Deny { Decision::Deny } else { Decision::Approve };
        if self.class_of(&landing) == Class::Code {
            if decision == Decision::Deny && self.asked_at_login {
                let reason = "the page that takes the password asks for the consent as well, so that no answer comes after the login; see errors/access-denied";
                return Err(CaseEnd::not_offered(reason));
            }
            if decision == Decision::Deny {
                return Err(CaseEnd::not_tested(if self.ctx.live().asked_consent() {
                    "the server did not ask, since consent was given before"
                } else {
                    "no page of this run asked for consent; if none ever does, say so: [without] consent = \"why\""
                }));
            }
            return Ok(self.at(landing));
        }
        let landing = went(self.browser.run(landing, decision).await?)?;
        Ok(self.at(landing))
    }

    /// Hands the authorization response to the client's logic, which composes the token request.
    fn callback(&mut self) -> Checked<Walked> {
        let landing = self.landing.take().ok_or_else(|| CaseEnd::not_tested("no response was reached"))?;
        let exchange = Some(Arc::clone(landing.exchange()));
        let saw = landing.describe();
        let not_taken = |saw: String| Walked { class: Class::NotTaken, exchange: exchange.clone(), saw };
        let Landing::Callback(location) = &landing else { return Ok(not_taken(saw)) };
        let base = Url::parse(&location.exchange.request.url);
        let Ok(url) = base.and_then(|base| base.join(&location.text)) else { return Ok(not_taken(saw)) };
        let (path, query) = (url.path().to_owned(), url.query().map(str::to_owned));
        let request =
            HttpRequest { method: "GET".to_owned(), path, query, headers: Vec::new(), body: Vec::new() };
        let unused =
            Fresh { state: self.minted()?, verifier: self.minted()?, session: self.minted()?, jkt: None };
        let site = Site::of(std::slice::from_ref(&self.settings));
        let received = receive(&request, &site, &unused);
        match self.fold(&received.event()) {
            Act::Exchange(verifier) => {
                let code = received.code().map(|code| code.0.clone()).unwrap_or_default();
                self.calls.push((Actor::Client, token_request(&self.settings, &code, verifier)));
                Ok(Walked { class: Class::Taken, exchange, saw })
            }
            Act::ShowError(refusal) => Ok(not_taken(format!("{saw}, which the client refuses: {refusal:?}"))),
            _ => Ok(not_taken(saw)),
        }
    }

    fn call(&self, at: usize) -> Checked<&(Actor, HttpCall)> {
        self.calls.get(at).ok_or_else(|| CaseEnd::not_tested("no token request was composed"))
    }

    /// Spoils the client's own token request as the model's composed one says.
    fn compose(&mut self, redemption: &Redemption) -> Checked<Walked> {
        let (_, mut call) = self.call(0)?.clone();
        let mut params = Params::decode(&call.body);
        match redemption.redirect {
            RedirectOf::Right => {}
            RedirectOf::Other => params.set("redirect_uri", &format!("{}/other", self.settings.redirect_uri)),
            RedirectOf::Missing => params.remove("redirect_uri"),
        }
        match redemption.verifier {
            VerifierOf::Right | VerifierOf::CodeChallenge => {}
            VerifierOf::Own => params.set("code_verifier", &self.ctx.fresh()),
            VerifierOf::Missing => params.remove("code_verifier"),
        }
        let actor = match redemption.by {
            Sender::Client | Sender::Owner => Actor::Client,
            Sender::OtherClient => Actor::OtherClient,
            Sender::Thief => Actor::Thief,
        };
        if redemption.client != 0 {
            let second = self.ctx.parties().second()?;
            self.authenticate(&mut call, &mut params, Authentication::of(&second));
        }
        match redemption.credentials {
            CredentialsOf::Right => {}
            CredentialsOf::Wrong => {
                let id = self.settings.client_id.clone();
                let secret = self.ctx.fresh();
                self.authenticate(&mut call, &mut params, Authentication::Basic { id, secret });
            }
            CredentialsOf::Missing => {
                let id = self.settings.client_id.clone();
                self.authenticate(&mut call, &mut params, Authentication::Id(id));
            }
        }
        call.body = params.encode();
        self.calls.push((actor, call));
        Ok(inside("a composed token request"))
    }

    fn authenticate(&self, call: &mut HttpCall, params: &mut Params, authentication: Authentication) {
        call.headers.retain(|(name, _)| *name != "Authorization");
        params.remove("client_id");
        params.remove("client_secret");
        match authentication {
            Authentication::Basic { id, secret } => {
                call.headers.push(("Authorization", oauth_core::client::call::basic(&id, &secret)));
            }
            Authentication::Body { id, secret } => {
                params.set("client_id", &id);
                params.set("client_secret", &secret);
            }
            Authentication::Id(id) => params.set("client_id", &id),
            Authentication::Header(_) | Authentication::Nothing => {}
        }
    }

    async fn redeem(&mut self, at: usize) -> Checked<Walked> {
        let (actor, call) = self.call(at)?.clone();
        let exchange = self.ctx.send(actor, request_of(&call)).await?;
        let response = exchange.response()?;
        let judgement = judge_tokens(Binding::Bearer, Self::now(), response.status, &response.body);
        let has_token = judgement.answer.is_ok();
        let saw = format!("status {} {}", response.status, judgement.words.error);
        if at == 0 {
            let fresh = self.minted()?;
            let _shown = self.fold(&Event::TokenAnswer(judgement.answer, fresh));
            self.token = judgement.token;
            self.answer = Some(Arc::clone(&exchange));
        }
        let class = if has_token { Class::Token } else { Class::NoToken };
        Ok(Walked { class, exchange: Some(exchange), saw: saw.trim_end().to_owned() })
    }

    async fn profile(&mut self) -> Checked<Walked> {
        if self.ctx.target().endpoints.resource.is_none() {
            return Err(CaseEnd::not_offered("the target names no resource"));
        }
        if self.fold(&Event::Profile) != Act::CallResource {
            let saw = match &self.token {
                None => "no request, since no token came that the client could send",
                Some(_) => "no request, since the token is at its end when it comes (expires_in)",
            };
            return Ok(Walked { class: Class::Inside, exchange: self.answer.clone(), saw: saw.to_owned() });
        }
        let token = self.token.clone().unwrap_or_default();
        let call = resource_request(&self.settings, &token);
        let exchange = self.ctx.send(Actor::Client, request_of(&call)).await?;
        let status = exchange.response()?.status;
        let answer = judge_resource_answer(status);
        let class = if answer.is_ok() { Class::Served } else { Class::NotServed };
        let _shown = self.fold(&Event::ResourceAnswer(Digest::of(&token), answer));
        Ok(Walked { class, exchange: Some(exchange), saw: format!("status {status}") })
    }
}

/// Where the browser came to, unless it kept something back: then the step did not take place.
fn went(landing: Landing) -> Checked<Landing> {
    landing.sent().map(|()| landing)
}

fn inside(saw: &str) -> Walked {
    Walked { class: Class::Inside, exchange: None, saw: saw.to_owned() }
}

fn request_of(call: &HttpCall) -> Request {
    let request = Request {
        method: call.method.to_owned(),
        url: call.url.clone(),
        headers: Vec::new(),
        body: call.body.clone().into_bytes(),
    };
    call.headers.iter().fold(request, |request, (name, value)| request.header(name, value.clone()))
}
