//! Lists: faults, laws and rules.

use std::io::{self, Write as _};

use oauth_faults::{Fault, Side};
use oauth_laws::law::LAWS;
use oauth_rules::RULES;
use serde_json::{Value, json};

use super::Failure;
use crate::cli::arguments::Format;

pub(crate) fn faults(format: Format) -> Result<bool, Failure> {
    list(
        format,
        "faults",
        &Fault::ALL.iter().map(fault_json).collect::<Vec<_>>(),
        Fault::ALL.iter().map(fault_text),
    )
}

pub(crate) fn laws(format: Format) -> Result<bool, Failure> {
    list(
        format,
        "laws",
        &LAWS
            .iter()
            .map(|law| {
                json!({"id": law.id, "about": law.about, "observable": law.observable,
                           "rules": law.rules.iter().map(|rule| rule.id()).collect::<Vec<_>>()})
            })
            .collect::<Vec<_>>(),
        LAWS.iter().map(|law| {
            let seen = if law.observable { "" } else { " (model only)" };
            format!("{:<36} {}{seen}", law.id, law.about)
        }),
    )
}

pub(crate) fn rules(format: Format) -> Result<bool, Failure> {
    list(
        format,
        "rules",
        &RULES
            .iter()
            .map(|rule| {
                json!({"id": rule.id, "spec": rule.spec.name(), "section": rule.section,
                           "kind": format!("{:?}", rule.kind).to_lowercase(),
                           "level": format!("{:?}", rule.level).to_uppercase(),
                           "status": format!("{:?}", rule.status).to_lowercase(),
                           "summary": rule.summary, "reason": rule.reason, "note": rule.note})
            })
            .collect::<Vec<_>>(),
        RULES.iter().map(|rule| {
            let status = format!("{:?}", rule.status).to_lowercase();
            let level = format!("{:?}", rule.level).to_uppercase();
            format!("{:<56} {status:<8} {}: {}", rule.id, level, rule.summary)
        }),
    )
}

fn list(
    format: Format,
    key: &str,
    entries: &[Value],
    lines: impl Iterator<Item = String>,
) -> Result<bool, Failure> {
    let mut out = io::stdout().lock();
    match format {
        Format::Json => writeln!(out, "{}", json!({ key: entries }))?,
        Format::Text => {
            for line in lines {
                writeln!(out, "{line}")?;
            }
        }
    }
    Ok(true)
}

const fn side(fault: Fault) -> &'static str {
    match fault.side() {
        Side::Server => "server",
        Side::Client => "client",
    }
}

fn fault_json(fault: &Fault) -> Value {
    json!({"id": fault.name(), "side": side(*fault), "about": fault.about(),
           "rules": fault.rules().iter().map(|rule| rule.id()).collect::<Vec<_>>()})
}

fn fault_text(fault: &Fault) -> String {
    let rules: Vec<&str> = fault.rules().iter().map(|rule| rule.id()).collect();
    format!("{:<34} {}: {}\n{:36}breaks {}", fault.name(), side(*fault), fault.about(), "", rules.join(", "))
}
