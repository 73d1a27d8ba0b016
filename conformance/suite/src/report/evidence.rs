//! What shows each cause: the case that met it first, its rules, and the exchange that decides, with a curl line.

use oauth_rules::Level;

use crate::case_end::under_variant;
use crate::outcome::Verdict;
use crate::report::{Body, Cause, ExchangeReport, RunReport, Style, level_word};
use crate::visible::Page;

/// The longest body that is shown whole.
const BODY: usize = 1200;

/// All causes, worst first.
pub(super) fn evidence(report: &RunReport, style: Style) -> Page {
    let mut out = Page::new();
    for cause in &report.causes {
        details(&mut out, report, cause, style);
    }
    out
}

/// A cause, by the first finding that tells of it.
fn details(out: &mut Page, report: &RunReport, cause: &Cause, style: Style) {
    let Some((case, finding)) = report.first(cause) else { return };
    // Of a key that is missing the table of them tells enough.
    if cause.lacks_key && finding.evidence.is_none() {
        return;
    }
    if !out.is_empty() {
        line!(out, "");
    }
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
    let also = cause.rules.iter().filter(|rule| cause.verdict.is_break() && !finding.rules.contains(rule));
    for rule in also.map(|rule| rule.get()) {
        line!(out, "  {} ({}, section {}, {})", rule.id, rule.spec, rule.section, level_word(rule.level));
    }
    let must = finding.rules.iter().find(|rule| rule.get().level == Level::Must);
    if let Some(must) = must.filter(|_| finding.verdict == Verdict::Warned) {
        let why = must.get().note.map(of_warnings).filter(|why| !why.is_empty());
        let why = why.unwrap_or_else(|| {
            "what was seen hints at a break of this MUST and does not prove it".to_owned()
        });
        line!(out, "  warned    and not failed: {why}; see `explain {}`", must.id());
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
        exchanged(out, "after exchange", exchange, 0);
    }
    if let Some(exchange) = &finding.evidence {
        exchanged(out, "exchange", exchange, case.exchange_count);
    }
}

/// What the note of a rule says of breaks that only warn: the sentences that have the word.
fn of_warnings(note: &str) -> String {
    let sentences = note.trim_end_matches('.').split(". ");
    sentences.filter(|sentence| sentence.contains(" warns")).collect::<Vec<_>>().join("; ")
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

fn exchanged(out: &mut Page, name: &str, exchange: &ExchangeReport, of: usize) {
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
    if body.is_masked() {
        line!(
            out,
            "    {mark} (the whole body is masked: it is compressed, or reads like one secret; --unmask shows it)"
        );
    }
}

#[cfg(test)]
mod tests {
    use super::of_warnings;

    #[test]
    fn of_a_note_the_sentences_tell_why_a_must_warns() {
        for (note, told) in [
            (
                "An error page holds. A redirect to any of the URIs warns.",
                "A redirect to any of the URIs warns",
            ),
            (
                "Absence warns; a string fails. Tried twice. Up to a minute more warns.",
                "Absence warns; a string fails; Up to a minute more warns",
            ),
            ("Refusals that count: invalid_grant.", ""),
        ] {
            assert_eq!(of_warnings(note), told);
        }
    }
}
