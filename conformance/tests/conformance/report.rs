//! What a run tells, and when: its events, the text that streams, and a reader who went away.

use std::process::{Command, Output, Stdio};
use std::sync::Arc;

use oauth_conformance::{cases, reference};
use oauth_faults::{Faults, fault};
use oauth_suite::case::{Profile, RunState};
use oauth_suite::report::{Event, Exchanges, Sink, Style, TEXT, Wants};
use oauth_suite::run::{Selection, run};
use oauth_suite::subject::discover;
use oauth_suite::wire::http::{Settings, Wire};

/// Runs these cases against the reference server.
async fn run_cases(faults: Faults, only: &[&str], sink: &mut dyn Sink) {
    let mut reference = reference::start(Profile::Rfc9700, faults).await.expect("it starts");
    let wire = Wire::new(&Settings::default()).expect("HTTP works");
    discover(&wire, &mut reference.target).await.expect("it publishes metadata");
    let (target, clock) = (reference.target.clone(), reference.clock.clone());
    let live = Arc::new(RunState::new(target, wire, clock, Profile::Rfc9700, 7));
    let only = only.iter().map(|id| (*id).to_owned()).collect();
    let selection = Selection { only, ..Selection::default() };
    run(&live, &cases(live.profile), &selection, false, sink, std::future::pending()).await.expect("it runs");
}

/// Writes down each event.
#[derive(Default)]
struct Events(Vec<String>);

impl Sink for Events {
    fn tell(&mut self, event: &Event<'_>) {
        self.0.push(match event {
            Event::RunBegan(run) => {
                format!("{} {} {} of {}", run.target, run.profile, run.seed, run.cases)
            }
            Event::CaseBegan { number, of, id } => format!("{number}/{of} {id}"),
            Event::Finding { case, rules, verdict } => format!("{} {case} by {rules:?}", verdict.word()),
            Event::CaseEnded { id, verdict, .. } => format!("{id} {}", verdict.word()),
            Event::FamilyEnded { family, counts } => {
                let counts = counts.iter().map(|(verdict, count)| format!("{count} {}", verdict.word()));
                format!("{family} with {}", counts.collect::<Vec<_>>().join(", "))
            }
            Event::RunEnded(report) => {
                let cases: Vec<&str> = report.cases.iter().map(|case| case.id.as_str()).collect();
                format!("{} with {cases:?}", report.verdict.word())
            }
        });
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn events_come_in_the_order_of_the_run_and_the_report_in_reading_order() {
    let mut events = Events::default();
    // The first of the two runs alone, after all others.
    let only = ["login/wrong-password-refused", "code/refused-the-second-time"];
    run_cases(Faults::these(&[fault!("code-replayable")]), &only, &mut events).await;
    insta::assert_snapshot!("events", events.0.join("\n"));
}

/// Gathers the text.
#[derive(Default)]
struct Text(String);

impl Sink for Text {
    fn wants(&self) -> Wants {
        Wants { exchanges: Exchanges::Shown, ..Wants::default() }
    }

    fn tell(&mut self, event: &Event<'_>) {
        self.0 += &(TEXT.write)(event, Style::default()).to_string();
    }
}

/// A text in which whatever differs from run to run has one form.
fn settled(text: &str) -> String {
    let mut out = String::new();
    for line in text.lines() {
        let mut line = line.to_owned();
        if let Some((start, _)) = line.split_once("date: ") {
            line = format!("{start}date: …");
        }
        for (mark, is_part) in [
            ("127.0.0.1:", (|c| c.is_ascii_digit()) as fn(char) -> bool),
            ("authorization:", |c| c.is_ascii_hexdigit()),
            ("code:", |c| c.is_ascii_hexdigit()),
            ("token:", |c| c.is_ascii_hexdigit()),
            ("secret:", |c| c.is_ascii_hexdigit()),
            ("verifier:", |c| c.is_ascii_hexdigit()),
            (" exchanges, ", |c| c.is_ascii_digit() || c == '.'),
        ] {
            let parts: Vec<&str> = line.split(mark).collect();
            let rest = parts[1..].iter().map(|part| format!("{mark}…{}", part.trim_start_matches(is_part)));
            line = parts[0].to_owned() + &rest.collect::<String>();
        }
        out += &(line + "\n");
    }
    out
}

#[tokio::test(flavor = "multi_thread")]
async fn the_text_has_what_is_wrong_then_what_shows_it_then_its_causes() {
    let mut text = Text::default();
    let only = ["sanity", "code/refused-the-second-time", "consent/asked-before-a-code"];
    run_cases(Faults::these(&[fault!("code-replayable")]), &only, &mut text).await;
    insta::assert_snapshot!("text", settled(&text.0));
}

/// A run of these cases against the reference server.
fn run_only(cases: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_oauth-conformance"));
    command.args(["run", "--only"]).args(cases);
    command
}

/// What comes of a run whose text nobody reads.
fn unread(command: &mut Command) -> Output {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("it starts");
    drop(child.stdout.take());
    child.wait_with_output().expect("it ends")
}

#[test]
fn a_reader_who_goes_away_ends_no_run_and_breaks_no_file() {
    let name = format!("{}-unread.json", std::process::id());
    let file = std::path::PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let mut command = run_only(&["sanity", "code/refused-the-second-time"]);
    let ended = unread(command.arg("--json").arg(&file));
    assert_eq!((ended.status.code(), String::from_utf8_lossy(&ended.stderr).as_ref()), (Some(0), ""));
    let report = std::fs::read(&file).expect("it is written");
    // What is left behind is overwritten by the next run.
    let _ = std::fs::remove_file(&file);
    let report: serde_json::Value = serde_json::from_slice(&report).expect("it is whole");
    assert_eq!(report["counts"]["held"], 2);
}

#[test]
fn a_run_whose_only_reader_went_away_ends_soon_and_tells_no_verdict() {
    let ended = unread(&mut run_only(&["sanity", "code/", "par/"]));
    assert_eq!((ended.status.code(), String::from_utf8_lossy(&ended.stderr).as_ref()), (Some(3), ""));
}
