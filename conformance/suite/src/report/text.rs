//! The report for people: the cases by area, then what is wrong with the exchange that shows it, then the sum.

use std::collections::BTreeMap;
use std::fmt;

use anstyle::AnsiColor::{Green, Magenta, Red, Yellow};
use oauth_rules::RuleId;

use crate::case::RunState;
use crate::report::{Veil, curl, level_word};
use crate::run::{Outcome, Report, Verdict};
use crate::visible::Page;
use crate::wire::Exchange;

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

/// The report of a run as text.
#[must_use]
pub fn text(live: &RunState, outcome: &Outcome, veil: Veil<'_>, style: Style) -> Page {
    let mut out = Page::new();
    areas(&mut out, outcome, veil, style);
    for verdict in [Verdict::Failed, Verdict::Warned, Verdict::Errored, Verdict::NotTested] {
        for report in outcome.reports.iter().filter(|report| report.verdict == verdict) {
            details(&mut out, report, veil, style);
        }
    }
    sum(&mut out, live, outcome, veil, style);
    out
}

macro_rules! line {
    ($out:expr, $($argument:tt)*) => { $out.line(format_args!($($argument)*)) };
}

fn areas(out: &mut Page, outcome: &Outcome, veil: Veil<'_>, style: Style) {
    let mut area = "";
    for report in &outcome.reports {
        let (own, name) = report.id.split_once('/').unwrap_or(("", &report.id));
        if own != area {
            if !area.is_empty() {
                line!(out, "");
            }
            line!(out, "{own}");
            area = own;
        }
        let why = match report.verdict {
            Verdict::NotOffered => {
                report.reason.as_deref().map(|reason| format!("  ({})", veil.text(reason)))
            }
            Verdict::Held | Verdict::Failed | Verdict::Warned | Verdict::NotTested | Verdict::Errored => None,
        };
        out.put(format_args!("  "));
        style.paint(out, report.verdict, format_args!("{:<11}", report.verdict.word()));
        line!(out, " {name}{}", why.unwrap_or_default());
        if report.verdict == Verdict::Held {
            for note in &report.notes {
                line!(out, "              {}", veil.text(note));
            }
        }
    }
}

fn details(out: &mut Page, report: &Report, veil: Veil<'_>, style: Style) {
    line!(out, "");
    style.paint(out, report.verdict, format_args!("{}", report.verdict.word()));
    line!(out, " {}", report.id);
    line!(out, "  {}", report.about);
    for rule in &report.rules {
        let rule = rule.get();
        line!(out, "  {} ({}, section {}, {})", rule.id, rule.spec, rule.section, level_word(rule.level));
        line!(out, "    {}", rule.summary);
    }
    let mut field = |name: &str, text: &Option<String>| {
        if let Some(text) = text {
            line!(out, "  {name:<9} {}", veil.text(text));
        }
    };
    field("expected", &report.expected);
    field("saw", &report.saw);
    field("reason", &report.reason);
    for note in &report.notes {
        line!(out, "  note      {}", veil.text(note));
    }
    if let Some(exchange) = &report.shown {
        shown(out, exchange, report.exchanges.len(), veil);
    }
}

fn shown(out: &mut Page, exchange: &Exchange, of: usize, veil: Veil<'_>) {
    let of = if of == 0 { String::new() } else { format!(" (one of the case's {of})") };
    line!(out, "  exchange {} by the {}{of}", exchange.number, exchange.who.word());
    let request = veil.request(&exchange.request);
    line!(out, "    > {} {}", request.method, request.url);
    message(out, '>', &request.headers, &request.body, exchange.whole.request);
    if let Some(response) = exchange.head() {
        let response = veil.response(response);
        line!(out, "    < {}", response.status);
        message(out, '<', &response.headers, &response.body, exchange.whole.response);
    }
    if let Err(fault) = &exchange.answer {
        line!(out, "    < {}", veil.text(&fault.to_string()));
    }
    let curl = curl::curl(veil, exchange, &request);
    line!(out, "  to send it again");
    for (variable, origin) in &curl.variables {
        line!(out, "    # {variable} is {origin}");
    }
    line!(out, "    {}", curl.line);
}

/// `whole` is how many bytes the body has, if this is only its beginning.
fn message(out: &mut Page, mark: char, headers: &[(String, String)], body: &[u8], whole: Option<usize>) {
    for (name, value) in headers {
        line!(out, "    {mark} {name}: {value}");
    }
    if body.is_empty() && whole.is_none() {
        return;
    }
    line!(out, "    {mark}");
    let text = String::from_utf8_lossy(body);
    let cut: String = text.chars().take(BODY).collect();
    for part in cut.trim_end().lines() {
        line!(out, "    {mark} {part}");
    }
    if cut.len() < text.len() || whole.is_some() {
        line!(out, "    {mark} … ({} bytes in all)", whole.unwrap_or(body.len()));
    }
}

fn sum(out: &mut Page, live: &RunState, outcome: &Outcome, veil: Veil<'_>, style: Style) {
    line!(out, "");
    if let Some(reason) = &outcome.unsound {
        line!(out, "the sanity case did not hold after the last case: {}", veil.text(reason));
    }
    if outcome.interrupted {
        line!(out, "interrupted: the cases that were left are not listed");
    }
    let target = &live.target;
    line!(
        out,
        "target {} at {}, profile {}, seed {}, {} exchanges, {:.1} s",
        veil.text(&target.name),
        veil.text(target.issuer.as_deref().unwrap_or(&target.endpoints.authorization)),
        live.profile,
        live.seed,
        outcome.exchanges,
        outcome.seconds
    );
    match outcome.slow_left_out {
        0 => {}
        1 => line!(out, "1 slow case was left out; --slow runs it"),
        count => line!(out, "{count} slow cases were left out; --slow runs them"),
    }
    let (held, judged) = rules(&outcome.reports);
    if judged > 0 {
        line!(out, "rules: {held} held of {judged} judged");
    }
    let verdict = if outcome.interrupted { "incomplete" } else { outcome.overall.word() };
    let colour = match outcome.exit_code() {
        0 => Verdict::Held,
        1 => Verdict::Failed,
        _ => Verdict::Errored,
    };
    let counts: Vec<String> = Verdict::ALL
        .iter()
        .map(|verdict| format!("{} {}", outcome.count(*verdict), verdict.word()))
        .collect();
    let waived = outcome.reports.iter().filter(|report| report.waived).count();
    style.paint(out, colour, format_args!("{verdict}"));
    line!(out, ": {}; {waived} waived by the target file", counts.join(", "));
}

/// How many rules held and how many were judged. A rule holds if a case of it held and none broke.
fn rules(reports: &[Report]) -> (usize, usize) {
    let mut judged: BTreeMap<RuleId, bool> = BTreeMap::new();
    for report in reports {
        let good = match report.verdict {
            Verdict::Held => true,
            Verdict::Failed | Verdict::Warned => false,
            Verdict::NotOffered | Verdict::NotTested | Verdict::Errored => continue,
        };
        for rule in &report.rules {
            let so_far = judged.entry(*rule).or_insert(true);
            *so_far &= good;
        }
    }
    (judged.values().filter(|good| **good).count(), judged.len())
}
