//! Nothing that a terminal would obey is in a report, wherever a server puts it.

use std::sync::Arc;
use std::time::Instant;

use oauth_rules::Level;
use serde_json::Value;

use super::{Style, Veil, curl, json, text};
use crate::case::{Profile, RunState};
use crate::run::{Outcome, Overall, Report, Verdict};
use crate::subject::read_text;
use crate::visible::{Page, is_unseen};
use crate::wire::http::{Settings, Wire};
use crate::wire::{Actor, Clock, Exchange, Moment, NoAnswer, Request, Response};

/// Clears the screen, sets the title, forges a line, turns the rest around, hides itself.
const ODD: &str = "\x1b[2J\x1b]0;title\x07\rheld\n  held\u{9b}31m\u{202e}\u{2066}\u{200b}\u{feff}\u{2028}\u{ad}\u{e0041}\x7fend";
const TARGET: &str = "issuer = \"http://h\"\n[endpoints]\nauthorization = \"http://h/a\"\ntoken = \"http://h/t\"\n\
                      [public_client]\nid = \"c\"\nredirect_uri = \"http://h/cb\"\n";

fn live() -> RunState {
    let mut target = read_text("t.toml", TARGET, &|_| None).expect("the file is good");
    target.name = format!("name {ODD}");
    target.issuer = Some(format!("http://h/{ODD}"));
    let wire = Wire::new(&Settings::default()).expect("HTTP works");
    RunState::new(target, wire, Clock::Real, Profile::Rfc9700, 7)
}

fn exchange(live: &RunState, answer: Result<Response, NoAnswer>) -> Arc<Exchange> {
    let request = Request::post(format!("http://h/t?x={ODD}"), ODD.into())
        .header("Cookie", format!("{ODD}=0123456789abcdef"))
        .header("X-Odd", ODD);
    sent(live, request, answer)
}

fn sent(live: &RunState, request: Request, answer: Result<Response, NoAnswer>) -> Arc<Exchange> {
    let moment = Moment { tick: 0, at: Instant::now() };
    live.exchange((Actor::Client, None), request, (moment, Some(moment)), answer).kept
}

fn outcome(live: &RunState, verdict: Verdict) -> Outcome {
    let odd = || Some(ODD.to_owned());
    let response = Response { status: 418, headers: vec![("x-odd".into(), ODD.into())], body: ODD.into() };
    let shown = exchange(live, Ok(response));
    let report = |id: &str, shown: Arc<Exchange>| Report {
        id: id.into(),
        about: "about".into(),
        rules: Vec::new(),
        level: Level::Must,
        verdict,
        expected: odd(),
        saw: odd(),
        reason: odd(),
        waived: false,
        notes: vec![ODD.into()],
        seconds: 0.0,
        exchanges: vec![Arc::clone(&shown)],
        shown: Some(shown),
    };
    let silent = exchange(live, Err(NoAnswer::Missing(ODD.into())));
    Outcome {
        reports: vec![report("a/b", shown), report("a/c", silent)],
        overall: Overall::Failed,
        interrupted: false,
        slow_left_out: 0,
        unsound: odd(),
        seconds: 0.0,
        exchanges: 2,
    }
}

/// The characters of a page that are not seen, but for the ends of lines.
fn unseen(page: &Page) -> Vec<char> {
    page.to_string().chars().filter(|c| is_unseen(*c) && *c != '\n').collect()
}

#[test]
fn a_report_has_nothing_that_a_terminal_would_obey() {
    for verdict in Verdict::ALL {
        for unmask in [false, true] {
            let live = live();
            let outcome = outcome(&live, verdict);
            let page = text(&live, &outcome, Veil::new(&live, unmask), Style::Plain);
            assert_eq!(unseen(&page), Vec::<char>::new(), "{page}");
            assert!(page.to_string().contains(r"\u{1b}[2J\u{1b}]0;title\u{7}\rheld"), "{page}");
            let forged = page.to_string().lines().filter(|line| line.starts_with("  held\\u{9b}")).count();
            assert_eq!(forged, 0, "{page}");
            let page = Page::json(&json(&live, &outcome, Veil::new(&live, unmask)));
            assert_eq!(unseen(&page), Vec::<char>::new(), "{page}");
            let value: Value = serde_json::from_str(&page.to_string()).expect("it is JSON");
            assert_eq!(value["cases"][0]["saw"], ODD);
            assert_eq!(value["cases"][0]["exchanges"][0]["response"]["body"], ODD);
        }
    }
}

#[test]
fn colours_are_ours_alone() {
    let live = live();
    let page =
        text(&live, &outcome(&live, Verdict::Failed), Veil::new(&live, false), Style::Colour).to_string();
    let is_ours = |rest: &&str| ["[0m", "[1m", "[31m"].iter().any(|colour| rest.starts_with(colour));
    assert_eq!(page.split('\x1b').skip(1).find(|rest| !is_ours(rest)), None, "{page}");
    assert!(page.contains("\x1b[31m"), "{page}");
}

/// The words that a shell makes of a line of single quotes and `$'…'`.
fn words(line: &str) -> Vec<Vec<u8>> {
    let (mut words, mut word, mut bytes) = (Vec::new(), None::<Vec<u8>>, line.bytes().peekable());
    while let Some(byte) = bytes.next() {
        let dollar = byte == b'$' && bytes.peek() == Some(&b'\'');
        if dollar {
            bytes.next();
        }
        match byte {
            b' ' => words.extend(word.take()),
            b'\\' => word.get_or_insert_default().extend(bytes.next()),
            b'\'' | b'$' if dollar || byte == b'\'' => {
                let word = word.get_or_insert_default();
                while let Some(byte) = bytes.next().filter(|byte| *byte != b'\'') {
                    match (dollar && byte == b'\\').then(|| bytes.next()).flatten() {
                        None => word.push(byte),
                        Some(first @ b'0'..=b'7') => {
                            let rest = [bytes.next(), bytes.next()].map(Option::unwrap_or_default);
                            let octal = [first, rest[0], rest[1]]
                                .iter()
                                .fold(0, |sum, d| sum * 8 + u16::from(d - b'0'));
                            word.push(u8::try_from(octal).expect("a byte"));
                        }
                        Some(other) => word.push(other),
                    }
                }
            }
            other => word.get_or_insert_default().push(other),
        }
    }
    words.extend(word);
    words
}

#[test]
fn a_curl_line_sends_what_was_sent_and_is_seen() {
    let live = live();
    for text in [ODD, "it's $(x) `y` \\ \"z\"", "\\'\n'\\012'", "é\u{85}é", "\u{202e}1"] {
        let request =
            Request::post("http://h/t?x=\u{202e}\u{9b}", text.into()).header("X-Odd", text).method(text);
        let line = curl::curl(
            Veil::new(&live, true),
            &sent(&live, request.clone(), Err(NoAnswer::Missing(String::new()))),
            &request,
        )
        .line;
        assert_eq!(line.chars().find(|c| is_unseen(*c)), None, "{line}");
        let words = words(&line);
        let after = |flag: &str| {
            let at = words.iter().position(|word| word == flag.as_bytes()).expect("the flag is there");
            String::from_utf8_lossy(&words[at + 1]).into_owned()
        };
        assert_eq!(after("-X"), text, "{line}");
        assert_eq!(after("-H"), format!("X-Odd: {text}"), "{line}");
        assert_eq!(after("--data-raw"), text, "{line}");
        assert_eq!(words.last().map(Vec::as_slice), Some(&b"http://h/t?x=%E2%80%AE%C2%9B"[..]), "{line}");
    }
}
