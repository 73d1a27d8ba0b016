//! One browser session of a client, by hand.

use oauth_core::client::call::{judge_resource_answer, judge_tokens};
use oauth_core::client::receive::{Received, receive};
use oauth_core::client::settings::{Binding, Settings};
use oauth_core::client::site::Site;
use oauth_core::client::{Act, Event, Flow, Fresh, IssNeed, Session, step};
use oauth_core::directory::Authentication;
use oauth_core::http::HttpRequest;
use oauth_core::policy::Time;
use oauth_core::secret::{Digest, Minted, Secret};

pub(crate) const ISSUER: &str = "http://127.0.0.1:9000";
pub(crate) const CALLBACK: &str = "http://localhost:8000/callback";

pub(crate) fn settings() -> Settings {
    Settings {
        client_secret: Some("client_secret_1".to_owned()),
        authentication: Authentication::Basic,
        scope: Some("profile".to_owned()),
        iss: IssNeed::Required,
        ..Settings::of("client_1", CALLBACK, ISSUER)
    }
}

/// The body of a token answer, with a token of an hour.
pub(crate) fn tokens(token: &str, refresh: Option<&str>) -> String {
    let refresh = refresh.map(|refresh| format!(",\"refresh_token\":\"{refresh}\"")).unwrap_or_default();
    format!("{{\"access_token\":\"{token}\",\"token_type\":\"Bearer\",\"expires_in\":3600{refresh}}}")
}

pub(crate) fn minted(symbol: u8) -> Minted {
    Minted::new(Secret::from_bytes([symbol; 32]))
}

/// The secrets of the n-th login.
pub(crate) fn fresh(nth: u8) -> Fresh {
    Fresh { state: minted(10 + nth), verifier: minted(20 + nth), session: minted(30 + nth), jkt: None }
}

/// One browser session of a client, by hand.
pub(crate) struct Browser {
    pub(crate) settings: Settings,
    pub(crate) session: Session,
    pub(crate) now: u64,
    pub(crate) logins: u8,
}

impl Browser {
    pub(crate) fn new(settings: Settings) -> Self {
        Self { settings, session: Session::default(), now: 1000, logins: 0 }
    }

    /// A browser that is on its way back from the server.
    pub(crate) fn waiting(settings: Settings) -> Self {
        let mut browser = Self::new(settings);
        assert_eq!(browser.opens("/login"), "to server; waiting");
        browser
    }

    /// A browser whose code is at the token endpoint.
    pub(crate) fn exchanging() -> Self {
        let mut browser = Self::waiting(settings());
        assert_eq!(
            browser.opens("/callback?code=x&state=$state&iss=ISS"),
            "exchange with verifier; exchanging"
        );
        browser
    }

    /// A browser that is logged in, with a token of an hour.
    pub(crate) fn logged_in() -> Self {
        let mut browser = Self::exchanging();
        let answer = r#"{"access_token":"t","token_type":"Bearer","expires_in":3600}"#;
        assert_eq!(browser.token_answer(200, answer), "to profile; logged in until 4600");
        browser
    }

    /// A browser that is logged in, with a token `t1` of an hour and a refresh token `r1`.
    pub(crate) fn refreshable() -> Self {
        let mut browser = Self::exchanging();
        assert_eq!(browser.token_answer(200, &tokens("t1", Some("r1"))), "to profile; logged in until 4600");
        browser
    }

    /// The digest of the refresh token that the session goes by.
    pub(crate) fn refresh_token(&self) -> Option<Digest> {
        self.session.login.and_then(|login| login.refresh)
    }

    pub(crate) fn receive(&self, path: &str) -> Received {
        let state = fresh(self.logins.saturating_sub(1)).state.secret.text();
        let filled = path.replace("$state", &state).replace("ISS", "http%3A%2F%2F127.0.0.1%3A9000");
        let (path, query) =
            filled.split_once('?').map_or((filled.as_str(), None), |(path, query)| (path, Some(query)));
        receive(&get(path, query, &[]), &Site::of(std::slice::from_ref(&self.settings)), &fresh(self.logins))
    }

    /// Opens a page: `$state` is the state of the last login, `ISS` the issuer.
    pub(crate) fn opens(&mut self, path: &str) -> String {
        let event = self.receive(path).event();
        self.logins += u8::from(matches!(event, Event::LogIn(_)));
        self.folds(&event)
    }

    pub(crate) fn token_answer(&mut self, status: u16, body: &str) -> String {
        let judged = judge_tokens(Binding::Bearer, Time(self.now), status, body.as_bytes());
        self.folds(&Event::TokenAnswer(judged.answer, minted(40)))
    }

    pub(crate) fn refresh_answer(&mut self, status: u16, body: &str) -> String {
        let judged = judge_tokens(Binding::Bearer, Time(self.now), status, body.as_bytes());
        self.folds(&Event::RefreshAnswer(judged.answer))
    }

    /// The resource answered a request that showed this token.
    pub(crate) fn resource_answer(&mut self, token: &str, status: u16) -> String {
        self.folds(&Event::ResourceAnswer(Digest::of(token), judge_resource_answer(status)))
    }

    pub(crate) fn folds(&mut self, event: &Event) -> String {
        let (next, act) = step(Time(self.now), &self.settings.rules(), self.session, event);
        self.session = next;
        let act = match act {
            Act::ShowHome { logged_in: true } => "home, logged in".to_owned(),
            Act::ShowHome { logged_in: false } => "home".to_owned(),
            Act::ToServer(_) => "to server".to_owned(),
            Act::Exchange(Some(_)) => "exchange with verifier".to_owned(),
            Act::Exchange(None) => "exchange".to_owned(),
            Act::ToProfile(_) => "to profile".to_owned(),
            Act::ToLogin => "to login".to_owned(),
            Act::ToOrigin => "to origin".to_owned(),
            Act::Refresh => "refresh".to_owned(),
            Act::CallResource => "call resource".to_owned(),
            Act::ShowResource => "show resource".to_owned(),
            Act::Push(_) => "push".to_owned(),
            Act::Revoke => "revoke".to_owned(),
            Act::ShowLoggedOut(ended) => format!("logged out {ended:?}"),
            Act::ShowError(refusal) => format!("{refusal:?}"),
        };
        let flow = match self.session.flow {
            Flow::Idle => "",
            Flow::Waiting(_) => "; waiting",
            Flow::Exchanging => "; exchanging",
        };
        let login = match self.session.login {
            None => String::new(),
            Some(login) => {
                let until = login.until.map(|until| format!(" until {}", until.0)).unwrap_or_default();
                let refreshing = if login.refreshing { ", refreshing" } else { "" };
                format!("; logged in{until}{refreshing}")
            }
        };
        format!("{act}{flow}{login}")
    }
}

pub(crate) fn get(path: &str, query: Option<&str>, headers: &[(&str, &str)]) -> HttpRequest {
    HttpRequest {
        method: "GET".to_owned(),
        path: path.to_owned(),
        query: query.map(str::to_owned),
        headers: headers
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.as_bytes().to_vec()))
            .collect(),
        body: Vec::new(),
    }
}
