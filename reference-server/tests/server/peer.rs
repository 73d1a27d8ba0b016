//! A browser and a client against a server of this test's own.

use std::sync::{Arc, Once};

use oauth_core::form::{Params, encode_pairs};
use oauth_faults::{Fault, Faults};
use oauth_reference_server::store::Memory;
use oauth_reference_server::{Config, ManualClock, Options, Server, faulty, serve_from};
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, COOKIE, HeaderMap, LOCATION, SET_COOKIE};
use reqwest::redirect::Policy;
use tokio::net::TcpListener;

use crate::encoded::Encoded;

/// An answer, read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// A member of the JSON body, as text; empty without it.
    pub(crate) fn json(&self, name: &str) -> String {
        let body: serde_json::Value = serde_json::from_str(&self.body).expect("a JSON body");
        match &body[name] {
            serde_json::Value::Null => String::new(),
            serde_json::Value::String(text) => text.clone(),
            other => other.to_string(),
        }
    }

    /// The value of a field of the page's form.
    pub(crate) fn field(&self, name: &str) -> String {
        let mark = format!("name=\"{name}\" value=\"");
        let (_, rest) = self.body.split_once(&mark).unwrap_or_else(|| panic!("no {name} in {}", self.body));
        rest.split('"').next().unwrap_or_default().to_owned()
    }

    /// The parameters of a redirect.
    pub(crate) fn redirected(&self, name: &str) -> Option<String> {
        let location = self.header(LOCATION.as_str());
        let query = location.split_once('?')?.1;
        let params = Params::decode(query.as_bytes()).expect("a well-formed query");
        params.all(name).next().map(str::to_owned)
    }
}

/// A server, and what talks to it: a browser with one jar, and clients. A server without faults runs from a store whose
/// records go through the encoding.
pub(crate) struct Peer {
    pub(crate) server: Server,
    pub(crate) clock: ManualClock,
    pub(crate) issuer: String,
    pub(crate) cookies: Vec<(String, String)>,
    /// Where it listens, whatever it calls itself.
    at: String,
    http: reqwest::Client,
}

impl Peer {
    pub(crate) async fn start() -> Self {
        Self::start_with(&[], Config::built_in()).await
    }

    pub(crate) async fn start_with(faults: &[Fault], config: Config) -> Self {
        let clock = ManualClock::default();
        let options = Options { clock: Arc::new(clock.clone()), ..Options::default() };
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free loopback port");
        let server = if faults.is_empty() {
            let store = Encoded(Memory::new(Arc::clone(&options.clock)));
            serve_from(listener, config, options, store).await
        } else {
            faulty::serve(listener, config, options, Faults::these(faults)).await
        };
        Self::of(server.expect("the server starts"), clock)
    }

    /// Talks to a server that runs already.
    pub(crate) fn of(server: Server, clock: ManualClock) -> Self {
        let issuer = server.issuer().to_owned();
        let at = format!("http://{}", server.addr());
        Self { server, clock, issuer, at, cookies: Vec::new(), http: client() }
    }

    /// The browser reads a page; `target` is a path or a whole URL.
    pub(crate) async fn read(&mut self, target: &str) -> Answer {
        let request = self.http.get(self.url(target)).header(COOKIE, self.cookie_header());
        let answer = receive(request).await;
        self.keep_cookies(&answer);
        answer
    }

    /// The browser posts a form.
    pub(crate) async fn post(&mut self, target: &str, form: &[(&str, &str)]) -> Answer {
        let request = self
            .http
            .post(self.url(target))
            .header(COOKIE, self.cookie_header())
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(encode_pairs(form));
        let answer = receive(request).await;
        self.keep_cookies(&answer);
        answer
    }

    /// A client posts to the token endpoint.
    pub(crate) async fn token(&self, authorization: Option<&str>, form: &[(&str, &str)]) -> Answer {
        self.call("/token", authorization, form).await
    }

    /// A client pushes its authorization request.
    pub(crate) async fn push(&self, authorization: Option<&str>, form: &[(&str, &str)]) -> Answer {
        self.call("/par", authorization, form).await
    }

    /// A client registers itself.
    pub(crate) async fn register(&self, metadata: &'static str) -> Answer {
        let request = self.http.post(self.url("/register")).header(CONTENT_TYPE, "application/json");
        receive(request.body(metadata)).await
    }

    async fn call(&self, path: &str, authorization: Option<&str>, form: &[(&str, &str)]) -> Answer {
        let mut request = self
            .http
            .post(self.url(path))
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(encode_pairs(form));
        if let Some(value) = authorization {
            request = request.header(AUTHORIZATION, value);
        }
        receive(request).await
    }

    /// A client asks for the resource.
    pub(crate) async fn resource(&self, token: &str) -> Answer {
        self.read_with("/api/me", token).await
    }

    /// A client asks for a resource.
    pub(crate) async fn read_with(&self, path: &str, token: &str) -> Answer {
        receive(self.http.get(self.url(path)).header(AUTHORIZATION, format!("Bearer {token}"))).await
    }

    /// From the authorization request to the redirect back, by login and consent.
    pub(crate) async fn authorize(&mut self, request: &[(&str, &str)]) -> Answer {
        let mut page = self.read(&format!("/authorize?{}", encode_pairs(request))).await;
        if page.status == 303 && page.header("location").starts_with("/login") {
            let login_at = page.header("location").to_owned();
            let login = self.read(&login_at).await;
            assert_eq!(login.status, 200);
            let token = login.field("login_token");
            let form = [("user_id", "id001"), ("password", "mypassword"), ("login_token", token.as_str())];
            let logged_in = self.post(&login_at, &form).await;
            assert_eq!(logged_in.status, 303, "{logged_in:?}");
            page = self.read(logged_in.header("location")).await;
        }
        assert_eq!(page.status, 200, "{page:?}");
        let ask = page.field("ask");
        self.post("/authorize", &[("ask", &ask), ("confirm", "yes")]).await
    }

    fn url(&self, target: &str) -> String {
        if target.starts_with('/') { format!("{}{target}", self.at) } else { target.to_owned() }
    }

    fn cookie_header(&self) -> String {
        let pairs: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        pairs.join("; ")
    }

    fn keep_cookies(&mut self, answer: &Answer) {
        for value in answer.headers.get_all(SET_COOKIE) {
            let text = value.to_str().expect("a cookie of ASCII");
            let (name, value) = text.split(';').next().and_then(|pair| pair.split_once('=')).expect("a pair");
            self.cookies.retain(|(have, _)| have != name);
            self.cookies.push((name.to_owned(), value.to_owned()));
        }
    }
}

async fn receive(request: reqwest::RequestBuilder) -> Answer {
    let response = request.send().await.expect("an answer");
    let status = response.status().as_u16();
    let headers = response.headers().clone();
    Answer { status, headers, body: response.text().await.expect("a body") }
}

fn client() -> reqwest::Client {
    static CRYPTOGRAPHY: Once = Once::new();
    CRYPTOGRAPHY.call_once(|| {
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
    reqwest::Client::builder().redirect(Policy::none()).no_proxy().build().expect("a client")
}
