//! Logging out: which form is believed, and what becomes of the tokens.

use oauth_core::client::receive::receive;
use oauth_core::client::refusal::ClientRefusal;
use oauth_core::client::revoke::{judge_revocation_answer, logout_token, revocation_request};
use oauth_core::client::settings::{Endpoints, Settings};
use oauth_core::client::site::Site;
use oauth_core::client::{Event, Session};
use oauth_core::directory::Authentication;
use oauth_core::http::HttpRequest;

use super::browser::{Browser, ISSUER, fresh, get, settings};

fn revoking(endpoint: Option<&str>) -> Settings {
    let endpoints = Endpoints { revocation: endpoint.map(str::to_owned), ..Endpoints::documented(ISSUER) };
    Settings { endpoints, ..settings() }
}

#[test]
fn tokens_are_taken_back_by_tls_or_on_this_machine() {
    for (endpoint, expected) in [
        (None, "logged out HereOnly"),
        (Some("https://as.example/revoke"), "revoke"),
        (Some("http://127.0.0.1:9000/revoke"), "revoke"),
        (Some("http://localhost/revoke"), "revoke"),
        (Some("http://as.example/revoke"), "logged out HereOnly"),
        (Some("http://127.0.0.1.example/revoke"), "logged out HereOnly"),
        (Some("http://127.0.0.1@as.example/revoke"), "logged out HereOnly"),
    ] {
        let mut browser = Browser::refreshable();
        browser.settings = revoking(endpoint);
        assert_eq!(browser.folds(&Event::LogOut), expected, "{endpoint:?}");
        assert_eq!(browser.session, Session::default(), "{endpoint:?}");
    }
    // Nobody was logged in.
    let mut browser = Browser::waiting(revoking(Some("https://as.example/revoke")));
    assert_eq!(browser.folds(&Event::LogOut), "logged out Here");
    for (answer, expected) in
        [(Ok(()), "logged out Everywhere"), (Err(ClientRefusal::TokenRefused), "logged out HereOnly")]
    {
        assert_eq!(browser.folds(&Event::Revoked(answer)), expected);
    }
    for (status, ended) in [(200, true), (201, false), (204, false), (400, false), (503, false)] {
        assert_eq!(judge_revocation_answer(status).is_ok(), ended, "{status}");
    }
}

#[test]
fn a_logout_comes_from_a_page_of_the_same_browser() {
    let cookie = "oauth_client_session=the-cookie";
    let token = logout_token(Some("the-cookie"));
    let event = |cookie: Option<&str>, body: &str| {
        let headers: Vec<(&str, &str)> = cookie.iter().map(|cookie| ("cookie", *cookie)).collect();
        let request = HttpRequest {
            method: "POST".to_owned(),
            body: body.as_bytes().to_vec(),
            ..get("/logout", None, &headers)
        };
        receive(&request, &Site::of(&[settings()]), &fresh(0)).event()
    };
    let forged = Event::Malformed(ClientRefusal::LogOutForged);
    let good = format!("logout_token={token}");
    assert_eq!(event(Some(cookie), &good), Event::LogOut);
    for (cookie, body) in [
        (Some(cookie), String::new()),
        (Some(cookie), "logout_token=".to_owned()),
        (Some(cookie), format!("{good}A")),
        (Some(cookie), format!("{good}&{good}")),
        (Some("oauth_client_session=other"), good.clone()),
        (None, good),
        (None, "logout_token=".to_owned()),
        (None, String::new()),
    ] {
        assert_eq!(event(cookie, &body), forged, "{cookie:?} {body}");
    }
}

#[test]
fn a_revocation_names_token_and_client() {
    let sent = |settings: Settings| {
        let call = revocation_request(&settings, "t 1+&", "refresh_token");
        assert_eq!((call.method, call.url.as_str()), ("POST", "https://as.example/revoke"));
        let shown = call.headers.iter().any(|(name, _)| *name == "Authorization");
        (shown, call.body)
    };
    let at = || revoking(Some("https://as.example/revoke"));
    let form = "token=t+1%2B%26&token_type_hint=refresh_token";
    assert_eq!(sent(at()), (true, form.to_owned()));
    let post = Settings { authentication: Authentication::Post, ..at() };
    assert_eq!(sent(post), (false, format!("{form}&client_id=client_1&client_secret=client_secret_1")));
    let public = Settings { authentication: Authentication::None, ..at() };
    assert_eq!(sent(public), (false, format!("{form}&client_id=client_1")));
}
