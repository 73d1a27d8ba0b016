//! The client's side: no browser and no server can make it panic, and what it sends can be sent.

use oauth_core::client::call::{judge_resource_answer, judge_tokens, token_request};
use oauth_core::client::dpop::given_nonce;
use oauth_core::client::push::judge_push_answer;
use oauth_core::client::reach::Reach;
use oauth_core::client::receive::{locate, receive};
use oauth_core::client::reply::{Shown, encode};
use oauth_core::client::resource::{challenges_of, metadata_call, resource_metadata_url};
use oauth_core::client::settings::{Binding, Settings, metadata_url};
use oauth_core::client::site::Site;
use oauth_core::client::{Act, Fresh, IssNeed, Session, step};
use oauth_core::directory::Authentication;
use oauth_core::form::Params;
use oauth_core::policy::Time;
use oauth_core::secret::{Minted, Secret};
use proptest::prelude::*;

use super::wire::{config, request};
use crate::bench::ISSUER;

fn settings() -> Settings {
    Settings {
        client_secret: Some("client_secret_1".to_owned()),
        authentication: Authentication::Basic,
        scope: Some("profile".to_owned()),
        iss: IssNeed::Required,
        ..Settings::of("client_1", "http://localhost:8000/callback", ISSUER)
    }
}

fn fresh(nth: u8) -> Fresh {
    let minted = |what: u8| Minted::new(Secret::from_bytes([nth * 4 + what; 32]));
    Fresh { state: minted(1), verifier: minted(2), session: minted(3), jkt: None }
}

/// Something like JSON: half of it with the members of the answers.
fn body() -> impl Strategy<Value = Vec<u8>> {
    let name = prop::sample::select(
        &[
            "access_token",
            "token_type",
            "expires_in",
            "scope",
            "error",
            "error_description",
            "issuer",
            "resource",
            "authorization_servers",
            "request_uri",
            "x",
        ][..],
    );
    let value = prop_oneof![
        Just("null".to_owned()),
        Just("\"Bearer\"".to_owned()),
        Just("1e400".to_owned()),
        Just("-1".to_owned()),
        Just("18446744073709551616".to_owned()),
        any::<u64>().prop_map(|number| number.to_string()),
        "[ -~]{0,20}".prop_map(|text| format!("{text:?}")),
        Just("[{}]".to_owned()),
    ];
    let members = prop::collection::vec((name, value), 0..6).prop_map(|members| {
        let members: Vec<String> =
            members.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
        format!("{{{}}}", members.join(",")).into_bytes()
    });
    prop_oneof![members, prop::collection::vec(any::<u8>(), 0..60)]
}

proptest! {
    #![proptest_config(config(3000))]

    #[test]
    fn whatever_a_browser_sends_the_reply_can_be_sent(requests in prop::collection::vec(request(), 1..5)) {
        let settings = settings();
        let site = Site::of(std::slice::from_ref(&settings));
        let mut session = Session::default();
        for (nth, request) in requests.iter().enumerate() {
            let _ = locate(request, &site);
            let received = receive(request, &site, &fresh(u8::try_from(nth).expect("a few")));
            let (next, act) = step(Time(1000), &settings.rules(), session, &received.event());
            session = next;
            prop_assert!(!matches!(act, Act::ToProfile(_)), "no request alone logs anybody in");
            let shown = Shown { words: received.words().cloned().unwrap_or_default(), path: request.path.clone(), ..Shown::default() };
            if let Some(reply) = encode(&act, &settings, &shown) {
                for (name, value) in &reply.headers {
                    prop_assert!(value.bytes().all(|byte| (0x20..=0x7e).contains(&byte)), "{name}: {value:?}");
                }
            }
        }
    }

    #[test]
    fn whatever_a_server_answers_a_token_fits_its_header(status in 100..600_u16, body in body()) {
        let judged = judge_tokens(Binding::Bearer, Time(1000), status, &body);
        prop_assert_eq!(judged.answer.is_ok(), judged.token.is_some());
        if let Some(token) = &judged.token {
            prop_assert_eq!(status, 200);
            prop_assert!(token.bytes().all(|byte| (0x20..=0x7e).contains(&byte)));
        }
        prop_assert_eq!(judge_resource_answer(status).is_ok(), (200..300).contains(&status));
    }

    #[test]
    fn a_refused_discovery_changes_nothing(body in body(), text in ".{0,40}") {
        let mut settings = settings();
        if settings.discover(&body).is_err() {
            prop_assert!(settings == self::settings());
        }
        let _ = metadata_url(&text);
    }

    #[test]
    fn whatever_servers_say_on_the_way_is_taken_or_refused(
        body in body(),
        status in 100..600_u16,
        field in "(Bearer|DPoP|Basic)?[ -~]{0,60}",
        resource in "https?://[ -~]{0,30}",
    ) {
        let challenges = challenges_of(status, &[&field]);
        let mut settings = settings();
        settings.resource = Some(resource.clone());
        let _ = metadata_call(&settings, &challenges);
        let _ = resource_metadata_url(&resource);
        let _ = Reach::of(&resource);
        let before = settings.clone();
        if settings.find_server(&body, &challenges).is_err() {
            prop_assert!(settings == before);
        }
        if let Ok(request_uri) = judge_push_answer(status, &body) {
            prop_assert!(request_uri.bytes().all(|byte| (0x20..=0x7e).contains(&byte)));
        }
        if let Some(nonce) = given_nonce(&[&field]) {
            prop_assert!(nonce.bytes().all(|byte| byte.is_ascii_graphic()));
        }
    }

    #[test]
    fn a_code_reaches_the_token_endpoint_as_it_came(code in ".{1,80}") {
        let call = token_request(&settings(), &code, None);
        let params = Params::decode(call.body.as_bytes()).expect("our own encoding");
        prop_assert_eq!(params.all("code").collect::<Vec<_>>(), vec![code.as_str()]);
    }
}
