//! The report for people.
//!
//! As it streams: what is wrong case by case, the other cases by family; then what the run settled of the server, what
//! shows each cause, and on the last screen the causes and the verdict. A file begins with these and has each case.

use std::collections::BTreeMap;

use oauth_rules::RuleId;

use crate::outcome::Verdict;
use crate::report::evidence::evidence;
use crate::report::style::is_folded;
use crate::report::summary::{about, causes, missing_keys, verdict};
use crate::report::{CaseReport, Event, Exchanges, Format, Layout, RunReport, Style};
use crate::visible::Page;

/// For people.
pub const TEXT: Format = Format {
    name: "text",
    about: "What is wrong as soon as it is found; at the end its causes and the verdict",
    file: Some("Writes the results as text to this file too: first causes and verdict, then each case"),
    exchanges: Exchanges::Shown,
    write: |event, style| match event {
        Event::CaseEnded { id, broken, verdict, .. } if style.layout.has_a_line(*verdict) => {
            case_ended(id, broken, *verdict, style)
        }
        Event::FamilyEnded { family, counts } if style.layout == Layout::Folded => {
            family_ended(family, counts, style)
        }
        Event::RunEnded(report) => ended(report, style),
        Event::RunBegan(_)
        | Event::CaseBegan { .. }
        | Event::Finding { .. }
        | Event::CaseEnded { .. }
        | Event::FamilyEnded { .. } => Page::new(),
    },
};

/// A part of the text; empty if there is nothing to say.
type Part = fn(&RunReport, Style) -> Page;

/// The parts of the text when the run ended, in order.
fn parts(layout: Layout) -> &'static [Part] {
    match layout {
        Layout::Folded => &[probed, evidence, about, causes, missing_keys, verdict],
        Layout::Each => &[probed, remarks, evidence, about, causes, missing_keys, verdict],
        Layout::Whole => &[causes, missing_keys, verdict, about, probed, cases, evidence],
    }
}

fn case_ended(case: &str, broken: &[RuleId], verdict: Verdict, style: Style) -> Page {
    let mut out = Page::new();
    headline(&mut out, case, verdict, style);
    let broken: Vec<&str> = broken.iter().map(|rule| rule.id()).collect();
    let rules = if broken.is_empty() { String::new() } else { format!("  ({})", broken.join(", ")) };
    line!(out, "{rules}");
    out
}

/// How many cases of a family have no line of their own.
fn family_ended(family: &str, counts: &BTreeMap<Verdict, usize>, style: Style) -> Page {
    let mut out = Page::new();
    for (verdict, count) in counts.iter().filter(|(verdict, _)| is_folded(**verdict)) {
        headline(&mut out, family, *verdict, style);
        line!(out, " ({count})");
    }
    out
}

/// A verdict and whose it is, without the end of the line.
fn headline(out: &mut Page, id: &str, verdict: Verdict, style: Style) {
    style.paint(out, verdict, format_args!("{:<11}", verdict.word()));
    out.put(format_args!(" {id}"));
}

fn ended(report: &RunReport, style: Style) -> Page {
    let mut out = Page::new();
    // Before what streams at the end stand the lines of the cases.
    let mut is_first = style.layout == Layout::Whole;
    for part in parts(style.layout) {
        let page = part(report, style);
        if page.is_empty() {
            continue;
        }
        if !std::mem::take(&mut is_first) {
            line!(out, "");
        }
        out.append(&page);
    }
    out
}

/// What the run settled of the server.
fn probed(report: &RunReport, _: Style) -> Page {
    let mut out = Page::of("the server, as the cases saw it");
    for (about, said) in report.probed.lines() {
        line!(out, "  {about:<19} {said}");
    }
    out
}

/// What there is to say of cases in which nothing is wrong.
fn remarks(report: &RunReport, style: Style) -> Page {
    told(report, style, |case| match case.verdict {
        Verdict::Held => !case.notes.is_empty(),
        Verdict::NotOffered => case.reason.is_some(),
        Verdict::Failed | Verdict::Warned | Verdict::NotTested | Verdict::Errored => false,
    })
}

/// Each case, with what there is to say of it.
fn cases(report: &RunReport, style: Style) -> Page {
    told(report, style, |_| true)
}

/// A line for each of these cases, with the reason why it was not tried, and its remarks.
fn told(report: &RunReport, style: Style, is_told: fn(&CaseReport) -> bool) -> Page {
    let mut out = Page::new();
    for case in report.cases.iter().filter(|case| is_told(case)) {
        headline(&mut out, &case.id, case.verdict, style);
        let why = case.reason.as_deref().map(|why| format!("  ({why})")).unwrap_or_default();
        line!(out, "{why}");
        for note in &case.notes {
            line!(out, "              {note}");
        }
    }
    out
}
