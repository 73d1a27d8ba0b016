//! The report for people: a line for each case as it ends; then what the run settled of the server, and what there is to
//! say of cases, in reading order, with the exchange that shows what is wrong; then the sum.

use std::fmt;

use anstyle::AnsiColor::{Green, Magenta, Red, Yellow};
use oauth_rules::RuleId;

use crate::case_end::under_variant;
use crate::outcome::{Overall, Verdict};
use crate::report::{Body, Cause, Event, ExchangeReport, Exchanges, Format, RunReport, level_word};
use crate::visible::Page;

/// For people.
pub const TEXT: Format = Format {
    name: "text",
    about: "A line for each case as it ends, then what is wrong, then the sum",
    file: None,
    exchanges: Exchanges::Shown,
    write: |event, style| match event {
        Event::CaseEnded { id, broken, verdict, .. } => case_ended(id, broken, *verdict, style),
        Event::RunEnded(report) => ended(report, style),
        Event::RunBegan(_) | Event::CaseBegan { .. } | Event::Finding { .. } => Page::new(),
    },
};

/// The longest body that is shown whole.
const BODY: usize = 1200;

/// Whether colours are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Text alone.
    Plain,
    /// With ANSI colours.
    Colour,
}

impl Style {
    fn paint(self, page: &mut Page, verdict: Verdict, text: fmt::Arguments<'_>) {
        let colour = match verdict {
            Verdict::Held => Green.on_default(),
            Verdict::Failed => Red.on_default().bold(),
            Verdict::Warned => Yellow.on_default(),
            Verdict::NotOffered => anstyle::Style::new().dimmed(),
            Verdict::NotTested | Verdict::Errored => Magenta.on_default(),
        };
        page.styled(if self == Self::Colour { colour } else { anstyle::Style::new() }, text);
    }
}

macro_rules! line {
    ($out:expr, $($argument:tt)*) => { $out.line(format_args!($($argument)*)) };
}

fn case_ended(case: &str, broken: &[RuleId], verdict: Verdict, style: Style) -> Page {
    let mut out = Page::new();
    headline(&mut out, case, verdict, style);
    let broken: Vec<&str> = broken.iter().map(|rule| rule.id()).collect();
    let rules = if broken.is_empty() { String::new() } else { format!("  ({})", broken.join(", ")) };
    line!(out, "{rules}");
    out
}

/// A verdict and whose it is, without the end of the line.
fn headline(out: &mut Page, id: &str, verdict: Verdict, style: Style) {
    style.paint(out, verdict, format_args!("{:<11}", verdict.word()));
    out.put(format_args!(" {id}"));
}

fn ended(report: &RunReport, style: Style) -> Page {
    let mut out = Page::new();
    probed(&mut out, report);
    remarks(&mut out, report, style);
    for cause in &report.causes {
        details(&mut out, report, cause, style);
    }
    sum(&mut out, report, style);
    out
}

/// What the run settled of the server.
fn probed(out: &mut Page, report: &RunReport) {
    line!(out, "");
    line!(out, "the server, as the cases saw it");
    for (about, said) in report.probed.lines() {
        line!(out, "  {about:<19} {said}");
    }
}

/// What there is to say of cases in which nothing is wrong.
fn remarks(out: &mut Page, report: &RunReport, style: Style) {
    let mut first = true;
    for case in &report.cases {
        let (why, notes) = match case.verdict {
            Verdict::Held => (None, case.notes.as_slice()),
            Verdict::NotOffered => (case.reason.as_deref(), &[][..]),
            Verdict::Failed | Verdict::Warned | Verdict::NotTested | Verdict::Errored => continue,
        };
        if why.is_none() && notes.is_empty() {
            continue;
        }
        if std::mem::take(&mut first) {
            line!(out, "");
        }
        headline(out, &case.id, case.verdict, style);
        line!(out, "{}", why.map(|why| format!("  ({why})")).unwrap_or_default());
        for note in notes {
            line!(out, "              {note}");
        }
    }
}

/// A cause, by the first finding that tells of it.
fn details(out: &mut Page, report: &RunReport, cause: &Cause, style: Style) {
    let Some((case, finding)) = report.first(cause) else { return };
    line!(out, "");
    style.paint(out, cause.verdict, format_args!("{}", cause.verdict.word()));
    line!(out, " {}", case.id);
    line!(out, "  {}", case.about);
    // What a server could not answer is no rule's matter.
    let judged = finding.rules.iter().filter(|_| cause.verdict != Verdict::Errored);
    for rule in judged {
        let rule = rule.get();
        line!(out, "  {} ({}, section {}, {})", rule.id, rule.spec, rule.section, level_word(rule.level));
        line!(out, "    {}", rule.summary);
    }
    let said = [("expected", &finding.expected), ("saw", &finding.saw), ("reason", &finding.reason)];
    for (name, text) in said {
        if let Some(text) = text {
            let variant = finding.variant.as_deref().filter(|_| name != "expected");
            line!(out, "  {name:<9} {}", under_variant(variant, text));
        }
    }
    for (id, variants) in touched(report, cause) {
        let when =
            if variants.is_empty() { String::new() } else { format!(", when {}", variants.join("; ")) };
        line!(out, "  also      {id}{when}");
    }
    for note in &case.notes {
        line!(out, "  note      {note}");
    }
    if let Some(exchange) = &finding.understood_by {
        evidence(out, "after exchange", exchange, 0);
    }
    if let Some(exchange) = &finding.evidence {
        evidence(out, "exchange", exchange, case.exchange_count);
    }
}

/// The cases that tell of a cause after its first finding, each once, with the variations in which they met it.
fn touched<'r>(report: &'r RunReport, cause: &Cause) -> Vec<(&'r str, Vec<&'r str>)> {
    let mut cases: Vec<(&str, Vec<&str>)> = Vec::new();
    for (case, finding) in cause.findings.iter().skip(1).filter_map(|at| report.find(*at)) {
        if cases.last().is_none_or(|(id, _)| *id != case.id) {
            cases.push((&case.id, Vec::new()));
        }
        if let (Some((_, variants)), Some(variant)) = (cases.last_mut(), &finding.variant) {
            variants.push(variant);
        }
    }
    cases
}

fn evidence(out: &mut Page, name: &str, exchange: &ExchangeReport, of: usize) {
    let of = if of == 0 { String::new() } else { format!(" (one of the case's {of})") };
    line!(out, "  {name} {} by the {}{of}", exchange.number, exchange.who);
    let request = &exchange.request;
    line!(out, "    > {} {}", request.method, request.url);
    message(out, '>', &request.headers, &request.body);
    if let Some(response) = &exchange.response {
        line!(out, "    < {}", response.status);
        message(out, '<', &response.headers, &response.body);
    }
    if let Some(fault) = &exchange.fault {
        line!(out, "    < {fault}");
    }
    line!(out, "  to send it again");
    for (variable, origin) in &exchange.variables {
        line!(out, "    # {variable} is {origin}");
    }
    line!(out, "    {}", exchange.curl);
}

fn message(out: &mut Page, mark: char, headers: &[(String, String)], body: &Body) {
    for (name, value) in headers {
        line!(out, "    {mark} {name}: {value}");
    }
    let shown = body.shown();
    if shown.is_empty() && body.bytes.is_none() {
        return;
    }
    line!(out, "    {mark}");
    let text = String::from_utf8_lossy(&shown);
    let cut: String = text.chars().take(BODY).collect();
    for part in cut.trim_end().lines() {
        line!(out, "    {mark} {part}");
    }
    if cut.len() < text.len() || body.bytes.is_some() {
        line!(out, "    {mark} … ({} bytes in all)", body.bytes.unwrap_or(shown.len()));
    }
}

/// The causes of what failed, a line for each, worst first.
fn failed(out: &mut Page, report: &RunReport, style: Style) {
    let failed = report.causes.iter().filter(|cause| cause.verdict == Verdict::Failed);
    for (at, cause) in failed.enumerate() {
        if at == 0 {
            line!(out, "");
        }
        let rules: Vec<&str> = cause.rules.iter().map(|rule| rule.id()).collect();
        style.paint(out, cause.verdict, format_args!("{}", cause.verdict.word()));
        line!(out, " {}", rules.join(", "));
        line!(out, "       {}: {}", cause.cases.join(", "), cause.says);
    }
    line!(out, "");
}

fn sum(out: &mut Page, report: &RunReport, style: Style) {
    line!(out, "");
    if let Some(reason) = &report.unsound {
        line!(out, "the sanity case did not hold after the last case: {reason}");
    }
    if report.interrupted {
        line!(out, "interrupted: the cases that were left are not listed");
    }
    let began = &report.began;
    line!(
        out,
        "target {} at {}, profile {}, seed {}, {} exchanges, {:.1} s",
        began.target,
        began.address,
        began.profile,
        began.seed,
        report.exchanges,
        report.seconds
    );
    match report.slow_left_out {
        0 => {}
        1 => line!(out, "1 slow case was left out; --slow runs it"),
        count => line!(out, "{count} slow cases were left out; --slow runs them"),
    }
    let (held, judged) = report.rules();
    if judged > 0 {
        line!(out, "rules: {held} held of {judged} judged");
    }
    failed(out, report, style);
    let colour = match report.verdict {
        Overall::Held => Verdict::Held,
        Overall::Failed => Verdict::Failed,
        Overall::Incomplete => Verdict::Errored,
    };
    let counts: Vec<String> =
        report.counts.iter().map(|(verdict, count)| format!("{count} {}", verdict.word())).collect();
    style.paint(out, colour, format_args!("{}", report.verdict.word()));
    line!(out, ": {}; {} waived by the target file", counts.join(", "), report.waived);
}
