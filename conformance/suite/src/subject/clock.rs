//! The clock of a test server, which `[clock] advance` of the target names: how it is asked, and what it says.

use std::ops::Range;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::subject::{Place, Target, shown};
use crate::wire::http::Wire;
use crate::wire::{Clock, Moment, Params, Request, Response, since_1970};

/// What is a time in seconds since 1970: from 2001 to 2242.
const PLAUSIBLE: Range<u64> = 1_000_000_000..1 << 33;

/// Why the clock that a target names is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "no clock was found at {url}, which the target names: {reason}; without it, cases that wait need --slow"
)]
pub struct NoClock {
    url: String,
    reason: String,
}

/// The clock that the target names, once it said where it stands; that of this machine, where it names none.
///
/// # Errors
/// When nothing answers there as a clock does.
pub async fn clock(wire: &Wire, target: &Target) -> Result<Clock, NoClock> {
    let Some(url) = target.clock.clone() else { return Ok(Clock::Real) };
    let none = |reason: String| NoClock { url: shown(&url), reason };
    let request = advancing(wire, target, &url, 0).map_err(|why| none(why.to_owned()))?;
    let (_, answer) = wire.send(&request, || Moment { tick: 0, at: Instant::now() }).await;
    let response = answer.map_err(|fault| none(fault.to_string()))?;
    if !(200..300).contains(&response.status) {
        return Err(none(format!("status {}", response.status)));
    }
    // A server that says nothing is taken to have just begun.
    let stands = now(&response).map_or(Duration::ZERO, Duration::from_secs);
    Ok(Clock::Remote { url, ahead: stands.saturating_sub(since_1970()) })
}

/// The request that puts the clock at this URL so many seconds ahead. What every request carries may be secret, and goes where
/// other requests go.
///
/// # Errors
/// Why nothing is sent there.
pub(crate) fn advancing(
    wire: &Wire,
    target: &Target,
    url: &str,
    seconds: u64,
) -> Result<Request, &'static str> {
    let seconds = seconds.to_string();
    let request = Request::form(url, &Params::from([("seconds", seconds.as_str())]));
    match target.place(url) {
        Place::Own | Place::Named => Ok(wire.dress(request)),
        Place::Foreign => Ok(request),
        Place::Callback | Place::LikeCallback => Err("it is a client's redirect URI"),
        Place::Nowhere => Err("it is no http or https address"),
    }
}

/// Where a clock says that it stands, in seconds since 1970: the member `now` of a JSON object. What counts otherwise, such as
/// milliseconds, says nothing.
pub(crate) fn now(response: &Response) -> Option<u64> {
    response.json()?.get("now").and_then(Value::as_u64).filter(|now| PLAUSIBLE.contains(now))
}
