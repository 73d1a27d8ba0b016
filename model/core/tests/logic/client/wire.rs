//! The codecs: what browsers and servers get, what is read of the metadata.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use oauth_core::client::call::{basic, judge_tokens, resource_request, token_request};
use oauth_core::client::http_call::HttpCall;
use oauth_core::client::receive::{Received, locate, receive, session_cookie_name};
use oauth_core::client::refusal::ClientRefusal;
use oauth_core::client::reply::{ClientPage, Shown, encode};
use oauth_core::client::settings::{Binding, Settings, metadata_url};
use oauth_core::client::site::Site;
use oauth_core::client::{Act, Event, step};
use oauth_core::directory::Authentication;
use oauth_core::form::Params;
use oauth_core::http::{Body, HttpRequest};
use oauth_core::policy::Time;
use oauth_core::secret::{Digest, s256};

use super::browser::{Browser, CALLBACK, ISSUER, fresh, get, settings};

fn site() -> Site {
    Site::of(&[settings()])
}

#[test]
fn the_server_s_words_are_shown_for_its_own_refusals_only() {
    let judged = judge_tokens(
        Binding::Bearer,
        Time(0),
        400,
        br#"{"error":"invalid_grant","error_description":"late"}"#,
    );
    assert_eq!((judged.words.error.as_str(), judged.words.description.as_str()), ("invalid_grant", "late"));
    assert_eq!(judge_tokens(Binding::Bearer, Time(0), 404, b"<h1>").words.error, "HTTP status 404");
    assert_eq!(judge_tokens(Binding::Bearer, Time(0), 502, b"<h1>").words.error, "");

    let browser = Browser::waiting(settings());
    let received = browser.receive("/callback?error=access_denied&error_description=no+way");
    let words = received.words().expect("a response has words");
    assert_eq!((words.error.as_str(), words.description.as_str()), ("access_denied", "no way"));
    let shown = Shown { words: words.clone(), ..Shown::default() };
    for refusal in ClientRefusal::ALL {
        let reply = encode(&Act::ShowError(*refusal), &settings(), &shown).expect("errors are shown");
        let Body::Page(ClientPage::Error { words: told, .. }) = &reply.body else { panic!("an error page") };
        let is_the_servers =
            [ClientRefusal::ServerRefused, ClientRefusal::TokenRefused, ClientRefusal::PushRefused]
                .contains(refusal);
        assert_eq!(told == words, is_the_servers, "{refusal:?}");
        assert_eq!(reply.status, refusal.status());
        assert_eq!(reply.header("Allow").is_some(), reply.status == 405);
    }
}

#[test]
fn pages_are_found_by_path_method_and_origin() {
    let event = |request: &HttpRequest| receive(request, &site(), &fresh(0)).event();
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
fn a_login_is_for_the_server_that_it_names() {
    let server = |name: &str| Settings {
        name: name.to_owned(),
        redirect_uri: format!("{CALLBACK}/{name}"),
        ..settings()
    };
    let site = Site::of(&[server("one"), server("two")]);
    let received = |path: &str, query: &str| receive(&get(path, Some(query), &[]), &site, &fresh(0));
    for (query, place) in [("server=one", 0), ("server=two", 1), ("server=two&server=one", 1)] {
        assert_eq!(received("/login", query), Received::LogIn { fresh: fresh(0), server: place }, "{query}");
    }
    for query in ["", "Server=one"] {
        assert_eq!(received("/login", query), Received::Home, "{query}");
    }
    for query in ["server=", "server=One", "server=three"] {
        assert_eq!(received("/login", query), Received::Malformed(ClientRefusal::NoSuchServer), "{query}");
    }
    for name in ["one", "two"] {
        let Received::Callback { callback, .. } = received(&format!("/callback/{name}"), "") else {
            panic!("a response")
        };
        assert_eq!(callback.at, Digest::of(&format!("{CALLBACK}/{name}")));
    }
    assert_eq!(received("/callback", ""), Received::Malformed(ClientRefusal::NoSuchPage));
}

#[test]
fn a_session_is_found_by_its_cookie_of_its_origin_s_kind() {
    let cookie = |text| locate(&get("/", None, &[("cookie", text)]), &site());
    assert_eq!(cookie("a=b; oauth_client_session=x; c=d"), Some(Digest::of("x")));
    assert_eq!(cookie("oauth_client_session=x; oauth_client_session=y"), Some(Digest::of("x")));
    assert_eq!(cookie("__Host-oauth_client_session=x"), None);
    assert_eq!(cookie(""), None);
    assert_eq!(session_cookie_name("https://c.example"), "__Host-oauth_client_session");
}

/// The parameters of a redirect or a form, in order.
fn pairs(text: &str) -> Vec<(String, String)> {
    let query = text.split_once('?').map_or(text, |(_, query)| query);
    Params::decode(query.as_bytes()).expect("our own encoding").pairs().to_vec()
}

fn departure(settings: Settings) -> String {
    let mut browser = Browser::new(settings);
    let event = browser.receive("/login").event();
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
            r#"{{"issuer":"{issuer}","authorization_endpoint":"https://a.example/a",
                "token_endpoint":"https://a.example/t"{rest}}}"#
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
    let judged =
        judge_tokens(Binding::Bearer, Time(0), 200, br#"{"access_token":"the-token","token_type":"Bearer"}"#);
    let printed = format!("{received:?} {call:?} {judged:?} {:?} {:?}", settings(), browser.session);
    for secret in ["the-code", "the-token", "client_secret_1", &fresh(0).verifier.secret.text()] {
        assert!(!printed.contains(secret), "{secret} stands in {printed}");
    }
}
