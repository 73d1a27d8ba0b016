//! A clock that whoever reaches the server may advance, so that a test sees lifetimes end without waiting.
//!
//! `POST /test-clock` with the form `seconds=N` puts the clock N seconds ahead, and never back; the answer is JSON, whose
//! `now` is where the clock stands, in seconds since 1970. `seconds=0` only asks.

use std::time::Duration;

use oauth_core::form::Params;
use oauth_core::http::{Body, HttpReply, HttpRequest};
use serde_json::json;

use crate::drive::text;
use crate::host::{Clock as _, ManualClock};

/// Where the clock is advanced, at a server that has such a clock.
pub const TEST_CLOCK_PATH: &str = "/test-clock";

/// What a good request is.
const USAGE: &str = "send a form with one seconds=N, a whole number up to 4294967295";

/// Advances the clock, if that is what a request is for.
pub(crate) fn answer(clock: &ManualClock, http: &HttpRequest) -> Option<HttpReply> {
    if http.path != TEST_CLOCK_PATH {
        return None;
    }
    Some(match asked(http) {
        Ok(seconds) => {
            clock.advance(Duration::from_secs(seconds.into()));
            let told = json!({ "now": clock.now().0 }).to_string();
            HttpReply { status: 200, headers: Vec::new(), body: Body::Text(told) }
                .with("Content-Type", "application/json")
                .with("Cache-Control", "no-store")
        }
        Err((405, says)) => text(405, says).with("Allow", "POST"),
        Err((status, says)) => text(status, says),
    })
}

/// By how many seconds, or the status of the refusal and what it says.
fn asked(http: &HttpRequest) -> Result<u32, (u16, &'static str)> {
    if http.method != "POST" {
        return Err((405, "send a POST"));
    }
    // Browsers name where a form comes from; a page of another site has no business here.
    if http.header("origin").next().is_some() {
        return Err((403, "not from a browser"));
    }
    if http.media_type().as_deref() != Some("application/x-www-form-urlencoded") {
        return Err((415, USAGE));
    }
    let form = Params::decode(&http.body).map_err(|_| (400, USAGE))?;
    let mut values = form.all("seconds");
    let (Some(Ok(seconds)), None) = (values.next().map(str::parse::<u32>), values.next()) else {
        return Err((400, USAGE));
    };
    Ok(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(method: &str, path: &str, body: &str) -> HttpRequest {
        let form = b"application/x-www-form-urlencoded".to_vec();
        HttpRequest {
            method: method.to_owned(),
            path: path.to_owned(),
            query: None,
            headers: vec![("content-type".to_owned(), form)],
            body: body.as_bytes().to_vec(),
        }
    }

    #[test]
    fn a_good_form_puts_the_clock_ahead_and_is_told_where_it_stands() {
        let clock = ManualClock::default();
        let before = clock.now().0;
        for (seconds, ahead) in [("0", 0), ("3600", 3600), ("1", 3601)] {
            let reply = answer(&clock, &request("POST", TEST_CLOCK_PATH, &format!("seconds={seconds}")));
            let Some(HttpReply { status: 200, body: Body::Text(told), .. }) = &reply else {
                panic!("{seconds}: {reply:?}")
            };
            let now = serde_json::from_str::<serde_json::Value>(told).expect("it is JSON")["now"].as_u64();
            // The machine's own clock goes on meanwhile.
            let ahead = before + ahead;
            assert!(now.is_some_and(|now| (ahead..ahead + 60).contains(&now)), "{seconds}: {told}");
        }
    }

    #[test]
    fn what_is_no_such_form_advances_nothing() {
        let clock = ManualClock::default();
        let before = clock.now().0;
        let foreign = HttpRequest {
            headers: vec![
                ("content-type".to_owned(), b"application/x-www-form-urlencoded".to_vec()),
                ("origin".to_owned(), b"https://other.example".to_vec()),
            ],
            ..request("POST", TEST_CLOCK_PATH, "seconds=86400")
        };
        let untyped =
            HttpRequest { headers: Vec::new(), ..request("POST", TEST_CLOCK_PATH, "seconds=86400") };
        let form = |body: &str| request("POST", TEST_CLOCK_PATH, body);
        for (request, status) in [
            (request("GET", TEST_CLOCK_PATH, "seconds=86400"), 405),
            (foreign, 403),
            (untyped, 415),
            (form(""), 400),
            (form("seconds="), 400),
            (form("seconds=-86400"), 400),
            (form("seconds=86400.5"), 400),
            (form("seconds=4294967296"), 400),
            (form("seconds=86400&seconds=86400"), 400),
            (form("seconds=%ZZ"), 400),
        ] {
            assert_eq!(answer(&clock, &request).map(|reply| reply.status), Some(status), "{request:?}");
        }
        assert_eq!(answer(&clock, &request("POST", "/token", "seconds=86400")), None);
        assert!(clock.now().0 < before + 86400);
    }
}
