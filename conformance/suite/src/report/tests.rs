//! Nothing that a terminal would obey is in a report and no secret, wherever a server puts it.

mod causes;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use oauth_rules::{Level, RuleId, rules};
use serde_json::Value;

use super::curl::curl;
use super::veil::Veil;
use super::{
    Event, Exchanges, FORMATS, Format, JSON, Layout, RunBegan, RunReport, Secrets, Style, TEXT, Wants,
};
use crate::case::{Profile, RunState};
use crate::outcome::{CaseOutcome, Finding, Outcome, Overall, Verdict};
use crate::secrets::Kind;
use crate::subject::{FileKey, Need, read_text};
use crate::visible::{Page, is_unseen};
use crate::wire::http::{Settings, Wire};
use crate::wire::{Actor, Clock, Exchange, Moment, NoAnswer, Request, Response};

/// Clears the screen, sets the title, forges a line, turns the rest around, hides itself.
const ODD: &str = "\x1b[2J\x1b]0;title\x07\rheld\n  held\u{9b}31m\u{202e}\u{2066}\u{200b}\u{feff}\u{2028}\u{ad}\u{e0041}\x7fend";
const TARGET: &str = "issuer = \"http://h\"\n[endpoints]\nauthorization = \"http://h/a\"\ntoken = \"http://h/t\"\n\
                      [public_client]\nid = \"c\"\nredirect_uri = \"http://h/cb\"\n";

fn live() -> RunState {
    named(format!("name {ODD}"))
}

fn named(name: String) -> RunState {
    let mut target = read_text("t.toml", TARGET, &|_| None).expect("the file is good");
    target.name = name;
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

fn odd_outcome(live: &RunState, verdict: Verdict) -> Outcome {
    let response = Response { status: 418, headers: vec![("x-odd".into(), ODD.into())], body: ODD.into() };
    let exchanges = [exchange(live, Ok(response)), exchange(live, Err(NoAnswer::Missing(ODD.into())))];
    outcome(ODD, verdict, exchanges)
}

/// Two cases that say this text wherever they say something.
fn outcome(text: &str, verdict: Verdict, [answered, silent]: [Arc<Exchange>; 2]) -> Outcome {
    let said = || Some(text.to_owned());
    let case = |id: &str, shown: Arc<Exchange>| CaseOutcome {
        id: id.into(),
        about: "about".into(),
        rules: Vec::new(),
        level: Level::Must,
        verdict,
        findings: vec![Finding {
            rules: Vec::new(),
            verdict,
            variant: None,
            expected: said(),
            saw: said(),
            reason: said(),
            evidence: Some(Arc::clone(&shown)),
            before: None,
            granted: false,
            lacks: Vec::new(),
        }],
        waived: false,
        notes: vec![text.into()],
        seconds: 0.0,
        exchanges: vec![shown],
    };
    Outcome {
        cases: vec![case("a/b", answered), case("a/c", silent)],
        overall: Overall::Failed,
        interrupted: false,
        slow_left_out: 0,
        unsound: said(),
        seconds: 0.0,
        exchanges: 2,
    }
}

/// The characters of a page that are not seen, but for the ends of lines.
fn unseen(page: &Page) -> Vec<char> {
    page.to_string().chars().filter(|c| is_unseen(*c) && *c != '\n').collect()
}

/// All that a format writes of a run.
fn pages(live: &RunState, outcome: &Outcome, secrets: Secrets, (format, style): (&Format, Style)) -> Page {
    let write = format.write;
    let wants = Wants { secrets, exchanges: Exchanges::All };
    let (began, report) = (RunBegan::new(live, 2, wants), RunReport::new(live, outcome, wants));
    let mut page = write(&Event::RunBegan(&began), style);
    for (at, CaseOutcome { id, rules, verdict, seconds, .. }) in outcome.cases.iter().enumerate() {
        let broken: &[RuleId] = if verdict.is_break() { rules } else { &[] };
        page.append(&write(&Event::CaseBegan { number: at + 1, of: 2, id }, style));
        page.append(&write(&Event::Finding { case: id, rules, verdict: *verdict }, style));
        page.append(&write(&Event::CaseEnded { id, broken, verdict: *verdict, seconds: *seconds }, style));
        let counts = BTreeMap::from([(*verdict, 1)]);
        page.append(&write(&Event::FamilyEnded { family: id, counts: &counts }, style));
    }
    page.append(&write(&Event::RunEnded(&report), style));
    page
}

/// Every format in every layout.
fn ways() -> impl Iterator<Item = (&'static Format, Style)> {
    let style = |layout| Style { layout, ..Style::default() };
    FORMATS.iter().flat_map(move |format| Layout::ALL.map(|layout| (format, style(layout))))
}

/// Looks at a page.
type Look = fn(&str);

/// What holds of the pages of one format beside what holds of all.
const OF_ONE: &[(&str, Look)] =
    &[(TEXT.name, has_no_line_that_a_server_wrote), (JSON.name, gives_the_text_back)];

fn has_no_line_that_a_server_wrote(page: &str) {
    assert!(page.contains(r"\u{1b}[2J\u{1b}]0;title\u{7}\rheld"), "{page}");
    let forged = page.lines().filter(|line| line.starts_with("  held\\u{9b}")).count();
    assert_eq!(forged, 0, "{page}");
}

fn gives_the_text_back(page: &str) {
    let value: Value = serde_json::from_str(page).expect("it is JSON");
    assert_eq!(value["cases"][0]["findings"][0]["saw"], ODD);
    assert_eq!(value["cases"][0]["exchanges"][0]["response"]["body"], ODD);
}

#[test]
fn a_report_has_nothing_that_a_terminal_would_obey() {
    for ((format, style), verdict) in ways().flat_map(|way| Verdict::ALL.map(|verdict| (way, verdict))) {
        for secrets in [Secrets::Covered, Secrets::Shown] {
            let live = live();
            let page = pages(&live, &odd_outcome(&live, verdict), secrets, (format, style));
            assert_eq!(unseen(&page), Vec::<char>::new(), "{}: {page}", format.name);
            for (_, judge) in OF_ONE.iter().filter(|(name, _)| *name == format.name) {
                judge(&page.to_string());
            }
        }
    }
}

/// Words, so that nobody sees that it is a secret before it is named as one.
const LATE: &str = "a late canary sings";

/// An exchange that has a text wherever it has any.
fn saying(live: &RunState, text: &str, answer: Result<Response, NoAnswer>) -> Arc<Exchange> {
    let request = Request::post(format!("http://h/t?x={}", text.replace(' ', "%20")), text.into())
        .header("X-Said", text);
    sent(live, request, answer)
}

#[test]
fn a_secret_that_was_learnt_last_is_in_no_report_and_shown_to_whoever_asks() {
    let spellings = [LATE.to_owned(), LATE.replace(' ', "%20")];
    for verdict in Verdict::ALL {
        let live = named(format!("at {LATE}"));
        let response =
            Response { status: 400, headers: vec![("x-said".into(), LATE.into())], body: LATE.into() };
        let exchanges = [
            saying(&live, LATE, Ok(response)),
            saying(&live, LATE, Err(NoAnswer::Missing(format!("it says {LATE}")))),
        ];
        let outcome = outcome(&format!("there is {LATE}."), verdict, exchanges);
        let before = pages(&live, &outcome, Secrets::Covered, (&TEXT, Style::default())).to_string();
        assert!(before.contains(LATE), "nobody knew it: {before}");
        live.vault.learn(Kind::Token, LATE, "a later case");
        let stand_in = live.vault.secret(Kind::Token, LATE);
        for (format, style) in ways() {
            let covered = pages(&live, &outcome, Secrets::Covered, (format, style)).to_string();
            for spelling in &spellings {
                assert!(!covered.contains(spelling.as_str()), "{spelling} in {}: {covered}", format.name);
            }
            let shown = pages(&live, &outcome, Secrets::Shown, (format, style)).to_string();
            assert!(shown.contains(LATE) && covered.contains(&stand_in), "{}: {covered}{shown}", format.name);
        }
    }
}

#[test]
fn colours_are_ours_alone() {
    let live = live();
    let wants = Wants { exchanges: Exchanges::Shown, ..Wants::default() };
    let report = RunReport::new(&live, &odd_outcome(&live, Verdict::Failed), wants);
    let page = (TEXT.write)(&Event::RunEnded(&report), Style { coloured: true, ..Style::default() });
    let page = page.to_string();
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
        let line = curl(
            Veil::new(&live, Secrets::Shown),
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

#[test]
fn what_the_query_of_an_endpoint_says_is_in_no_report() {
    const VALUES: [&str; 5] = ["Zq7w0Rd", "main-tenant-Zq7", "Zq7%2Fb", "Zq7/b", "Zq7bare"];
    let text = TARGET
        .replace("http://h/t\"", "http://h/t?key=Zq7w0Rd&tenant=main-tenant-Zq7&Zq7bare&d=Zq7%2Fb\"")
        .replace("http://h/a\"", "http://h/a?key=Zq7w0Rd\"");
    let mut target = read_text("t.toml", &text, &|_| None).expect("an endpoint may have a query");
    target.issuer = None;
    target.name = target.endpoints.authorization.clone();
    let (url, name) = (target.endpoints.token.clone(), target.name.clone());
    let wire = Wire::new(&Settings::default()).expect("HTTP works");
    let live = RunState::new(target, wire, Clock::Real, Profile::Rfc9700, 7);
    let request = Request::post(&url, b"a=b".to_vec());
    let response =
        Response { status: 302, headers: vec![("location".into(), url.clone())], body: url.clone().into() };
    let exchanges = [
        sent(&live, request.clone(), Ok(response)),
        sent(&live, request, Err(NoAnswer::Missing(format!("no answer from {url}")))),
    ];
    let outcome = outcome(&format!("{url} and {name}"), Verdict::Failed, exchanges);
    for (format, style) in ways() {
        let shown = pages(&live, &outcome, Secrets::Shown, (format, style)).to_string();
        assert!(VALUES[..2].iter().all(|value| shown.contains(value)), "the control: {shown}");
        let covered = pages(&live, &outcome, Secrets::Covered, (format, style)).to_string();
        assert!(covered.contains("http://h/t?key="), "{covered}");
        for value in VALUES {
            assert!(!covered.contains(value), "{value} in {} of {}", covered, format.name);
        }
    }
}

#[test]
fn of_a_long_name_only_its_beginning_and_its_end_are_told() {
    let live = named("n".repeat(1 << 20));
    let wants = Wants { secrets: Secrets::Covered, exchanges: Exchanges::All };
    assert_eq!(RunBegan::new(&live, 2, wants).target.chars().count(), 201);
}

#[test]
fn of_a_run_that_was_interrupted_the_exchanges_are_told_that_show_why() {
    let live = live();
    let more = exchange(&live, Err(NoAnswer::Missing("nothing".into())));
    let mut outcome = odd_outcome(&live, Verdict::Failed);
    let deciding = outcome.cases[0].exchanges[0].number;
    outcome.cases[0].exchanges.push(Arc::clone(&more));
    let numbers = |outcome: &Outcome| -> Vec<u64> {
        let wants = Wants { secrets: Secrets::Covered, exchanges: Exchanges::All };
        let report = RunReport::new(&live, outcome, wants);
        report.cases[0].exchanges.iter().map(|exchange| exchange.number).collect()
    };
    assert_eq!(numbers(&outcome), [deciding, more.number]);
    outcome.interrupted = true;
    assert_eq!(numbers(&outcome), [deciding]);
}

#[test]
fn a_key_that_is_missing_is_told_once_with_what_it_costs() {
    const ADD: &str = "[second_user] with name and password";
    let live = live();
    let mut outcome = odd_outcome(&live, Verdict::NotTested);
    for finding in outcome.cases.iter_mut().flat_map(|case| &mut case.findings) {
        finding.rules = rules!["rfc6749-4.1.2-code-single-use"].to_vec();
        finding.lacks = vec![FileKey::Need(Need::SecondUser)];
    }
    let report = RunReport::new(&live, &outcome, Wants::default());
    for layout in Layout::ALL {
        let style = Style { layout, ..Style::default() };
        let page = (TEXT.write)(&Event::RunEnded(&report), style).to_string();
        let line = format!("  second_user  2 cases not tested; would judge 1 rule (1 MUST) of a: add {ADD}");
        assert_eq!(page.lines().filter(|told| *told == line).count(), 1, "{page}");
        assert!(!page.contains("causes, worst first"), "{page}");
    }
    let json = serde_json::to_value(&report).expect("its keys are texts");
    let key = &json["missing_keys"][0];
    assert_eq!(key["key"], "second_user");
    assert_eq!(key["add"], ADD);
    assert_eq!(key["cases"], serde_json::json!(["a/b", "a/c"]));
    assert_eq!(key["rules"], serde_json::json!(["rfc6749-4.1.2-code-single-use"]));
    assert_eq!(json["causes"][0]["cases"], key["cases"], "programs have it among the causes, too");
}

#[test]
fn a_text_that_streams_ends_with_the_verdict_and_a_file_begins_with_what_is_wrong() {
    let live = live();
    let report = RunReport::new(&live, &odd_outcome(&live, Verdict::Failed), Wants::default());
    for (layout, first, last) in [
        (Layout::Folded, "", "failed: of 2 cases, 2 failed, "),
        (Layout::Each, "", "failed: of 2 cases, 2 failed, "),
        (Layout::Whole, "causes, worst first; below", "  note      "),
    ] {
        let style = Style { layout, ..Style::default() };
        let page = (TEXT.write)(&Event::RunEnded(&report), style).to_string();
        let lines: Vec<&str> = page.lines().collect();
        assert!(lines[0].starts_with(first), "{layout:?}: {page}");
        assert!(lines[lines.len() - 1].starts_with(last), "{layout:?}: {page}");
        let at = |begins: &str| lines.iter().position(|line| line.starts_with(begins));
        assert!(at("causes, worst first") < at("failed: "), "{layout:?}: {page}");
    }
}

#[test]
fn what_was_granted_comes_before_what_was_only_worded_otherwise() {
    let live = live();
    let mut outcome = odd_outcome(&live, Verdict::Failed);
    outcome.cases[1].findings[0].saw = Some("a token".into());
    let first = |outcome: &Outcome| RunReport::new(&live, outcome, Wants::default()).causes[0].cases.clone();
    assert_eq!(first(&outcome), ["a/b"], "of equals the one that was found first");
    outcome.cases[1].findings[0].granted = true;
    assert_eq!(first(&outcome), ["a/c"]);
}
