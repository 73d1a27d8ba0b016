//! What is one cause, what looks like one defect, and how much of it the last screen has.

use oauth_rules::{RuleId, rules};

use super::{exchange, live, odd_outcome, outcome, sent};
use crate::case::RunState;
use crate::outcome::{CaseOutcome, Outcome, Verdict};
use crate::report::{Event, Exchanges, Layout, RunReport, Style, TEXT, Wants};
use crate::wire::{NoAnswer, Request, Response};

const ONCE: &[RuleId] = rules!["rfc6749-4.1.2-code-single-use", "rfc9700-4.2.4-code-single-use"];
const AT_ONCE: &[RuleId] =
    rules!["rfc6749-4.1.2-code-single-use-concurrent", "rfc9700-4.2.4-code-single-use"];
const ITS_CLIENT: &[RuleId] = rules!["rfc6749-4.1.3-code-bound-to-client"];

/// What a case found: rules, what it saw, and whether something was granted.
type Found<'t> = (&'t [RuleId], &'t str, bool);

/// Two cases that failed at one address.
fn failed(live: &RunState, found: [Found<'_>; 2]) -> Outcome {
    let mut outcome = odd_outcome(live, Verdict::Failed);
    let findings = outcome.cases.iter_mut().flat_map(|case| &mut case.findings);
    for (finding, (rules, saw, granted)) in findings.zip(found) {
        finding.rules = rules.to_vec();
        finding.saw = Some(saw.into());
        finding.granted = granted;
    }
    outcome
}

#[test]
fn what_broke_one_rule_by_one_answer_is_one_cause() {
    const TOKEN: &str = "status 200, JSON with access_token";
    const FOR_IT: &str = "a token for the code that exchange 4 had redeemed";
    let live = live();
    for (one, other, causes) in [
        ((ONCE, TOKEN, true), (ONCE, FOR_IT, true), 1),
        ((ONCE, TOKEN, true), (AT_ONCE, FOR_IT, true), 1),
        ((ONCE, TOKEN, true), (ITS_CLIENT, TOKEN, true), 2),
        ((ONCE, TOKEN, false), (ONCE, FOR_IT, false), 2),
        ((ONCE, TOKEN, true), (ONCE, "status 400, text/html", false), 2),
        ((ONCE, "error \"a\"", false), (AT_ONCE, "error \"b\"", false), 1),
        ((ONCE, "a page that says \"a\"", false), (ONCE, "a page that says \"b\"", false), 1),
    ] {
        let report = RunReport::new(&live, &failed(&live, [one, other]), Wants::default());
        assert_eq!(report.causes.len(), causes, "{one:?} {other:?}");
        let told: Vec<RuleId> = report.causes.iter().flat_map(|cause| cause.rules.clone()).collect();
        assert!(one.0.iter().chain(other.0).all(|rule| told.contains(rule)), "{told:?}");
    }
}

/// The last screen of a report, and what stands above it.
fn text_of(live: &RunState, outcome: &Outcome, layout: Layout) -> String {
    let report = RunReport::new(live, outcome, Wants { exchanges: Exchanges::Shown, ..Wants::default() });
    (TEXT.write)(&Event::RunEnded(&report), Style { layout, ..Style::default() }).to_string()
}

#[test]
fn what_looks_like_one_defect_is_told_together_with_its_further_rules() {
    const PAGE: &str = "status 400, text/html";
    let live = live();
    let also = |outcome: &Outcome| {
        let page = text_of(&live, outcome, Layout::Folded);
        page.lines().find_map(|line| line.strip_prefix("  ")?.strip_suffix(", in a/c").map(str::to_owned))
    };
    let mut granted = failed(&live, [(ONCE, "a token", true), (ITS_CLIENT, "another token", true)]);
    let against = "against rfc6749-4.1.3-code-bound-to-client (MUST)";
    assert_eq!(also(&granted), Some(format!("granted there too, {against}")));
    let elsewhere = sent(&live, Request::get("http://h/a"), Err(NoAnswer::Missing(String::new())));
    granted.cases[1].findings[0].evidence = Some(elsewhere);
    assert_eq!(also(&granted), None, "another address");
    let alike = failed(&live, [(ONCE, PAGE, false), (ITS_CLIENT, PAGE, false)]);
    assert_eq!(also(&alike), Some(format!("seen alike there, {against}")));
    let other = failed(&live, [(ONCE, "error \"a\"", false), (ITS_CLIENT, "error \"b\"", false)]);
    assert_eq!(also(&other), None, "another error code");
}

#[test]
fn what_one_answer_leaves_open_is_told_together() {
    let live = live();
    let mut outcome = odd_outcome(&live, Verdict::NotTested);
    for case in &mut outcome.cases {
        let response = Response { status: 400, headers: Vec::new(), body: b"{\"error\":\"a\"}".to_vec() };
        for finding in &mut case.findings {
            finding.saw = None;
            finding.reason = Some(format!("the control of {} failed", case.id));
            finding.evidence = Some(exchange(&live, Ok(response.clone())));
        }
    }
    let page = text_of(&live, &outcome, Layout::Folded);
    let told = page.lines().filter(|line| *line == "  answered alike there, which leaves more open, in a/c");
    assert_eq!(told.count(), 1, "{page}");
}

#[test]
fn what_does_not_fit_on_the_screen_is_counted_and_told_to_whoever_asks() {
    let live = live();
    let mut outcome = odd_outcome(&live, Verdict::Failed);
    let one = outcome.cases.remove(0);
    let another = |at: usize| {
        let mut case = CaseOutcome { id: format!("a/{at}"), ..one.clone() };
        case.findings.iter_mut().for_each(|finding| finding.saw = Some(format!("answer {at}")));
        case
    };
    outcome.cases = (0..80).map(another).collect();
    for (layout, lines, left) in [
        (Layout::Folded, 25, Some("and 50 failed more: above, and here with -v")),
        (Layout::Each, 75, None),
        (Layout::Whole, 25, Some("and 50 failed more: below")),
    ] {
        let page = text_of(&live, &outcome, layout);
        let told =
            page.lines().filter(|line| line.starts_with("failed      a/") && line.contains(": answer "));
        assert_eq!(told.count(), lines, "{page}");
        assert_eq!(page.lines().find(|line| line.starts_with("and ")), left, "{page}");
    }
}

#[test]
fn a_body_of_which_nothing_is_left_to_read_is_said_to_be_masked() {
    let live = live();
    for (body, is_told) in [(&b"\x1f\x8b\x08\0\0\0\0\0\0\x03"[..], true), (&b"as it is"[..], false)] {
        let response = Response { status: 200, headers: Vec::new(), body: body.to_vec() };
        let exchanges = [exchange(&live, Ok(response.clone())), exchange(&live, Ok(response))];
        let page = text_of(&live, &outcome("it", Verdict::Failed, exchanges), Layout::Folded);
        assert_eq!(page.contains("    < (the whole body is masked"), is_told, "{page}");
    }
}
