//! What a check works with: a hostile server, the client under test, and browsers.

use std::sync::Arc;

use oauth_core::client::logic::{Honest, Logic};
use oauth_faults::{Faults, Faulty};
use oauth_reference_client::{Clock, Options, Registration, Running, serve};
use rustls::pki_types::CertificateDer;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::server::{Answer, Received, Server};
use crate::wire::{self, Pairs};

/// The access token of the honest token answer.
pub(crate) const TOKEN: &str = "t0ken.of-the_hostile~server+/42==";

/// Why a check ended.
#[derive(Debug)]
pub(crate) enum Stop {
    /// What has to work before anything is spoilt did not, so nothing was tested.
    Control(String),
    /// The client broke the rule.
    Fell(String),
}

impl std::fmt::Display for Stop {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Control(saw) => write!(f, "control failed: {saw}"),
            Self::Fell(saw) => write!(f, "{saw}"),
        }
    }
}

/// What a check returns.
pub(crate) type Held = Result<(), Stop>;

/// What has to work for a check to mean anything.
pub(crate) fn control(holds: bool, saw: impl Into<String>) -> Held {
    if holds { Ok(()) } else { Err(Stop::Control(saw.into())) }
}

/// What the rule demands.
pub(crate) fn demand(holds: bool, saw: impl Into<String>) -> Held {
    if holds { Ok(()) } else { Err(Stop::Fell(saw.into())) }
}

/// The client under test, before it is started: clean, or with faults.
#[derive(Default)]
pub(crate) struct Host {
    pub(crate) faults: Faults,
}

impl Host {
    /// What decides for it. Without a fault the logic itself, since `Faulty` answers some questions in its place.
    pub(crate) fn logic(&self) -> Arc<dyn Logic> {
        if self.faults.is_empty() {
            return Arc::new(Honest);
        }
        Arc::new(Faulty::under(self.faults.clone()))
    }

    /// `client_1` at an honest server that publishes metadata and sends `iss`.
    pub(crate) async fn world(&self) -> World {
        self.world_with(|_| {}, |_| {}).await
    }

    /// As [`Host::world`], with another script or another configuration.
    pub(crate) async fn world_with(
        &self,
        script: impl FnOnce(&Server),
        configure: impl FnOnce(&mut Registration),
    ) -> World {
        self.world_trusting(&[], script, configure).await
    }

    /// As [`Host::world_with`], with certificates that the client trusts.
    pub(crate) async fn world_trusting(
        &self,
        roots: &[CertificateDer<'static>],
        script: impl FnOnce(&Server),
        configure: impl FnOnce(&mut Registration),
    ) -> World {
        let server = Server::start().await;
        server.answer(METADATA, Answer::json(200, &metadata(&server.origin)));
        server.answer("/token", Answer::json(200, &token_answer()));
        server.answer("/api/me", Answer::json(200, &json!({ "name": "Ada" })));
        script(&server);
        let mut config = Registration::built_in();
        config.issuer = server.origin.clone();
        configure(&mut config);
        let clock = Clock::default();
        let options = Options { clock: clock.clone(), logic: self.logic(), roots: roots.to_vec() };
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback has a free port");
        let client = serve(listener, &config.into(), options).expect("the client starts");
        World { server, client, clock }
    }
}

/// Where the metadata of an issuer without path lies.
pub(crate) const METADATA: &str = "/.well-known/oauth-authorization-server";

/// Honest metadata.
pub(crate) fn metadata(origin: &str) -> Value {
    json!({
        "issuer": origin,
        "authorization_endpoint": format!("{origin}/authorize"),
        "token_endpoint": format!("{origin}/token"),
        "response_types_supported": ["code"],
        "grant_types_supported": ["authorization_code", "password"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "none"],
        "code_challenge_methods_supported": ["plain", "S256"],
        "authorization_response_iss_parameter_supported": true,
    })
}

/// Honest metadata with one member changed; null takes it out.
pub(crate) fn metadata_but(origin: &str, name: &str, value: Value) -> Answer {
    let mut document = metadata(origin);
    document[name] = value;
    if document[name].is_null()
        && let Some(members) = document.as_object_mut()
    {
        members.remove(name);
    }
    Answer::json(200, &document)
}

/// An honest token answer.
pub(crate) fn token_answer() -> Value {
    json!({ "access_token": TOKEN, "token_type": "Bearer", "expires_in": 3600 })
}

/// A server and a client that knows it.
pub(crate) struct World {
    pub(crate) server: Server,
    pub(crate) client: Running,
    pub(crate) clock: Clock,
}

impl World {
    /// A browser without cookies.
    pub(crate) fn browser(&self) -> Browser {
        Browser::at(&self.client)
    }

    /// The requests at the token endpoint.
    pub(crate) fn token_requests(&self) -> Vec<Received> {
        self.server.seen_at("/token")
    }

    /// The only request at the token endpoint.
    pub(crate) fn token_request(&self) -> Result<Received, Stop> {
        let mut seen = self.token_requests();
        control(seen.len() == 1, format!("{} token requests instead of one", seen.len()))?;
        Ok(seen.remove(0))
    }

    /// Demands that the token endpoint was not called.
    pub(crate) fn demand_no_token_request(&self, after: &str) -> Held {
        demand(self.token_requests().is_empty(), format!("a token request after {after}"))
    }

    /// The response that an honest server sends.
    pub(crate) fn response(&self, departure: &Departure, code: &str) -> Result<String, Stop> {
        let state = departure.state()?;
        Ok(wire::query(&[("code", code), ("state", &state), ("iss", &self.server.origin)]))
    }

    /// Logs a browser in: the control of most checks.
    pub(crate) async fn log_in(&self, browser: &mut Browser) -> Held {
        let departure = browser.depart().await?;
        let reply = browser.callback(&self.response(&departure, "code-1")?).await;
        let landed = reply.header("location") == Some("/profile");
        control(reply.status == 303 && landed, format!("an honest login ended in {}", reply.status))
    }
}

/// Where a browser was sent to log in.
#[derive(Debug, Clone)]
pub(crate) struct Departure {
    pub(crate) url: String,
    pub(crate) params: Pairs,
}

impl Departure {
    pub(crate) fn param(&self, name: &str) -> Option<String> {
        wire::once(&self.params, name).map(str::to_owned)
    }

    /// The `state`, without which most checks cannot compose a response.
    pub(crate) fn state(&self) -> Result<String, Stop> {
        self.param("state")
            .ok_or_else(|| Stop::Control("the authorization request has not one state".to_owned()))
    }
}

/// A reply of the client.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(have, _)| have == name).map(|(_, value)| value.as_str())
    }
}

/// A browser that follows nothing by itself. Its cookies are those of one host.
#[derive(Clone)]
pub(crate) struct Browser {
    http: reqwest::Client,
    pub(crate) origin: String,
    cookies: Vec<(String, String)>,
    /// Every `Set-Cookie`, as it came.
    pub(crate) cookies_set: Vec<String>,
}

impl Browser {
    /// A browser without cookies, at the origin of this client's redirect URI.
    pub(crate) fn at(client: &Running) -> Self {
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .tls_certs_only([])
            .resolve("localhost", client.addr)
            .build()
            .expect("a plain client can be built");
        let origin = client.redirect_uri.split("/callback").next().unwrap_or_default().to_owned();
        Self { http, origin, cookies: Vec::new(), cookies_set: Vec::new() }
    }

    /// Opens a page, given by path and query.
    pub(crate) async fn get(&mut self, target: &str) -> Reply {
        self.get_as(target, &[]).await
    }

    /// Opens a page with header fields of one's own.
    pub(crate) async fn get_as(&mut self, target: &str, headers: &[(&str, &str)]) -> Reply {
        let request = self.http.get(format!("{}{target}", self.origin));
        self.send(request, headers).await
    }

    /// Sends a form to a page.
    pub(crate) async fn post(&mut self, target: &str, form: &str) -> Reply {
        let request = self.http.post(format!("{}{target}", self.origin)).body(form.to_owned());
        self.send(request, &[("content-type", "application/x-www-form-urlencoded")]).await
    }

    async fn send(&mut self, mut request: reqwest::RequestBuilder, headers: &[(&str, &str)]) -> Reply {
        if !self.cookies.is_empty() {
            let each: Vec<String> =
                self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request = request.header("cookie", each.join("; "));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = request.send().await.expect("the client answers every request");
        let status = response.status().as_u16();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let headers: Vec<(String, String)> = response
            .headers()
            .iter()
            .map(|(name, value)| (name.to_string(), text(value.as_bytes())))
            .collect();
        for (_, value) in headers.iter().filter(|(name, _)| name == "set-cookie") {
            self.keep(value);
        }
        let body = text(&response.bytes().await.expect("the client ends every answer"));
        Reply { status, headers, body }
    }

    fn keep(&mut self, set: &str) {
        self.cookies_set.push(set.to_owned());
        let pair = set.split(';').next().unwrap_or_default();
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        self.cookies.retain(|(have, _)| have != name);
        self.cookies.push((name.to_owned(), value.to_owned()));
    }

    /// Starts a login, and stops before the server's page.
    pub(crate) async fn depart(&mut self) -> Result<Departure, Stop> {
        self.depart_by("/login").await
    }

    /// As [`Browser::depart`], by this page.
    pub(crate) async fn depart_by(&mut self, page: &str) -> Result<Departure, Stop> {
        let reply = self.get(page).await;
        let url = reply.header("location").unwrap_or_default().to_owned();
        control(
            reply.status == 303 && url.contains('?'),
            format!("{page} answered {} to {url:?}", reply.status),
        )?;
        let params = wire::pairs(url.split_once('?').map_or("", |(_, query)| query));
        Ok(Departure { url, params })
    }

    /// Brings an authorization response.
    pub(crate) async fn callback(&mut self, query: &str) -> Reply {
        self.get(&format!("/callback?{query}")).await
    }

    /// Whether somebody is logged in here.
    pub(crate) async fn is_logged_in(&mut self) -> bool {
        self.get("/profile").await.status == 200
    }
}
