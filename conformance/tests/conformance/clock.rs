//! The clock that a target names, played by a server that answers by a script.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use oauth_suite::case::{Context, Profile, RunState};
use oauth_suite::case_end::EndKind;
use oauth_suite::subject;
use oauth_suite::wire::Clock;
use oauth_suite::wire::http::{Settings, Wire};

use crate::common::script::{Script, target};

const KEY: &str = "s3cret-value";

/// A target at one origin with its clock at another URL, in the words of its file.
fn file(base: &str, clock: &str) -> String {
    format!(
        "[endpoints]\nauthorization = \"{base}/authorize\"\ntoken = \"{base}/token\"\n\
         [public_client]\nid = \"p\"\nredirect_uri = \"http://127.0.0.1/cb\"\n\
         [clock]\nadvance = \"{clock}\"\n"
    )
}

fn wire() -> Wire {
    let headers = vec![("X-Key".to_owned(), KEY.to_owned())];
    Wire::new(&Settings { headers, ..Settings::default() }).expect("HTTP works")
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("it is after 1970").as_secs()
}

/// A case's view of a run by the clock of this file, if that is one.
async fn context(text: &str) -> Result<Context, String> {
    let (wire, target) = (wire(), target(text));
    let clock = subject::clock(&wire, &target).await.map_err(|fault| fault.to_string())?;
    assert!(matches!(clock, Clock::Remote { .. }), "{clock:?}");
    let live = RunState::new(target, wire, clock, Profile::Rfc9700, 1);
    Ok(Context::new(Arc::new(live), "test/case"))
}

#[tokio::test]
async fn a_run_goes_by_a_clock_that_stood_ahead_before_it() {
    let before = now() + 1000;
    let after = before + 600;
    let script = Script::start(&[
        ("POST /clock", &format!("200 OK\n\n{{\"now\":{before}}}")),
        ("POST /clock", &format!("200 OK\n\n{{\"now\":{after}}}")),
    ])
    .await;
    let context = context(&file(&script.base, &format!("{}/clock", script.base))).await.expect("it is one");
    assert!((before..before + 60).contains(&context.unix_time()), "{} and {before}", context.unix_time());
    context.wait(Duration::from_millis(599_001)).await.expect("it was advanced");
    assert!((after..after + 60).contains(&context.unix_time()), "{} and {after}", context.unix_time());
    let [asked, advanced] = &script.asked()[..] else { panic!("two requests were due") };
    assert!(asked.ends_with("\r\n\r\nseconds=0") && advanced.ends_with("\r\n\r\nseconds=600"), "{advanced}");
    assert_eq!(context.recording().len(), 1, "a reader sees what the case did to the clock");
}

#[tokio::test]
async fn a_clock_that_says_nothing_of_use_is_taken_at_its_status() {
    for answer in
        ["204 No Content\n\n", "200 OK\n\nok", "200 OK\n\n{\"now\":1764515348000}", "200 OK\n\n{\"now\":12}"]
    {
        let start = now();
        let script = Script::start(&[("POST /clock", answer)]).await;
        let context =
            context(&file(&script.base, &format!("{}/clock", script.base))).await.expect("it is one");
        context.wait(Duration::from_secs(600)).await.expect("it was advanced");
        let ahead = start + 600;
        assert!((ahead..ahead + 60).contains(&context.unix_time()), "{answer}: {}", context.unix_time());
    }
}

#[tokio::test]
async fn a_clock_that_was_not_advanced_leaves_the_case_untested() {
    let start = now();
    let behind = format!("200 OK\n\n{{\"now\":{start}}}");
    for (answer, why) in [
        ("404 Not Found\n\n", "status 404"),
        ("302 Found\nLocation: /elsewhere\n\n", "status 302"),
        (behind.as_str(), "s behind what it was to be"),
    ] {
        let script = Script::start(&[("POST /clock", "200 OK\n\n"), ("POST /clock", answer)]).await;
        let context =
            context(&file(&script.base, &format!("{}/clock", script.base))).await.expect("it is one");
        let end = context.wait(Duration::from_secs(600)).await.expect_err("it stands still");
        assert_eq!(end.kind, EndKind::NotTested, "{}", end.saw);
        assert!(end.saw.contains("/clock was not advanced: ") && end.saw.contains(why), "{}", end.saw);
        assert!(context.unix_time() < start + 600, "{answer}");
        assert_eq!(script.asked().len(), 2, "{answer}");
    }
}

#[tokio::test]
async fn what_is_no_clock_says_so_and_a_redirect_uri_is_not_asked() {
    let script = Script::start(&[]).await;
    let said = context(&file(&script.base, &format!("{}/clock", script.base))).await.err();
    assert!(said.is_some_and(|said| said.contains("/clock, which the target names: status 404;")));
    assert_eq!(script.lines(), ["POST /clock"]);
    let said = context(&file(&script.base, &format!("{}/cb", script.base))).await.err();
    assert!(said.is_some_and(|said| said.contains("it is a client's redirect URI")));
    assert_eq!(script.lines(), ["POST /clock"], "nothing was sent there");
}

#[tokio::test]
async fn what_every_request_carries_goes_to_no_clock_elsewhere() {
    let own = Script::start(&[("POST /clock", "200 OK\n\n")]).await;
    let other = Script::start(&[("POST /clock", "200 OK\n\n")]).await;
    for (clock, carried) in [(&own, true), (&other, false)] {
        context(&file(&own.base, &format!("{}/clock", clock.base))).await.expect("it is one");
        let asked = clock.asked().pop().expect("it was asked");
        assert_eq!(asked.contains(KEY), carried, "{asked}");
    }
}
