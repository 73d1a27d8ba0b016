//! The last screen of the report for people, with which a file begins: the causes, worst first, the keys that the target file
//! lacks, and the verdict.

use std::collections::BTreeMap;

use oauth_rules::Level;

use crate::outcome::{Overall, Verdict};
use crate::report::{Cause, ExchangeReport, Layout, RunReport, Style, level_word};
use crate::visible::Page;

/// How many lines the causes take, unless more than that failed.
const LINES: usize = 60;
/// How many lines a cause takes that is told in full.
const BLOCK: usize = 5;
/// How many causes are told in full, however many there are.
const WORST: usize = 5;
/// The most characters of what was expected or seen.
const SAID: usize = 120;
/// The same in a cause that has one line.
const BRIEFLY: usize = 48;
/// The most rules or cases that are listed of one cause.
const LISTED: usize = 4;

/// Which run it was, and what it left out.
pub(super) fn about(report: &RunReport, style: Style) -> Page {
    let mut out = Page::new();
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
    if style.layout == Layout::Folded {
        line!(out, "cases that held or were not offered are counted by family; -v tells of each");
    }
    out
}

/// The causes, worst first: those in full that leave a line for each of the others.
pub(super) fn causes(report: &RunReport, style: Style) -> Page {
    let mut out = Page::new();
    let causes: Vec<&Cause> = report.causes.iter().filter(|cause| !cause.lacks_key).collect();
    if causes.is_empty() {
        return out;
    }
    let place = if style.layout == Layout::Whole { "below" } else { "above" };
    line!(
        out,
        "causes, worst first; {place}, each with the whole exchange and a curl line that sends it again"
    );
    let (in_full, brief) = room(causes.iter().map(|cause| cause.verdict));
    for cause in causes.iter().take(in_full) {
        block(&mut out, report, cause, style);
    }
    for cause in causes.iter().skip(in_full).take(brief) {
        style.paint(&mut out, cause.verdict, format_args!("{:<11}", cause.verdict.word()));
        let (rules, cases) = (rules_of(cause, 1), few(&cause.cases, 1));
        let within = if rules.is_empty() { "" } else { " in " };
        line!(out, " {rules}{within}{cases}: {}", cut(&cause.says, BRIEFLY));
    }
    let mut left: BTreeMap<Verdict, usize> = BTreeMap::new();
    for cause in causes.iter().skip(in_full + brief) {
        *left.entry(cause.verdict).or_default() += 1;
    }
    if !left.is_empty() {
        let left = left.iter().map(|(verdict, count)| format!("{count} {}", verdict.word()));
        line!(out, "and {} that are told {place} alone", left.collect::<Vec<String>>().join(", "));
    }
    out
}

/// How many of these causes are told in full, and how many more by a line. What failed has a line at least.
fn room(causes: impl ExactSizeIterator<Item = Verdict>) -> (usize, usize) {
    let all = causes.len();
    let in_full = (LINES.saturating_sub(all) / (BLOCK - 1)).max(WORST).min(all);
    let failed = causes.filter(|verdict| *verdict == Verdict::Failed).count().saturating_sub(in_full);
    let brief = LINES.saturating_sub(in_full * BLOCK).max(failed).min(all - in_full);
    (in_full, brief)
}

/// A cause, by the first finding that tells of it.
fn block(out: &mut Page, report: &RunReport, cause: &Cause, style: Style) {
    let Some((case, finding)) = report.first(cause) else { return };
    style.paint(out, cause.verdict, format_args!("{}", cause.verdict.word()));
    let rules = rules_of(cause, LISTED);
    // No rule stands behind what the server could not answer.
    line!(out, " {}", if rules.is_empty() { &case.id } else { &rules });
    line!(out, "  {}", cause.rules.first().map_or(case.about.as_str(), |rule| rule.get().summary));
    let said = cut(&cause.says, SAID);
    match &finding.expected {
        Some(expected) => line!(out, "  expected {}; saw {said}", cut(expected, SAID)),
        None => line!(out, "  because {said}"),
    }
    let decides = finding.evidence.as_ref().map(in_a_line);
    // A case that sent nothing judges what others sent.
    let again = (case.exchange_count > 0)
        .then(|| format!("again with --only {} --seed {}", case.id, report.began.seed));
    let shown: Vec<String> = decides.into_iter().chain(again).collect();
    if !shown.is_empty() {
        line!(out, "  {}", shown.join("; "));
    }
    line!(out, "  in {}", few(&cause.cases, LISTED));
}

/// The rules of a cause with their levels, so many of them.
fn rules_of(cause: &Cause, most: usize) -> String {
    let rules = cause.rules.iter().map(|rule| format!("{} ({})", rule.id(), level_word(rule.get().level)));
    few(&rules.collect::<Vec<String>>(), most)
}

/// Which exchange it is; a query is left to the whole exchange.
fn in_a_line(exchange: &ExchangeReport) -> String {
    let ExchangeReport { number, request, response, fault, .. } = exchange;
    let (url, query) = request.url.split_once('?').map_or((request.url.as_str(), ""), |(url, _)| (url, "?…"));
    let answer = match (response, fault) {
        (_, Some(fault)) => cut(fault, BRIEFLY),
        (Some(response), None) => format!("answered {}", response.status),
        (None, None) => "not answered".to_owned(),
    };
    format!("exchange {number}, {} {}{query}, {answer}", request.method, cut(url, SAID))
}

/// The first of these, and how many more there are.
fn few(all: &[String], most: usize) -> String {
    let more = all.len().saturating_sub(most);
    let listed = all[..all.len() - more].join(", ");
    if more == 0 { listed } else { format!("{listed} and {more} more") }
}

/// How a text begins.
fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

/// The keys that the target file lacks, with what each costs.
pub(super) fn missing_keys(report: &RunReport, _: Style) -> Page {
    let mut out = Page::new();
    let missing = &report.missing_keys;
    if missing.is_empty() {
        return out;
    }
    line!(
        out,
        "keys that the target file lacks; what a server does not have is waived: [without] KEY = \"why\""
    );
    let width = missing.iter().map(|missing| missing.key.len()).max().unwrap_or(0);
    for missing in missing {
        let must = missing.rules.iter().filter(|rule| rule.get().level == Level::Must).count();
        line!(
            out,
            "  {:<width$}  {} not tested; would judge {} ({must} MUST) of {}: add {}",
            missing.key,
            counted(missing.cases.len(), "case"),
            counted(missing.rules.len(), "rule"),
            missing.families().join(", "),
            missing.add
        );
    }
    out
}

fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// How many rules held and how many were not judged, what the run means, and how many cases came to each verdict.
pub(super) fn verdict(report: &RunReport, style: Style) -> Page {
    let mut out = Page::new();
    let (held, judged) = report.rules();
    let open = report.rules_left_open();
    if judged + open > 0 {
        let more = match open {
            0 => String::new(),
            1 => "; 1 more was not tested".to_owned(),
            open => format!("; {open} more were not tested"),
        };
        line!(out, "rules: {held} held of {judged} judged{more}");
    }
    if report.shows_nothing() {
        line!(
            out,
            "nothing held but the honest flow, since each case is waived, not offered or warns: that shows nothing"
        );
    }
    let colour = match report.verdict {
        Overall::Held => Verdict::Held,
        Overall::Failed => Verdict::Failed,
        Overall::Incomplete => Verdict::Errored,
    };
    // The gravest first, as they decide.
    let mut counts: Vec<(&Verdict, &usize)> = report.counts.iter().collect();
    counts.sort_by_key(|(verdict, _)| verdict.weight());
    let counts: Vec<String> =
        counts.into_iter().map(|(verdict, count)| format!("{count} {}", verdict.word())).collect();
    style.paint(&mut out, colour, format_args!("{}", report.verdict.word()));
    line!(
        out,
        ": of {}, {}; {} waived by the target file",
        counted(report.cases.len(), "case"),
        counts.join(", "),
        report.waived
    );
    out
}

#[cfg(test)]
mod tests {
    use super::room;
    use crate::outcome::Verdict::{self, Failed, Warned};

    #[test]
    fn the_worst_are_told_in_full_and_what_failed_by_a_line_at_least() {
        #[rustfmt::skip]
        let table = [
            ((0, 0), (0, 0)), ((1, 0), (1, 0)), ((8, 4), (12, 0)), ((15, 0), (11, 4)),
            ((30, 0), (7, 23)), ((28, 34), (5, 35)), ((80, 5), (5, 75)),
        ];
        for ((failed, warned), expected) in table {
            let causes: Vec<Verdict> = [vec![Failed; failed], vec![Warned; warned]].concat();
            assert_eq!(room(causes.into_iter()), expected, "{failed} failed, {warned} warned");
        }
    }
}
