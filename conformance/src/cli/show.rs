//! `list` and `explain`.

use oauth_rules::{Rule, RuleId, Status};
use oauth_suite::case::{Case, Isolation, Profile, family};
use oauth_suite::report::level_word;
use oauth_suite::run::RunError;
use oauth_suite::visible::Page;
use serde_json::{Value, json};

use crate::cases;

macro_rules! line {
    ($out:expr, $($argument:tt)*) => { $out.line(format_args!($($argument)*)) };
}

/// The cases of a profile by area.
pub(super) fn list(profile: Profile) -> Page {
    let mut out = Page::new();
    let all = cases(profile);
    let width = all.iter().map(|case| case.id.len()).max().unwrap_or(0);
    let mut area = "";
    for case in &all {
        let own = family(case.id);
        if own != area && !area.is_empty() {
            line!(out, "");
        }
        area = own;
        let slow = if case.slow { " (slow)" } else { "" };
        line!(out, "{:<width$}  {:<6}  {}{slow}", case.id, level_word(case.level(profile)), case.about);
    }
    line!(out, "");
    line!(out, "{} cases in profile {profile}", all.len());
    out
}

/// The cases of a profile for programs.
pub(super) fn list_json(profile: Profile) -> Value {
    let cases: Vec<Value> = cases(profile)
        .iter()
        .map(|case| {
            json!({
                "id": case.id,
                "about": case.about,
                "rules": case.rules.iter().map(|rule| rule.id()).collect::<Vec<_>>(),
                "level": level_word(case.level(profile)),
                "needs": case.needs.iter().map(|need| need.key()).collect::<Vec<_>>(),
                "slow": case.slow,
            })
        })
        .collect();
    json!({ "profile": profile.name(), "cases": cases })
}

/// What a case or a rule is about.
///
/// # Errors
/// When nothing has this id.
pub(super) fn explain(id: &str) -> Result<Page, RunError> {
    let mut all: Vec<Case> = Vec::new();
    for profile in Profile::ALL.iter().rev() {
        let more = cases(*profile);
        all.extend(
            more.into_iter().filter(|case| !all.iter().any(|have| have.id == case.id)).collect::<Vec<_>>(),
        );
    }
    if let Some(case) = all.iter().find(|case| case.id == id) {
        return Ok(explain_case(case));
    }
    if let Some(rule) = RuleId::find(id) {
        return Ok(explain_rule(rule, &all));
    }
    let near: Vec<&str> = all
        .iter()
        .map(|case| case.id)
        .chain(RuleId::all().map(RuleId::id))
        .filter(|have| have.contains(id))
        .take(8)
        .collect();
    let hint = if near.is_empty() {
        "see `oauth-conformance list`".into()
    } else {
        format!("is it one of {}?", near.join(", "))
    };
    Err(RunError::usage(format!("no case and no rule has the id {id}; {hint}")))
}

fn explain_case(case: &Case) -> Page {
    let mut out = Page::new();
    line!(out, "{}", case.id);
    line!(out, "  {}", case.about);
    let levels: Vec<String> = Profile::ALL
        .iter()
        .filter(|profile| case.belongs_to(**profile))
        .map(|profile| format!("{} in {profile}", level_word(case.level(*profile))))
        .collect();
    line!(out, "");
    line!(out, "level     {}", levels.join(", "));
    if !case.needs.is_empty() {
        let needs: Vec<&str> = case.needs.iter().map(|need| need.key()).collect();
        line!(out, "needs     {} (each can be waived under [without])", needs.join(", "));
    }
    let mut traits = Vec::new();
    if case.slow {
        traits.push("waits on the clock: needs --slow, or [clock] in the target file");
    }
    match case.isolation {
        Isolation::Shared => {}
        Isolation::Alone => traits.push("may disturb others: runs after them"),
        Isolation::Last => traits.push("judges what the others exchanged"),
    }
    if !traits.is_empty() {
        line!(out, "runs      {}", traits.join("; "));
    }
    for rule in case.rules {
        rule_lines(&mut out, rule.get());
    }
    out
}

fn explain_rule(rule: RuleId, all: &[Case]) -> Page {
    let mut out = Page::new();
    rule_lines(&mut out, rule.get());
    let judging: Vec<&Case> = all.iter().filter(|case| case.rules.contains(&rule)).collect();
    if judging.is_empty() {
        line!(out, "");
        line!(out, "no case judges it");
    } else {
        line!(out, "");
        line!(out, "judged by");
        for case in judging {
            line!(out, "  {}  {}", case.id, case.about);
        }
    }
    out
}

fn rule_lines(out: &mut Page, rule: &Rule) {
    line!(out, "");
    line!(out, "{}", rule.id);
    line!(out, "  {} section {}, {}: {}", rule.spec, rule.section, level_word(rule.level), rule.title);
    line!(out, "  {}", rule.summary);
    if let Some(note) = rule.note {
        line!(out, "  note: {note}");
    }
    match (rule.status, rule.reason) {
        (Status::Held, _) | (_, None) => {}
        (Status::Planned | Status::Excepted, Some(reason)) => line!(out, "  {reason}"),
    }
    match rule.spec.name().strip_prefix("RFC ") {
        Some(number) => line!(out, "  https://www.rfc-editor.org/rfc/rfc{number}#section-{}", rule.section),
        None => line!(
            out,
            "  https://datatracker.ietf.org/doc/html/draft-ietf-oauth-v2-1#section-{}",
            rule.section
        ),
    }
}
