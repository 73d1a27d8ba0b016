//! The client's tables: what a browser sends and what servers answer, one line each.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use oauth_model::client::call::{
    HttpCall, basic, judge_resource_answer, judge_token_answer, resource_request, token_request,
};
use oauth_model::client::receive::{Received, locate, origin_of, receive, session_cookie_name};
use oauth_model::client::refusal::ClientRefusal;
use oauth_model::client::reply::{ClientPage, Shown, encode};
use oauth_model::client::settings::{Endpoints, Settings, metadata_url};
use oauth_model::client::{Act, Event, Flow, Fresh, IssNeed, Session, step};
use oauth_model::directory::Authentication;
use oauth_model::form::Params;
use oauth_model::http::{Body, HttpRequest};
use oauth_model::policy::Time;
use oauth_model::secret::{Digest, Minted, Secret, s256};

const ISSUER: &str = "http://127.0.0.1:9000";
const CALLBACK: &str = "http://localhost:8000/callback";

fn settings() -> Settings {
    Settings {
        client_id: "client_1".to_owned(),
        client_secret: Some("client_secret_1".to_owned()),
        authentication: Authentication::Basic,
        redirect_uri: CALLBACK.to_owned(),
        scope: Some("profile".to_owned()),
        pkce: true,
        issuer: ISSUER.to_owned(),
        endpoints: Endpoints::documented(ISSUER),
        iss: IssNeed::Required,
    }
}

fn minted(symbol: u8) -> Minted {
    Minted::new(Secret::from_bytes([symbol; 32]))
}

/// The secrets of the n-th login.
fn fresh(nth: u8) -> Fresh {
    Fresh { state: minted(10 + nth), verifier: minted(20 + nth), session: minted(30 + nth) }
}

/// One browser session of a client, by hand.
struct Browser {
    settings: Settings,
    session: Session,
    now: u64,
    logins: u8,
}

impl Browser {
    fn new(settings: Settings) -> Self {
        Self { settings, session: Session::default(), now: 1000, logins: 0 }
    }

    /// A browser that is on its way back from the server.
    fn waiting(settings: Settings) -> Self {
        let mut browser = Self::new(settings);
        assert_eq!(browser.opens("/login"), "to server; waiting");
        browser
    }

    /// A browser whose code is at the token endpoint.
    fn exchanging() -> Self {
        let mut browser = Self::waiting(settings());
        assert_eq!(
            browser.opens("/callback?code=x&state=$state&iss=ISS"),
            "exchange with verifier; exchanging"
        );
        browser
    }

    /// A browser that is logged in, with a token of an hour.
    fn logged_in() -> Self {
        let mut browser = Self::exchanging();
        let answer = r#"{"access_token":"t","token_type":"Bearer","expires_in":3600}"#;
        assert_eq!(browser.token_answer(200, answer), "to profile; logged in until 4600");
        browser
    }

    fn receive(&self, path: &str) -> Received {
        let state = fresh(self.logins.saturating_sub(1)).state.secret.text();
        let filled = path.replace("$state", &state).replace("ISS", "http%3A%2F%2F127.0.0.1%3A9000");
        let (path, query) =
            filled.split_once('?').map_or((filled.as_str(), None), |(path, query)| (path, Some(query)));
        receive(&get(path, query, &[]), &self.settings, &fresh(self.logins))
    }

    /// Opens a page: `$state` is the state of the last login, `ISS` the issuer.
    fn opens(&mut self, path: &str) -> String {
        let event = self.receive(path).event;
        self.logins += u8::from(matches!(event, Event::LogIn(_)));
        self.folds(&event)
    }

    fn token_answer(&mut self, status: u16, body: &str) -> String {
        let judged = judge_token_answer(Time(self.now), status, body.as_bytes());
        self.folds(&Event::TokenAnswer(judged.answer, minted(40)))
    }

    fn folds(&mut self, event: &Event) -> String {
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
            Act::CallResource => "call resource".to_owned(),
            Act::ShowResource => "show resource".to_owned(),
            Act::ShowError(refusal) => format!("{refusal:?}"),
        };
        let flow = match self.session.flow {
            Flow::Idle => "",
            Flow::Waiting(_) => "; waiting",
            Flow::Exchanging => "; exchanging",
        };
        let login = match self.session.login {
            None => String::new(),
            Some(login) => match login.until {
                Some(until) => format!("; logged in until {}", until.0),
                None => "; logged in".to_owned(),
            },
        };
        format!("{act}{flow}{login}")
    }
}

fn get(path: &str, query: Option<&str>, headers: &[(&str, &str)]) -> HttpRequest {
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

/// A response with this query, to a login that waits for it.
#[track_caller]
fn check(need: IssNeed, query: &str, expected: &str) {
    let mut browser = Browser::waiting(Settings { iss: need, ..settings() });
    assert_eq!(browser.opens(&format!("/callback?{query}")), expected, "{need:?} {query}");
}

#[test]
fn responses_are_judged_as_the_table_says() {
    use IssNeed::{IfSent, Required, Unadvertised};
    let good = "exchange with verifier; exchanging";
    check(Required, "code=x&state=$state&iss=ISS", good);
    check(Required, "code=x&state=$state&iss=ISS&unknown=1&unknown=2", good);

    // Whose response it is comes first; what is not this login's does not end it.
    check(Required, "code=x&iss=ISS", "StateMissing; waiting");
    check(Required, "code=x&state=&iss=ISS", "StateMissing; waiting");
    check(Required, "code=x&state=other&iss=ISS", "StateWrong; waiting");
    check(Required, "code=x&state=$state+&iss=ISS", "StateWrong; waiting");
    check(Required, "code=x&state=$state&state=$state&iss=ISS", "Repeated(State); waiting");
    check(Required, "error=access_denied&iss=ISS", "StateMissing; waiting");
    check(Required, "code=%zz&state=$state&iss=ISS", "Encoding; waiting");
    check(Required, "", "StateMissing; waiting");

    // Then whom it comes from (RFC 9207 2.4); such a response ends the login.
    check(Required, "code=x&state=$state", "IssMissing");
    check(Required, "code=x&state=$state&iss=", "IssMissing");
    for iss in [
        "http%3A%2F%2Fevil.example",
        "ISS%2F",
        "HTTP%3A%2F%2F127.0.0.1%3A9000",
        "http%3A%2F%2F127.0.0.1%3A09000",
        "http%3A%2F%2Flocalhost%3A9000",
        "http%253A%252F%252F127.0.0.1%253A9000",
    ] {
        for need in [Required, IfSent, Unadvertised] {
            check(need, &format!("code=x&state=$state&iss={iss}"), "IssWrong");
            check(need, &format!("error=access_denied&state=$state&iss={iss}"), "IssWrong");
        }
    }
    check(Required, "code=x&state=$state&iss=ISS&iss=ISS", "Repeated(Iss)");
    check(IfSent, "code=x&state=$state", good);
    check(IfSent, "code=x&state=$state&iss=ISS", good);
    check(Unadvertised, "code=x&state=$state", good);
    check(Unadvertised, "code=x&state=$state&iss=ISS", "IssUnadvertised");
    check(Unadvertised, "error=access_denied&state=$state&iss=ISS", "IssUnadvertised");

    // Then what it says.
    check(Required, "state=$state&iss=ISS", "CodeMissing");
    check(Required, "code=&state=$state&iss=ISS", "CodeMissing");
    check(Required, "code=x&error=access_denied&state=$state&iss=ISS", "CodeAndError");
    check(Required, "code=x&error=&state=$state&iss=ISS", good);
    check(Required, "code=x&code=y&state=$state&iss=ISS", "Repeated(Code)");
    check(Required, "error=a&error=b&state=$state&iss=ISS", "Repeated(Error)");
    check(Required, "error=access_denied&state=$state&iss=ISS", "ServerRefused");
    check(Required, "error=access_denied&state=$state", "IssMissing");
}

/// What happens in one session: pages opened, and what they came to.
#[track_caller]
fn story(mut browser: Browser, story: &[(&str, &str)]) {
    for (path, expected) in story {
        match path.strip_prefix("wait ") {
            Some(seconds) => browser.now += seconds.parse::<u64>().expect("a number"),
            None => assert_eq!(browser.opens(path), *expected, "{path}"),
        }
    }
}

#[test]
fn sessions_go_as_the_table_says() {
    let response = "/callback?code=x&state=$state&iss=ISS";
    story(Browser::new(settings()), &[("/", "home"), ("/profile", "to login"), (response, "NoFlow")]);
    story(
        Browser::new(Settings { pkce: false, ..settings() }),
        &[("/login", "to server; waiting"), (response, "exchange; exchanging")],
    );
    // A response is taken once, whatever it said.
    story(Browser::exchanging(), &[(response, "NoFlow; exchanging")]);
    story(
        Browser::waiting(settings()),
        &[("/callback?error=access_denied&state=$state&iss=ISS", "ServerRefused"), (response, "NoFlow")],
    );
    // A forged one changes nothing.
    story(
        Browser::waiting(settings()),
        &[
            ("/callback?code=evil&state=other&iss=ISS", "StateWrong; waiting"),
            (response, "exchange with verifier; exchanging"),
        ],
    );
    // A second login has a state of its own.
    story(
        Browser::waiting(settings()),
        &[
            ("/login", "to server; waiting"),
            (
                &format!("/callback?code=x&state={}&iss=ISS", fresh(0).state.secret.text()),
                "StateWrong; waiting",
            ),
            (response, "exchange with verifier; exchanging"),
        ],
    );
    // To the second.
    story(
        Browser::waiting(settings()),
        &[("wait 599", ""), (response, "exchange with verifier; exchanging")],
    );
    story(Browser::waiting(settings()), &[("wait 600", ""), (response, "FlowExpired; waiting")]);
    story(
        Browser::logged_in(),
        &[
            ("/", "home, logged in; logged in until 4600"),
            ("wait 3599", ""),
            ("/profile", "call resource; logged in until 4600"),
            ("wait 1", ""),
            ("/", "home; logged in until 4600"),
            ("/profile", "to login"),
        ],
    );
    // A new login forgets the old one at once.
    story(Browser::logged_in(), &[("/login", "to server; waiting")]);
    for (path, refusal) in [("/nowhere", "NoSuchPage"), ("/callback/", "NoSuchPage")] {
        story(Browser::new(settings()), &[(path, refusal)]);
    }
}

#[test]
fn the_resource_s_answer_ends_the_login_only_when_the_token_was_refused() {
    for (status, expected) in [
        (200, "show resource; logged in until 4600"),
        (401, "ResourceRefused"),
        (403, "ResourceRefused"),
        (404, "ResourceFailed; logged in until 4600"),
        (302, "ResourceFailed; logged in until 4600"),
        (500, "ResourceFailed; logged in until 4600"),
    ] {
        let mut browser = Browser::logged_in();
        assert_eq!(
            browser.folds(&Event::ResourceAnswer(judge_resource_answer(status))),
            expected,
            "{status}"
        );
    }
}

#[test]
fn token_answers_are_judged_as_the_table_says() {
    let good = r#""access_token":"t","token_type":"Bearer""#;
    for (status, body, expected) in [
        (200, format!("{{{good},\"expires_in\":3600}}"), "to profile; logged in until 4600"),
        (200, format!("{{{good}}}"), "to profile; logged in"),
        (200, format!("{{{good},\"scope\":null}}"), "to profile; logged in"),
        (200, format!("{{{good},\"scope\":\"other\"}}"), "to profile; logged in"),
        (200, format!("{{{good},\"expires_in\":\"3600\"}}"), "to profile; logged in"),
        (200, format!("{{{good},\"expires_in\":-1}}"), "to profile; logged in"),
        (200, format!("{{{good},\"expires_in\":1.5}}"), "to profile; logged in"),
        (200, format!("{{{good},\"expires_in\":0}}"), "to profile; logged in until 1000"),
        (
            200,
            format!("{{{good},\"expires_in\":18446744073709551615}}"),
            "to profile; logged in until 4294968295",
        ),
        (200, format!("{{{good},\"unknown\":{{\"a\":[1]}}}}"), "to profile; logged in"),
        (200, format!("{{{good},\"error\":\"\"}}"), "TokenRefused"),
        (200, format!("{{{good},\"error\":\"invalid_grant\"}}"), "TokenRefused"),
        (200, format!("{{{good},\"error\":null}}"), "to profile; logged in"),
        (200, r#"{"access_token":"t","token_type":"bEARER"}"#.to_owned(), "to profile; logged in"),
        (200, r#"{"access_token":"t","token_type":"mac"}"#.to_owned(), "TokenTypeUnknown"),
        (200, r#"{"access_token":"t","token_type":""}"#.to_owned(), "TokenTypeUnknown"),
        (200, r#"{"access_token":"t","token_type":1}"#.to_owned(), "TokenTypeUnknown"),
        (200, r#"{"access_token":"t"}"#.to_owned(), "TokenTypeUnknown"),
        (200, r#"{"token_type":"Bearer"}"#.to_owned(), "TokenAnswerMalformed"),
        (200, r#"{"access_token":"","token_type":"Bearer"}"#.to_owned(), "TokenAnswerMalformed"),
        (200, r#"{"access_token":null,"token_type":"Bearer"}"#.to_owned(), "TokenAnswerMalformed"),
        (200, r#"{"access_token":"a\nb","token_type":"Bearer"}"#.to_owned(), "TokenAnswerMalformed"),
        (200, r#"{"access_token":"é","token_type":"Bearer"}"#.to_owned(), "TokenAnswerMalformed"),
        (200, "[]".to_owned(), "TokenAnswerMalformed"),
        (200, String::new(), "TokenAnswerMalformed"),
        (200, "<!doctype html>".to_owned(), "TokenAnswerMalformed"),
        (200, "access_token=t&token_type=bearer".to_owned(), "TokenAnswerMalformed"),
        (201, format!("{{{good}}}"), "TokenRefused"),
        (303, String::new(), "TokenRefused"),
        (400, r#"{"error":"invalid_grant"}"#.to_owned(), "TokenRefused"),
        (401, r#"{"error":"invalid_client"}"#.to_owned(), "TokenRefused"),
        (500, "oops".to_owned(), "TokenRefused"),
    ] {
        assert_eq!(Browser::exchanging().token_answer(status, &body), expected, "{status} {body}");
    }
    // Nobody asked.
    assert_eq!(Browser::waiting(settings()).token_answer(200, &format!("{{{good}}}")), "NoFlow; waiting");
}

#[test]
fn the_server_s_words_are_shown_for_its_own_refusals_only() {
    let judged = judge_token_answer(Time(0), 400, br#"{"error":"invalid_grant","error_description":"late"}"#);
    assert_eq!((judged.words.error.as_str(), judged.words.description.as_str()), ("invalid_grant", "late"));
    assert_eq!(judge_token_answer(Time(0), 502, b"<h1>").words.error, "HTTP status 502");

    let browser = Browser::waiting(settings());
    let words = browser.receive("/callback?error=access_denied&error_description=no+way").words;
    assert_eq!((words.error.as_str(), words.description.as_str()), ("access_denied", "no way"));
    let shown = Shown { words: words.clone(), ..Shown::default() };
    for refusal in ClientRefusal::ALL {
        let reply = encode(&Act::ShowError(*refusal), &settings(), &shown).expect("errors are shown");
        let Body::Page(ClientPage::Error { words: told, .. }) = &reply.body else { panic!("an error page") };
        let is_the_servers = [ClientRefusal::ServerRefused, ClientRefusal::TokenRefused].contains(refusal);
        assert_eq!(*told == words, is_the_servers, "{refusal:?}");
        assert_eq!(reply.status, refusal.status());
        assert_eq!(reply.header("Allow").is_some(), reply.status == 405);
    }
}

#[test]
fn pages_are_found_by_path_method_and_origin() {
    let event = |request: &HttpRequest| receive(request, &settings(), &fresh(0)).event;
    assert_eq!(event(&get("/", None, &[("host", "localhost:8000")])), Event::Home);
    assert_eq!(event(&get("/", None, &[("host", "LOCALHOST:8000")])), Event::Home);
    assert_eq!(event(&get("/", None, &[("host", "127.0.0.1:8000")])), Event::WrongOrigin);
    assert_eq!(event(&get("/login", None, &[("host", "127.0.0.1:8000")])), Event::WrongOrigin);
    assert_eq!(event(&get("/profile", None, &[("host", "127.0.0.1:8000")])), Event::Profile);
    let post = HttpRequest { method: "POST".to_owned(), ..get("/callback", None, &[]) };
    assert_eq!(event(&post), Event::Malformed(ClientRefusal::MethodNotAllowed("GET")));
    let nowhere = HttpRequest { method: "POST".to_owned(), ..get("/nowhere", None, &[]) };
    assert_eq!(event(&nowhere), Event::Malformed(ClientRefusal::NoSuchPage));

    let shown = Shown { path: "/login".to_owned(), ..Shown::default() };
    let reply = encode(&Act::ToOrigin, &settings(), &shown).expect("a redirect");
    assert_eq!(reply.header("Location"), Some("http://localhost:8000/login"));
}

#[test]
fn a_session_is_found_by_its_cookie_of_its_origin_s_kind() {
    let cookie = |text| locate(&get("/", None, &[("cookie", text)]), &settings());
    assert_eq!(cookie("a=b; oauth_client_session=x; c=d"), Some(Digest::of("x")));
    assert_eq!(cookie("oauth_client_session=x; oauth_client_session=y"), Some(Digest::of("x")));
    assert_eq!(cookie("__Host-oauth_client_session=x"), None);
    assert_eq!(cookie(""), None);
    let secure = Settings { redirect_uri: "https://c.example/cb".to_owned(), ..settings() };
    assert_eq!(session_cookie_name(&secure), "__Host-oauth_client_session");
    for (uri, origin) in [
        ("https://c.example/cb", "https://c.example"),
        ("https://c.example?x=/", "https://c.example"),
        ("http://[::1]:80/", "http://[::1]:80"),
        ("app:/cb", "app:"),
    ] {
        assert_eq!(origin_of(uri), origin);
    }
}

/// The parameters of a redirect or a form, in order.
fn pairs(text: &str) -> Vec<(String, String)> {
    let query = text.split_once('?').map_or(text, |(_, query)| query);
    Params::decode(query.as_bytes()).expect("our own encoding").pairs().to_vec()
}

fn departure(settings: Settings) -> String {
    let mut browser = Browser::new(settings);
    let event = browser.receive("/login").event;
    let (_, act) = step(Time(browser.now), &browser.settings.rules(), browser.session, &event);
    browser.logins += 1;
    let reply = encode(&act, &browser.settings, &Shown::default()).expect("a redirect");
    assert_eq!(reply.status, 303);
    reply.header("Location").expect("a redirect").to_owned()
}

#[test]
fn the_authorization_request_has_its_parameters_once() {
    let mut own = settings();
    own.endpoints.authorization = "https://as.example/authorize?tenant=a%26b".to_owned();
    let location = departure(own);
    assert!(
        location.starts_with("https://as.example/authorize?tenant=a%26b&response_type=code&"),
        "{location}"
    );
    let verifier = fresh(0).verifier.secret.text();
    let expected = [
        ("tenant", "a&b"),
        ("response_type", "code"),
        ("client_id", "client_1"),
        ("redirect_uri", CALLBACK),
        ("scope", "profile"),
        ("state", &fresh(0).state.secret.text()),
        ("code_challenge", &s256(&verifier)),
        ("code_challenge_method", "S256"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(pairs(&location), expected);

    let bare = departure(Settings { scope: None, pkce: false, ..settings() });
    let names: Vec<String> = pairs(&bare).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["response_type", "client_id", "redirect_uri", "state"]);
}

fn header<'a>(call: &'a HttpCall, name: &str) -> Option<&'a str> {
    call.headers.iter().find(|(have, _)| *have == name).map(|(_, value)| value.as_str())
}

#[test]
fn the_token_request_authenticates_in_one_way() {
    let verifier = Some(fresh(0).verifier.secret);
    for (authentication, names, has_header) in [
        (Authentication::Basic, vec![], true),
        (Authentication::Post, vec!["client_id", "client_secret"], false),
        (Authentication::None, vec!["client_id"], false),
    ] {
        let call = token_request(&Settings { authentication, ..settings() }, "the code", verifier);
        assert_eq!((call.method, call.url.as_str()), ("POST", "http://127.0.0.1:9000/token"));
        assert_eq!(header(&call, "Content-Type"), Some("application/x-www-form-urlencoded"));
        assert_eq!(header(&call, "Authorization").is_some(), has_header, "{authentication:?}");
        let all: Vec<String> = pairs(&call.body).into_iter().map(|(name, _)| name).collect();
        let mut expected = vec!["grant_type", "code", "redirect_uri", "code_verifier"];
        expected.extend(names);
        assert_eq!(all, expected, "{authentication:?}");
    }
    let call = token_request(&settings(), "a b&c", None);
    assert!(call.body.contains("&code=a+b%26c&redirect_uri=http%3A%2F%2Flocalhost%3A8000%2Fcallback"));
    assert!(!call.body.contains("code_verifier"));
}

#[test]
fn basic_credentials_are_form_encoded_before_base64() {
    for (id, secret, encoded) in [
        ("client_1", "client_secret_1", "client_1:client_secret_1"),
        ("s6BhdRkqt3", "gX1fBat3bV", "s6BhdRkqt3:gX1fBat3bV"),
        ("a:b", "c:d", "a%3Ab:c%3Ad"),
        ("client_3", "a b%+:&c", "client_3:a+b%25%2B%3A%26c"),
        ("é", "\u{20ac}~", "%C3%A9:%E2%82%AC%7E"),
        ("x", "", "x:"),
    ] {
        assert_eq!(basic(id, secret), format!("Basic {}", STANDARD.encode(encoded)));
    }
    // RFC 6749 2.3.1 prints this one.
    assert_eq!(
        basic("s6BhdRkqt3", "7Fjfp0ZBr1KtDRbnfVdmIw"),
        "Basic czZCaGRSa3F0Mzo3RmpmcDBaQnIxS3REUmJuZlZkbUl3"
    );
}

#[test]
fn the_resource_request_carries_the_token_in_its_header_only() {
    let call = resource_request(&settings(), "the.token");
    assert_eq!(
        (call.method, call.url.as_str(), call.body.as_str()),
        ("GET", "http://127.0.0.1:9000/api/me", "")
    );
    assert_eq!(header(&call, "Authorization"), Some("Bearer the.token"));
}

#[test]
fn metadata_is_taken_or_refused_as_the_table_says() {
    let document = |issuer: &str, rest: &str| {
        format!(
            r#"{{"issuer":"{issuer}","authorization_endpoint":"https://a.example/a","token_endpoint":"https://a.example/t"{rest}}}"#
        )
    };
    let advertised = r#","authorization_response_iss_parameter_supported":"#;
    let told = |body: &str| {
        let mut settings = settings();
        match settings.discover(body.as_bytes()) {
            Ok(()) => format!(
                "{} {} {:?}",
                settings.endpoints.authorization, settings.endpoints.token, settings.iss
            ),
            Err(refusal) => {
                assert!(settings == self::settings(), "a refusal changes nothing");
                format!("{refusal:?}")
            }
        }
    };
    for (body, expected) in [
        (document(ISSUER, ""), "https://a.example/a https://a.example/t Unadvertised"),
        (document(ISSUER, &format!("{advertised}true")), "https://a.example/a https://a.example/t Required"),
        (
            document(ISSUER, &format!("{advertised}false")),
            "https://a.example/a https://a.example/t Unadvertised",
        ),
        (
            document(ISSUER, &format!("{advertised}\"true\"")),
            "https://a.example/a https://a.example/t Unadvertised",
        ),
        (document(ISSUER, r#","unknown":[1,{}]"#), "https://a.example/a https://a.example/t Unadvertised"),
        (document("http://127.0.0.1:9000/", ""), "OtherIssuer"),
        (document("HTTP://127.0.0.1:9000", ""), "OtherIssuer"),
        (document("http://localhost:9000", ""), "OtherIssuer"),
        (document("", ""), "OtherIssuer"),
        (document(ISSUER, "").replace("issuer", "Issuer"), "OtherIssuer"),
        (document(ISSUER, "").replace("token_endpoint", "x"), "Malformed"),
        (document(ISSUER, "").replace("\"https://a.example/t\"", "null"), "Malformed"),
        (document(ISSUER, "").replace("https://a.example/t", "/t"), "Malformed"),
        (document(ISSUER, "").replace("https://a.example/a", "javascript:alert(1)"), "Malformed"),
        (document(ISSUER, "").replace("https://a.example/a", "https://a.example/a#x"), "Malformed"),
        (document(ISSUER, "").replace("https://a.example/a", r"https://a.example/\r\n"), "Malformed"),
        ("[]".to_owned(), "OtherIssuer"),
        ("null".to_owned(), "OtherIssuer"),
        ("<!doctype html>".to_owned(), "Malformed"),
        (String::new(), "Malformed"),
    ] {
        assert_eq!(told(&body), expected, "{body}");
    }
}

#[test]
fn metadata_lies_between_host_and_path_of_the_issuer() {
    for (issuer, url) in [
        ("https://a.example", "https://a.example/.well-known/oauth-authorization-server"),
        ("https://a.example/", "https://a.example/.well-known/oauth-authorization-server"),
        ("https://a.example/one/two", "https://a.example/.well-known/oauth-authorization-server/one/two"),
        ("http://127.0.0.1:9000", "http://127.0.0.1:9000/.well-known/oauth-authorization-server"),
    ] {
        assert_eq!(metadata_url(issuer), url);
    }
}

#[test]
fn secrets_do_not_print() {
    let browser = Browser::waiting(settings());
    let received = browser.receive("/callback?code=the-code&state=$state");
    let call = token_request(&settings(), "the-code", Some(fresh(0).verifier.secret));
    let judged = judge_token_answer(Time(0), 200, br#"{"access_token":"the-token","token_type":"Bearer"}"#);
    let printed = format!("{received:?} {call:?} {judged:?} {:?} {:?}", settings(), browser.session);
    for secret in ["the-code", "the-token", "client_secret_1", &fresh(0).verifier.secret.text()] {
        assert!(!printed.contains(secret), "{secret} stands in {printed}");
    }
}
