//! What searches besides `check`: attacks, the matrix, traces, the induction, the Explorer.

use std::io::{self, Write};
use std::num::NonZeroUsize;

use oauth_checker::{cores, serve, side_by_side};
use oauth_core::policy::WrongVerifier;
use oauth_faults::Faults;
use oauth_induct::property::PROPERTIES;
use oauth_induct::{Part, prove};
use oauth_model::report::{Mitigated, Tried, attack_text, attacks_json, told, try_attack};
use oauth_model::{Checked, document, matrix};
use oauth_world::attack::Attack;
use oauth_world::scenario::{SCENARIOS, Scenario};
use oauth_world::trace;
use oauth_world::trace::{Message, Narrated};
use serde_json::{Value, json};

use super::Failure;
use crate::cli::arguments::{Format, PageFormat, TraceFormat};

pub(crate) fn find_scenario(name: &str) -> Result<&'static Scenario, Failure> {
    Scenario::find(name).ok_or_else(|| {
        let known: Vec<&str> = SCENARIOS.iter().map(|scenario| scenario.name).collect();
        Failure::Usage(format!("there is no scenario {name:?}; there are {}", known.join(", ")))
    })
}

fn find_attack(id: &str) -> Result<&'static Attack, Failure> {
    Attack::find(id).ok_or_else(|| {
        let known: Vec<&str> = Attack::all().map(|attack| attack.id).collect();
        Failure::Usage(format!("there is no attack {id:?}; there are {}", known.join(", ")))
    })
}

pub(crate) fn attacks(names: &[String], format: PageFormat) -> Result<bool, Failure> {
    let attacks: Vec<&'static Attack> = if names.is_empty() {
        Attack::all().collect()
    } else {
        names.iter().map(|name| find_attack(name)).collect::<Result<_, _>>()?
    };
    let mut out = io::stdout().lock();
    let mut mitigated = Mitigated::default();
    let mut tried = Vec::new();
    for attack in attacks {
        tried.push(try_attack(attack, &mut mitigated));
        if let (PageFormat::Text, Some(last)) = (format, tried.last()) {
            writeln!(out, "{}", attack_text(last))?;
        }
    }
    let held = tried.iter().all(Tried::holds);
    match format {
        PageFormat::Markdown => write!(out, "{}", document::attacks(&tried))?,
        PageFormat::Json => writeln!(out, "{}", attacks_json(&tried))?,
        PageFormat::Text => {
            let verdict = if held { "held" } else { "failed" };
            writeln!(out, "{verdict}: {} attacks, each in the bounds of its scenario", tried.len())?;
        }
    }
    Ok(held)
}

pub(crate) fn matrix_of(threads: Option<NonZeroUsize>, format: PageFormat) -> Result<bool, Failure> {
    let rows = matrix::matrix(threads.unwrap_or_else(cores));
    let mut out = io::stdout().lock();
    match format {
        PageFormat::Text => write!(out, "{}", matrix::text(&rows))?,
        PageFormat::Json => writeln!(out, "{}", matrix::json(&rows))?,
        PageFormat::Markdown => write!(out, "{}", document::mitigations(&rows))?,
    }
    Ok(true)
}

pub(crate) fn induct(threads: Option<NonZeroUsize>, format: Format) -> Result<bool, Failure> {
    let mut out = io::stdout().lock();
    let (mut reports, mut written) = (Vec::new(), Ok(()));
    let prove = |part: &Part| prove(&[*part], WrongVerifier::BurnsCode, &Faults::none());
    side_by_side(threads.unwrap_or_else(cores), Part::ALL, prove, |report| {
        if matches!(format, Format::Text) && written.is_ok() {
            written = write!(out, "{report}");
        }
        reports.push(report);
    });
    written?;
    let holds = reports.iter().all(|report| report.broken.is_none());
    let tallies = || reports.iter().flat_map(|report| &report.parts);
    match format {
        Format::Json => {
            let parts: Vec<Value> = tallies()
                .map(|tally| json!({"part": tally.part.name(), "records": tally.records, "steps": tally.pairs}))
                .collect();
            let broken =
                reports.iter().find_map(|report| report.broken.as_ref()).map(|broken| broken.property);
            writeln!(out, "{}", json!({"holds": holds, "parts": parts, "broken": broken}))?;
        }
        Format::Text => {
            let (records, steps) = tallies()
                .fold((0, 0), |(records, steps), tally| (records + tally.records, steps + tally.pairs));
            let verdict = if holds { "held" } else { "failed" };
            let laws = PROPERTIES.len();
            writeln!(out, "{verdict}: {laws} laws of one grant, {records} records, {steps} steps")?;
        }
    }
    Ok(holds)
}

pub(crate) fn trace_of(id: &str, format: TraceFormat) -> Result<bool, Failure> {
    let tried = try_attack(find_attack(id)?, &mut Mitigated::default());
    let steps = told(&tried);
    let mut out = io::stdout().lock();
    match format {
        TraceFormat::Text => {
            writeln!(out, "{}", attack_text(&tried))?;
            write!(out, "{}", trace::text(&steps))?;
        }
        TraceFormat::Mermaid => write!(out, "{}", trace::mermaid(&steps))?,
        TraceFormat::Svg => writeln!(out, "{}", trace::svg(&steps))?,
        TraceFormat::Json => {
            let steps: Vec<Value> = steps.iter().enumerate().map(told_json).collect();
            writeln!(
                out,
                "{}",
                json!({"attack": tried.attack.id, "found": tried.trace.is_some(), "steps": steps})
            )?;
        }
    }
    Ok(tried.holds())
}

fn told_json((at, told): (usize, &Narrated)) -> Value {
    let http = |message: &Message| {
        json!({"from": message.from.name(), "to": message.to.name(),
               "answer": message.is_answer, "lines": message.lines})
    };
    json!({"n": at + 1, "step": told.step, "actor": told.actor.name(), "to": told.to.name(), "says": told.says,
           "http": told.http.iter().map(http).collect::<Vec<_>>()})
}

pub(crate) fn explore(name: &str, listen: &str) -> Result<bool, Failure> {
    let scenario = find_scenario(name)?;
    // stateright panics on an address that it cannot bind, so the address is tried first.
    let address =
        std::net::TcpListener::bind(listen).and_then(|listener| listener.local_addr()).map_err(|error| {
            Failure::Usage(format!("--listen {listen}: {error}; name a free address, as in 127.0.0.1:0"))
        })?;
    eprintln!("exploring {name} on http://{address}; stop with Ctrl-C");
    serve(&Checked::new(scenario, Faults::none(), scenario.expects.laws.to_vec()), address);
    Ok(true)
}
