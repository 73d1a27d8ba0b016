//! What a server can make the suite read, keep and wait for: little, whatever it sends.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use oauth_conformance::cases;
use oauth_conformance::reference::{self, TARGET};
use oauth_faults::Faults;
use oauth_suite::case::{Context, Profile, RunState};
use oauth_suite::case_end::EndKind;
use oauth_suite::flow::{self, TokenRequest};
use oauth_suite::outcome::{Outcome, Verdict};
use oauth_suite::report::{Event, Exchanges, RunReport, Style, TEXT, Wants};
use oauth_suite::run::{Selection, run};
use oauth_suite::subject::{Target, discover, read_text};
use oauth_suite::wire::http::{Settings, Wait, Wire};
use oauth_suite::wire::{Actor, Clock, Moment, NoAnswer, Request, Response};
use tokio::io::AsyncWriteExt as _;
use tokio::sync::mpsc;

use crate::common::server::{forward, send, serve};

const MEBIBYTE: usize = 1 << 20;
const TOO_LONG: &str = "the answer is longer than 1 MiB; the suite reads no more";

fn target(origin: &str) -> Target {
    let text = TARGET.replace("http://127.0.0.1:9000", origin);
    read_text("targets/reference.toml", &text, &|_| None).expect("the target file is good")
}

fn live(target: Target, clock: Clock) -> Arc<RunState> {
    let wire = Wire::new(&Settings::default()).expect("HTTP works");
    Arc::new(RunState::new(target, wire, clock, Profile::Rfc9700, 1))
}

fn context(origin: &str) -> Context {
    Context::new(live(target(origin), Clock::Real), "test/bounds")
}

/// A server that sends this head, and then chunks until nobody takes them; tells how many it sent.
async fn endless(head: &'static str, chunk: String) -> (String, mpsc::UnboundedReceiver<usize>) {
    let (tell, told) = mpsc::unbounded_channel();
    let origin = serve(move |_, mut stream| {
        let (tell, chunk) = (tell.clone(), chunk.clone());
        async move {
            let mut sent = 0;
            let mut ended = stream.write_all(head.as_bytes()).await.is_err();
            while !ended {
                ended = stream.write_all(chunk.as_bytes()).await.is_err();
                sent += 1;
            }
            let _ = tell.send(sent);
        }
    });
    (origin.await, told)
}

fn chunk() -> String {
    format!("10000\r\n{}\r\n", "a".repeat(1 << 16))
}

const CHUNKED: &str = "HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nTransfer-Encoding: chunked\r\n\r\n";

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_without_end_ends_its_case_and_its_connection() {
    let (origin, mut sent) = endless(CHUNKED, chunk()).await;
    let context = context(&origin);
    let stop = context.send(Actor::Suite, Request::get(&origin)).await.expect_err("it has no end");
    assert_eq!((stop.kind, stop.saw.as_str()), (EndKind::Errored, TOO_LONG));
    let exchange = stop.exchange.expect("it names the exchange");
    let head = exchange.head().expect("its head is kept");
    assert_eq!((head.status, head.header("set-cookie"), head.body.len()), (200, Some("a=b"), 0));

    let request = TokenRequest::new(&context.parties().client().expect("there is one"), [("a", "b")].into());
    let stop = flow::token_burst(&context, &request, 3).await.expect_err("they have no end");
    assert_eq!((stop.kind, stop.saw.as_str()), (EndKind::Errored, TOO_LONG));
    for _ in 0..4 {
        // What fills the buffers between the two may be sent on top.
        let chunks = sent.recv().await.expect("the server ends when nobody takes more");
        assert!(chunks < 1024, "{chunks} chunks of 64 KiB were taken");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_of_a_mebibyte_is_read_and_a_byte_more_is_not() {
    for (length, is_read) in [(MEBIBYTE, true), (MEBIBYTE + 1, false)] {
        let origin = serve(move |_, stream| async move {
            send(stream, "200 OK", &"a".repeat(length)).await;
        });
        let origin = origin.await;
        let context = context(&origin);
        let found = context.send(Actor::Suite, Request::get(&origin)).await;
        assert_eq!(found.is_ok(), is_read, "{length} bytes");
        let request =
            TokenRequest::new(&context.parties().client().expect("there is one"), [("a", "b")].into());
        let found = flow::token_burst(&context, &request, 1).await;
        assert_eq!(found.is_ok(), is_read, "{length} bytes in a burst");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn heads_without_end_are_no_answer() {
    let moment = || Moment { tick: 0, at: std::time::Instant::now() };
    let header = "X-A: ".to_owned() + &"a".repeat(1000) + "\r\n";
    let interim = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n".to_owned();
    for (head, more) in [("HTTP/1.1 200 OK\r\n", header), ("", interim)] {
        let (origin, _sent) = endless(head, more.clone()).await;
        let settings = Settings { timeout: Duration::from_millis(300), ..Settings::default() };
        let wire = Wire::new(&settings).expect("HTTP works");
        let (_, answer) = wire.send(&Request::get(&origin), moment).await;
        assert!(matches!(answer, Err(NoAnswer::Missing(_))), "{more:.30}");
        let context = context(&origin);
        let request =
            TokenRequest::new(&context.parties().client().expect("there is one"), [("a", "b")].into());
        let stop = flow::token_burst(&context, &request, 1).await.expect_err("it has no end");
        let told = ["the answer has more than 100 headers", "the head of the answer is too long"];
        assert!(told.iter().any(|told| stop.saw.contains(told)), "{}", stop.saw);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_metadata_document_is_bounded_in_length_and_depth() {
    let wire = Wire::new(&Settings::default()).expect("HTTP works");
    let table = [
        (format!("{{\"x\":\"{}\"}}", "a".repeat(MEBIBYTE)), format!("{TOO_LONG}; is the address right?")),
        (format!("{{\"x\":{}", "[".repeat(500_000)), "no metadata document".to_owned()),
    ];
    for (document, expected) in table {
        let origin = serve(move |_, stream| {
            let document = document.clone();
            async move { send(stream, "200 OK\r\nContent-Type: application/json", &document).await }
        });
        let text = format!(
            "issuer = \"{}\"\n[public_client]\nid = \"c\"\nredirect_uri = \"http://c/\"\n",
            origin.await
        );
        let mut target = read_text("t.toml", &text, &|_| None).expect("the target file is good");
        let fault = discover(&wire, &mut target).await.expect_err("it is no document");
        assert!(fault.to_string().contains(&expected), "{fault}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_is_read_unless_it_is_too_deep() {
    for (depth, expected) in [(2_000, None), (200_000, Some("the page has elements in each other"))] {
        let origin = serve(move |_, stream| async move {
            let page = "<div>".repeat(depth) + "<form><input type=password name=p></form>";
            send(stream, "200 OK\r\nContent-Type: text/html", &page).await;
        });
        let origin = origin.await;
        let found = flow::browser(&context(&origin)).open(&origin).await;
        match (found, expected) {
            (Ok(landing), None) => {
                let page = landing.page().expect("it is a page");
                assert!(page.forms.iter().any(oauth_suite::browser::Form::asks_password));
            }
            (Err(stop), Some(words)) => {
                assert_eq!(stop.kind, EndKind::Errored);
                assert!(stop.saw.starts_with(words) && stop.exchange.is_some(), "{}", stop.saw);
            }
            (found, _) => panic!("{depth} elements: {:?}", found.map(|landing| landing.describe())),
        }
    }
}

/// A token answer with a member that pads it, and a token that a cut at the longest kept body would divide.
fn padded(token: &str) -> String {
    let start = format!("{{\"token_type\":\"Bearer\",\"pad\":\"{}", " a".repeat(8_000));
    format!("{start}\",\"access_token\":\"{token}\",\"more\":\"{}\"}}", " a".repeat(300_000))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_has_what_came_and_the_recording_its_beginning() {
    let token = "a-token-of-more-bytes-than-are-left-".repeat(20);
    let answer = padded(&token);
    let length = answer.len();
    let at = answer.find(&token).expect("it is in there");
    assert!(at < 16_384 && at + token.len() > 16_384, "the cut divides it: {at}");
    let served = answer.clone();
    let origin = serve(move |_, stream| {
        let served = served.clone();
        async move { send(stream, "200 OK\r\nContent-Type: application/json", &served).await }
    });
    let context = context(&origin.await);
    let request = TokenRequest::new(&context.parties().client().expect("there is one"), [("a", "b")].into());
    let exchange = flow::token(&context, &request).await.expect("it is answered");
    assert_eq!(exchange.head().map(Response::text), Some(answer));

    let recordings = [context.recording(), context.live().recording()];
    for kept in recordings.iter().flatten() {
        let response = kept.head().expect("it was answered");
        assert!(response.body.len() <= 16_384 && response.text().starts_with("{\"token_type\""));
        assert!(!response.text().contains("a-token"), "a part of the token is kept");
        assert_eq!(kept.whole.response, Some(length));
    }
}

/// A run of these cases at the reference server, whose token answers have `pad` more bytes and may be stored by anyone.
async fn padded_run(only: &[&str], pad: usize) -> (Arc<RunState>, Outcome) {
    let reference = reference::start(Profile::Rfc9700, Faults::none()).await.expect("it starts");
    let server = reference.target.issuer.clone().expect("the reference server has an issuer");
    let origin = serve(move |request, stream| {
        let server = server.clone();
        async move {
            let (head, body) = forward(&server, &request).await;
            match body.strip_suffix('}').filter(|_| request.starts_with("POST /token ") && pad > 0) {
                Some(start) => {
                    let head = head.replace("no-store", "max-age=60");
                    send(stream, &head, &format!("{start},\"pad\":\"{}\"}}", " a".repeat(pad / 2))).await;
                }
                None => send(stream, &head, &body).await,
            }
        }
    });
    let live = live(target(&origin.await), reference.clock.clone());
    let only = only.iter().map(|id| (*id).to_owned()).collect();
    let selection = Selection { only, ..Selection::default() };
    let outcome = run(&live, &cases(live.profile), &selection, false, &mut (), std::future::pending())
        .await
        .expect("it runs");
    (live, outcome)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_laws_read_is_there_however_much_comes_with_it() {
    let only = ["code/replay-ends-its-tokens", "refresh/public-client-uses-it-once", "laws/"];
    let (_, plain) = padded_run(&only, 0).await;
    let (live, padded) = padded_run(&only, 20_000).await;
    let laws = |outcome: &Outcome| -> Vec<(String, Verdict)> {
        let laws = outcome.cases.iter().filter(|report| report.id.starts_with("laws/"));
        laws.map(|report| (report.id.clone(), report.verdict)).collect()
    };
    assert_eq!(laws(&padded), laws(&plain));
    let listed = |id: &str| laws(&padded).iter().any(|(law, verdict)| law == id && *verdict == Verdict::Held);
    for id in ["laws/code-redeemed-once", "laws/public-refresh-used-once", "laws/replay-ends-grant"] {
        assert!(listed(id), "{id} in {:?}", laws(&padded));
    }
    let longest = live.recording().iter().filter_map(|kept| kept.head()).map(|head| head.body.len()).max();
    assert!(longest.is_some_and(|longest| longest <= 16_384), "{longest:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn reports_tell_how_long_a_body_is_that_they_show_in_part() {
    let (live, outcome) = padded_run(&["token-response/not-stored"], 100_000).await;
    let report = RunReport::new(&live, &outcome, Wants { exchanges: Exchanges::All, ..Wants::default() });
    let shown = (TEXT.write)(&Event::RunEnded(&report), Style::default()).to_string();
    assert_eq!(outcome.count(Verdict::Failed), 1, "{shown}");
    let in_all =
        shown.lines().find_map(|line| line.trim().strip_prefix("< … (")?.strip_suffix(" bytes in all)"));
    let in_all: usize = in_all.expect(&shown).parse().expect("a number");
    assert!(in_all > 100_000, "{in_all}");
    let json = serde_json::to_value(&report).expect("its keys are texts");
    let exchanges = json["cases"][0]["exchanges"].as_array().expect("the case has some");
    let cut = exchanges.iter().filter(|exchange| exchange["response"]["body_bytes"].is_u64());
    let cut: Vec<_> = cut.collect();
    assert!(!cut.is_empty());
    for exchange in cut {
        let body = exchange["response"]["body"].as_str().expect("it is text");
        assert!(body.starts_with('{') && body.len() <= 16_384, "{} bytes", body.len());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_wait_is_told_when_it_begins_and_a_short_one_is_not() {
    for (retry_after, expected) in [("0", None), ("14", Some(Duration::from_secs(14)))] {
        let origin = serve(move |_, stream| async move {
            send(stream, &format!("429 Slow Down\r\nRetry-After: {retry_after}"), "").await;
        });
        let url = format!("{}/token", origin.await);
        let (tell, mut told) = mpsc::unbounded_channel();
        let wire = Wire::new(&Settings::default()).expect("HTTP works").telling(move |wait| {
            let _ = tell.send(wait.clone());
        });
        let request = Request::get(format!("{url}?secret"));
        let moment = || Moment { tick: 0, at: std::time::Instant::now() };
        let wait = tokio::select! {
            biased;
            wait = told.recv() => wait,
            _ = wire.send(&request, moment) => None,
        };
        assert_eq!(wait, expected.map(|time| Wait::RetryAfter { url, status: 429, time }));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wait_of_a_case_is_told_when_it_begins() {
    let (tell, mut told) = mpsc::unbounded_channel();
    let wire = Wire::new(&Settings::default()).expect("HTTP works").telling(move |wait| {
        let _ = tell.send(wait.clone());
    });
    let target = target("http://127.0.0.1:9000");
    let live = Arc::new(RunState::new(target, wire, Clock::Real, Profile::Rfc9700, 1));
    let (context, time) = (Context::new(live, "code/late"), Duration::from_secs(14));
    let wait = tokio::select! {
        biased;
        wait = told.recv() => wait,
        _ = context.wait(time) => None,
    };
    assert_eq!(wait, Some(Wait::Clock { case: "code/late".into(), time }));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_consent_page_is_remembered_however_long_it_is() {
    let asked = Arc::new(AtomicBool::new(false));
    let state = Arc::new(Mutex::new(String::new()));
    let origin = serve(move |request, stream| {
        let (asked, state) = (Arc::clone(&asked), Arc::clone(&state));
        async move {
            if let Some((_, rest)) = request.split_once("state=").filter(|_| request.starts_with("GET")) {
                let own = rest.split(['&', ' ']).next().unwrap_or_default();
                own.clone_into(&mut state.lock().expect("no holder panics"));
            }
            if request.starts_with("POST /token ") {
                let tokens = r#"{"access_token":"token-1","token_type":"Bearer"}"#;
                send(stream, "200 OK\r\nContent-Type: application/json", tokens).await;
            } else if request.starts_with("GET ") && !asked.swap(true, Ordering::SeqCst) {
                let form = "<form method=post action=/decide><button>Allow</button></form>\
                            <form method=post action=/refuse><button>Cancel</button></form>";
                send(stream, "200 OK\r\nContent-Type: text/html", &(" ".repeat(20_000) + form)).await;
            } else {
                let state = state.lock().expect("no holder panics").clone();
                let location = format!("http://localhost:8000/callback?code=code-1&state={state}");
                send(stream, &format!("302 Found\r\nLocation: {location}"), "").await;
            }
        }
    });
    let live = live(target(&origin.await), Clock::Real);
    let selection = Selection { only: vec!["consent/asked-before-a-code".into()], ..Selection::default() };
    let outcome = run(&live, &cases(live.profile), &selection, false, &mut (), std::future::pending())
        .await
        .expect("it runs");
    let report = outcome.cases.first().expect("the case ran");
    assert_eq!(report.verdict, Verdict::Held, "{report:?}");
    assert_eq!(report.notes, ["the user was asked once in this run and not again"]);
}
