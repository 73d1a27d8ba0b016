//! The report for programs. Its members may grow and never change.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use oauth_rules::Level;
use serde_json::{Map, Value, json};

use crate::case::RunState;
use crate::report::{Veil, curl};
use crate::run::{Outcome, Report, Verdict};
use crate::wire::Exchange;

/// The report of a run as JSON.
#[must_use]
pub fn json(live: &RunState, outcome: &Outcome, veil: Veil<'_>) -> Value {
    let counts: Map<String, Value> =
        Verdict::ALL.iter().map(|verdict| (verdict.word().into(), outcome.count(*verdict).into())).collect();
    let cases: Vec<Value> = outcome.reports.iter().map(|report| case(report, veil)).collect();
    let overall = if outcome.interrupted { "incomplete" } else { outcome.overall.word() };
    json!({
        "target": veil.text(&live.target.name),
        "profile": live.profile.name(),
        "verdict": overall,
        "interrupted": outcome.interrupted,
        "unsound": outcome.unsound.as_deref().map(|reason| veil.text(reason)),
        "seed": live.seed,
        "seconds": rounded(outcome.seconds),
        "slow_left_out": outcome.slow_left_out,
        "waived": outcome.reports.iter().filter(|report| report.waived).count(),
        "counts": counts,
        "cases": cases,
    })
}

fn case(report: &Report, veil: Veil<'_>) -> Value {
    let text = |text: &Option<String>| text.as_deref().map(|text| veil.text(text));
    json!({
        "id": report.id,
        "about": report.about,
        "rules": report.rules.iter().map(|rule| rule.id()).collect::<Vec<_>>(),
        "level": level_word(report.level),
        "verdict": report.verdict.word(),
        "expected": text(&report.expected),
        "saw": text(&report.saw),
        "reason": text(&report.reason),
        "notes": report.notes.iter().map(|note| veil.text(note)).collect::<Vec<_>>(),
        "seconds": rounded(report.seconds),
        "exchanges": report.exchanges.iter().map(|exchange| one(exchange, veil)).collect::<Vec<_>>(),
    })
}

fn one(exchange: &Exchange, veil: Veil<'_>) -> Value {
    let request = veil.request(&exchange.request);
    let mut sent =
        json!({ "method": request.method, "url": request.url, "headers": headers(&request.headers) });
    body(&mut sent, &request.body);
    whole(&mut sent, exchange.whole.request);
    let response = match exchange.head() {
        Some(response) => {
            let response = veil.response(response);
            let mut came = json!({ "status": response.status, "headers": headers(&response.headers) });
            body(&mut came, &response.body);
            whole(&mut came, exchange.whole.response);
            came
        }
        None => Value::Null,
    };
    let fault = exchange.answer.as_ref().err().map(|fault| veil.text(&fault.to_string()));
    json!({
        "number": exchange.number,
        "who": exchange.who.word(),
        "request": sent,
        "response": response,
        "fault": fault,
        "curl": curl::curl(veil, exchange, &request).line,
    })
}

fn headers(headers: &[(String, String)]) -> Value {
    headers.iter().map(|(name, value)| json!([name, value])).collect()
}

/// Text as it is; other bytes as null, with `body_base64` beside it.
fn body(message: &mut Value, body: &[u8]) {
    match std::str::from_utf8(body) {
        Ok("") => message["body"] = Value::Null,
        Ok(text) => message["body"] = text.into(),
        Err(_) => {
            message["body"] = Value::Null;
            message["body_base64"] = STANDARD.encode(body).into();
        }
    }
}

/// How many bytes the body has that `body` is only the beginning of.
fn whole(message: &mut Value, bytes: Option<usize>) {
    if let Some(bytes) = bytes {
        message["body_bytes"] = bytes.into();
    }
}

/// The keyword of a level.
#[must_use]
pub const fn level_word(level: Level) -> &'static str {
    match level {
        Level::Must => "MUST",
        Level::Should => "SHOULD",
        Level::May => "MAY",
        Level::Stated => "STATED",
    }
}

fn rounded(seconds: f64) -> f64 {
    (seconds * 1000.0).round() / 1000.0
}
