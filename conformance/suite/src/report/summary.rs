//! The last screen of the report for people, with which a file begins: the causes, worst first, the keys that the target file
//! lacks, and the verdict.

use std::collections::BTreeMap;

use oauth_rules::{Level, RuleId};

use crate::outcome::{Overall, Verdict};
use crate::report::defect::{Defect, Effect};
use crate::report::{ExchangeReport, Layout, RunReport, Style, level_word};
use crate::visible::Page;

/// How many lines the causes take.
const LINES: usize = 50;
/// How many lines a cause takes that is told in full, without a line for what is seen alike.
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

/// The causes, worst first, those together that look like one defect: in full as many as leave a line for each of the others.
pub(super) fn causes(report: &RunReport, style: Style) -> Page {
    let mut out = Page::new();
    let defects = Defect::all(report);
    if defects.is_empty() {
        return out;
    }
    let place = if style.layout == Layout::Whole { "below" } else { "above" };
    line!(
        out,
        "causes, worst first; {place}, each with the whole exchange and a curl line that sends it again"
    );
    let heights: Vec<usize> =
        defects.iter().map(|defect| BLOCK + usize::from(!defect.further.is_empty())).collect();
    let (in_full, fitting) = room(&heights);
    // Whoever asks for all has a line for each.
    let brief = if style.layout == Layout::Each { defects.len() - in_full } else { fitting };
    for defect in defects.iter().take(in_full) {
        block(&mut out, report, defect, style);
    }
    for defect in defects.iter().skip(in_full).take(brief) {
        briefly(&mut out, defect, style);
    }
    let mut left: BTreeMap<Verdict, usize> = BTreeMap::new();
    for defect in defects.iter().skip(in_full + brief) {
        *left.entry(defect.worst.verdict).or_default() += 1;
    }
    if !left.is_empty() {
        let left = left.iter().map(|(verdict, count)| format!("{count} {}", verdict.word()));
        let left = left.collect::<Vec<String>>().join(", ");
        match style.layout {
            Layout::Whole => line!(out, "and {left} more: below"),
            Layout::Folded | Layout::Each => line!(out, "and {left} more: above, and here with -v"),
        }
    }
    out
}

/// How many of the causes that would take so many lines in full are told so, and how many more by a line.
fn room(heights: &[usize]) -> (usize, usize) {
    let all = heights.len();
    let lines = |in_full: usize| heights.iter().take(in_full).sum::<usize>();
    let least = WORST.min(all);
    let in_full = (least..=all).rev().find(|in_full| lines(*in_full) + all - in_full <= LINES);
    let in_full = in_full.unwrap_or(least);
    (in_full, LINES.saturating_sub(lines(in_full)).min(all - in_full))
}

/// A cause, by the first finding that tells of it, and what is seen alike.
fn block(out: &mut Page, report: &RunReport, defect: &Defect<'_>, style: Style) {
    let cause = defect.worst;
    let Some((case, finding)) = report.first(cause) else { return };
    style.paint(out, cause.verdict, format_args!("{}", cause.verdict.word()));
    let rules = rules_of(&cause.rules, LISTED);
    // No rule stands behind what the server could not answer.
    line!(out, " {}", if rules.is_empty() { &case.id } else { &rules });
    line!(out, "  {}", cause.rules.first().map_or(case.about.as_str(), |rule| rule.get().summary));
    let said = cut(&cause.says, SAID);
    match &cause.expected {
        Some(expected) => line!(out, "  expected {}; saw {said}", cut(expected, SAID)),
        None => line!(out, "  because {said}"),
    }
    let decides = finding.evidence.as_ref().map(in_a_line);
    // A case that sent nothing judges what others sent.
    let mut tellers = cause.findings.iter().filter_map(|at| report.find(*at));
    let sender = tellers.find(|(case, _)| case.exchange_count > 0);
    let again = sender.map(|(case, _)| format!("again with --only {} --seed {}", case.id, report.began.seed));
    let shown: Vec<String> = decides.into_iter().chain(again).collect();
    if !shown.is_empty() {
        line!(out, "  {}", shown.join("; "));
    }
    line!(out, "  in {}", cases(&cause.cases));
    if let Some(symptom) = &defect.symptom {
        seen_alike(out, defect, &symptom.effect);
    }
}

/// How many cases these are, and the first of them.
fn cases(all: &[String]) -> String {
    let listed = few(all, LISTED);
    if all.len() == 1 { listed } else { format!("{}: {listed}", counted(all.len(), "case")) }
}

/// Which further rules the same defect may break, and in which cases.
fn seen_alike(out: &mut Page, defect: &Defect<'_>, effect: &Effect<'_>) {
    if defect.further.is_empty() {
        return;
    }
    let rules = rules_of(&defect.further_rules(), LISTED);
    let against = if rules.is_empty() { String::new() } else { format!(", against {rules}") };
    let alike = match effect {
        Effect::Grants => format!("granted there too{against}"),
        Effect::Breaks(_) => format!("seen alike there{against}"),
        // What was not tested breaks no rule.
        Effect::Answers(_) => "answered alike there, which leaves more open".to_owned(),
    };
    line!(out, "  {alike}, in {}", cases(&defect.further_cases()));
}

/// A cause in one line, with the number of rules and cases of all that looks like it.
fn briefly(out: &mut Page, defect: &Defect<'_>, style: Style) {
    let cause = defect.worst;
    style.paint(out, cause.verdict, format_args!("{:<11}", cause.verdict.word()));
    let all_rules = [cause.rules.as_slice(), defect.further_rules().as_slice()].concat();
    let mut all_cases = cause.cases.clone();
    all_cases.extend(defect.further_cases().into_iter().filter(|case| !cause.cases.contains(case)));
    let (rules, cases) = (rules_of(&all_rules, 1), few(&all_cases, 1));
    let within = if rules.is_empty() { "" } else { " in " };
    line!(out, " {rules}{within}{cases}: {}", cut(&cause.says, BRIEFLY));
}

/// Rules with their levels, so many of them.
fn rules_of(rules: &[RuleId], most: usize) -> String {
    let rules = rules.iter().map(|rule| format!("{} ({})", rule.id(), level_word(rule.get().level)));
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
    use super::{BLOCK, room};

    #[test]
    fn the_worst_are_told_in_full_and_each_by_a_line_that_fits_on_the_screen() {
        #[rustfmt::skip]
        let table = [
            (0, 0, (0, 0)), (1, 0, (1, 0)), (10, 0, (10, 0)), (12, 0, (9, 3)), (30, 0, (5, 25)), (80, 0, (5, 25)),
            (8, 8, (8, 0)), (10, 10, (8, 2)), (30, 30, (5, 20)),
        ];
        for (all, with_more, expected) in table {
            let heights: Vec<usize> = (0..all).map(|at| BLOCK + usize::from(at < with_more)).collect();
            assert_eq!(room(&heights), expected, "{all} causes, {with_more} of them with a line more");
        }
    }
}
