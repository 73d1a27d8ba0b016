//! The session of a case: sending and recording, fresh values, waiting, notes.
//!
//! [`Parties`] names the clients and resources of the target; the steps of the flow are functions of `flow/`.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::case::{Parties, Profile, Recorded, RunState};
use crate::case_end::{CaseEnd, Checked, EndAs as _, within};
use crate::subject::{self, Target, shown};
use crate::wire::burst::{Parts, Version, burst, send_in_parts};
use crate::wire::http::Wait;
use crate::wire::{Actor, Clock, Exchange, Request, lock};

/// One case's view of the run. Cheap to clone; clones share the recording.
#[derive(Clone)]
pub struct Context {
    inner: Arc<Inner>,
    /// Which variation of several is tried.
    variation: Option<Arc<str>>,
}

struct Inner {
    live: Arc<RunState>,
    case: String,
    exchanges: Mutex<Vec<Arc<Exchange>>>,
    notes: Mutex<Vec<String>>,
    /// What was found so far that did not end the case.
    found: Mutex<Vec<CaseEnd>>,
    /// Whether a step was told of that was not broken.
    some_held: AtomicBool,
    /// The newest DPoP nonce of each URL, without its query. Nonces of an authorization server and those of a resource server
    /// are different things (RFC 9449, section 9).
    nonces: Mutex<BTreeMap<String, String>>,
    /// Why something was not sent that the case wanted to send; the first reason.
    unsent: Mutex<Option<CaseEnd>>,
    draws: AtomicU64,
}

impl Context {
    /// A context for the case of this id.
    #[must_use]
    pub fn new(live: Arc<RunState>, case: impl Into<String>) -> Self {
        Self::drawing_from(0, live, case)
    }

    /// A context for the case of this id once more: no value that it draws was drawn the first time.
    #[must_use]
    pub(crate) fn once_more(live: Arc<RunState>, case: impl Into<String>) -> Self {
        Self::drawing_from(1 << 32, live, case)
    }

    fn drawing_from(count: u64, live: Arc<RunState>, case: impl Into<String>) -> Self {
        let inner = Inner {
            live,
            case: case.into(),
            exchanges: Mutex::default(),
            notes: Mutex::default(),
            found: Mutex::default(),
            some_held: AtomicBool::new(false),
            nonces: Mutex::default(),
            unsent: Mutex::default(),
            draws: AtomicU64::new(count),
        };
        Self { inner: Arc::new(inner), variation: None }
    }

    /// The same, for one variation of several: what is told is told of this one.
    #[must_use]
    pub fn when(&self, variation: &str) -> Self {
        let variation = match &self.variation {
            Some(outer) => within(outer, variation),
            None => variation.to_owned(),
        };
        Self { inner: Arc::clone(&self.inner), variation: Some(variation.into()) }
    }

    /// Tries one variation of several: what is told of it and what ends the case say which one it was.
    ///
    /// # Errors
    /// Those of the step.
    pub fn trying<T>(&self, variation: &str, step: impl FnOnce(&Self) -> Checked<T>) -> Checked<T> {
        step(&self.when(variation)).when(variation)
    }

    /// What is known of the server.
    #[must_use]
    pub fn target(&self) -> &Target {
        &self.inner.live.target
    }

    /// The target's clients and resources.
    #[must_use]
    pub fn parties(&self) -> Parties<'_> {
        Parties::of(self.target())
    }

    /// Against which documents the server is judged.
    #[must_use]
    pub fn profile(&self) -> Profile {
        self.inner.live.profile
    }

    /// The id of the case.
    #[must_use]
    pub fn case(&self) -> &str {
        &self.inner.case
    }

    /// What all cases of the run share.
    #[must_use]
    pub fn live(&self) -> &Arc<RunState> {
        &self.inner.live
    }

    /// 43 fresh characters of the unreserved set, the same for the same seed, case and place in the case.
    #[must_use]
    pub fn fresh(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.draw())
    }

    /// 32 fresh bytes, the same for the same seed, case and place in the case.
    pub(crate) fn draw(&self) -> [u8; 32] {
        let count = self.inner.draws.fetch_add(1, Ordering::Relaxed);
        self.inner.live.draw(&self.inner.case, count)
    }

    /// The newest DPoP nonce that a URL gave in this case, whatever its query.
    pub(crate) fn nonce_of(&self, url: &str) -> Option<String> {
        lock(&self.inner.nonces).get(without_query(url)).cloned()
    }

    /// Keeps the newest DPoP nonce of a URL.
    pub(crate) fn keep_nonce(&self, url: &str, nonce: &str) {
        lock(&self.inner.nonces).insert(without_query(url).into(), nonce.into());
    }

    /// Sends a request as it stands: no cookies, no redirects.
    ///
    /// # Errors
    /// `errored` if no answer came; `not-tested` if it may not go there.
    pub async fn send(&self, who: Actor, request: Request) -> Checked<Arc<Exchange>> {
        let exchange = self.send_as(who, request).await?;
        match &exchange.answer {
            Ok(_) => Ok(exchange),
            Err(fault) => Err(CaseEnd::errored(fault.to_string()).at(&exchange)),
        }
    }

    pub(crate) async fn send_as(&self, who: Actor, request: Request) -> Checked<Arc<Exchange>> {
        self.send_from((who, None), request).await
    }

    pub(crate) async fn send_from(
        &self,
        sender: (Actor, Option<u64>),
        request: Request,
    ) -> Checked<Arc<Exchange>> {
        self.admit(sender.1, &request)?;
        let live = &self.inner.live;
        let request = live.wire.dress(request);
        let (moments, answer) = live.wire.send(&request, || live.moment()).await;
        Ok(self.record(live.exchange(sender, request, moments, answer)))
    }

    /// The one door: no browser leaves the server's own origins, no secret goes where the target and its metadata
    /// have no endpoint, nobody connects to a redirect URI.
    fn admit(&self, browser: Option<u64>, request: &Request) -> Checked {
        let place = self.target().place(&request.url);
        let closed = match browser {
            Some(_) => place.closed_to_browsers(),
            None => place.closed_to_clients(),
        };
        match closed {
            None => Ok(()),
            Some(why) => {
                let reason = format!("nothing was sent to {}, {why}", shown(&request.url));
                Err(self.keep_back(CaseEnd::not_tested(reason)))
            }
        }
    }

    /// Remembers that something was not sent: what a case concludes without it is no verdict.
    pub(crate) fn keep_back(&self, stop: CaseEnd) -> CaseEnd {
        lock(&self.inner.unsent).get_or_insert_with(|| stop.clone());
        stop
    }

    /// That all was sent that the case wanted to send.
    ///
    /// # Errors
    /// `not-tested` if something was kept back.
    pub(crate) fn all_sent(&self) -> Checked {
        lock(&self.inner.unsent).clone().map_or(Ok(()), Err)
    }

    /// Sends `copies` of a request over as many connections: all of each but its last byte first, then the last
    /// bytes together, so that the server has them all in hand at the same moment.
    ///
    /// # Errors
    /// `errored` if no copy had a usable answer; `not-tested` if it may not go there.
    pub async fn burst(&self, who: Actor, request: Request, copies: usize) -> Checked<Vec<Arc<Exchange>>> {
        self.admit(None, &request)?;
        let live = &self.inner.live;
        let request = live.wire.dress(request);
        let clock = Arc::clone(live);
        let mut answers = burst(&live.wire, move || clock.moment(), &request, copies).await;
        // Recorded in the order of their answers, which the laws are judged by; what was not answered comes last.
        answers.sort_by_key(|((_, answered), _)| answered.map_or(u64::MAX, |answered| answered.tick));
        let exchanges: Vec<_> = answers
            .into_iter()
            .map(|(moments, answer)| {
                self.record(live.exchange((who, None), request.clone(), moments, answer))
            })
            .collect();
        let usable = exchanges.iter().any(|exchange| exchange.response().is_ok());
        match exchanges.first() {
            Some(first) if !usable => {
                Err(first.response().err().unwrap_or_else(|| CaseEnd::errored("no answer")))
            }
            Some(_) => Ok(exchanges),
            None => Err(CaseEnd::not_tested("a burst of no copies")),
        }
    }

    /// Sends a request over a connection of its own, its body in these parts; gives the version of HTTP that the answer names
    /// besides. What was not answered is no error here.
    ///
    /// # Errors
    /// `not-tested` if it may not go there.
    pub(crate) async fn send_in_parts(
        &self,
        who: Actor,
        request: Request,
        parts: Parts,
    ) -> Checked<(Arc<Exchange>, Option<Version>)> {
        self.admit(None, &request)?;
        let live = &self.inner.live;
        let request = parts.announced(live.wire.dress(request));
        let ((moments, answer), version) = send_in_parts(&live.wire, || live.moment(), &request, parts).await;
        Ok((self.record(live.exchange((who, None), request, moments, answer)), version))
    }

    /// Waits until the server's clock stands so much later, by whole seconds: really, or by advancing it. A case that waits
    /// has `slow: true`.
    ///
    /// # Errors
    /// `not-tested` if the clock was not advanced.
    pub async fn wait(&self, time: Duration) -> Checked {
        let time = Duration::from_secs(time.as_secs() + u64::from(time.subsec_nanos() > 0));
        let live = &self.inner.live;
        match &live.clock {
            Clock::Real => {
                live.wire.tell_of(&Wait::Clock { case: self.inner.case.clone(), time });
                self.pause(time).await;
            }
            Clock::Advance(_) => self.pause(time).await,
            Clock::Remote { url, .. } => self.advance(url, time).await?,
        }
        Ok(())
    }

    /// Lets news travel between servers, whose way takes real time, also where a clock is advanced by hand.
    pub async fn pause(&self, time: Duration) {
        let live = &self.inner.live;
        match &live.clock {
            // All of it is in this process, where nothing travels.
            Clock::Advance(advance) => {
                advance(time);
                live.put_ahead(time);
            }
            Clock::Real | Clock::Remote { .. } => tokio::time::sleep(time).await,
        }
    }

    /// Puts the clock of a server elsewhere ahead.
    async fn advance(&self, url: &str, time: Duration) -> Checked {
        /// What clocks that are read one after the other may differ by, in seconds.
        const TOLERANCE: u64 = 2;
        let live = &self.inner.live;
        let not =
            |why: &str| CaseEnd::not_tested(format!("the clock at {} was not advanced: {why}", shown(url)));
        let request = subject::advancing(&live.wire, &live.target, url, time.as_secs()).map_err(not)?;
        let due = live.unix_time() + time.as_secs();
        let (moments, answer) = live.wire.send(&request, || live.moment()).await;
        let exchange = self.record(live.exchange((Actor::Suite, None), request, moments, answer));
        let not = |why: String| not(&why).at(&exchange);
        let response = exchange.answer.as_ref().map_err(|fault| not(fault.to_string()))?;
        if !(200..300).contains(&response.status) {
            return Err(not(format!("status {}", response.status)));
        }
        if let Some(now) = subject::now(response).filter(|now| now.saturating_add(TOLERANCE) < due) {
            return Err(not(format!("it stands {} s behind what it was to be", due.saturating_sub(now))));
        }
        live.put_ahead(time);
        Ok(())
    }

    /// The time of the run's clock, in seconds since 1970.
    #[must_use]
    pub fn unix_time(&self) -> u64 {
        self.inner.live.unix_time()
    }

    /// Adds a remark to the case's report. It changes no verdict.
    pub fn note(&self, text: impl Into<String>) {
        lock(&self.inner.notes).push(text.into());
    }

    /// Adds a remark that the case's report need not have twice.
    pub fn note_once(&self, text: &str) {
        let mut notes = lock(&self.inner.notes);
        if !notes.iter().any(|note| note == text) {
            notes.push(text.to_owned());
        }
    }

    /// Tells of something that does not end the case. What one answer breaks of one rule is told once.
    pub fn tell(&self, end: CaseEnd) {
        let end = match &self.variation {
            Some(variation) => end.when(variation),
            None => end,
        };
        let number = |end: &CaseEnd| end.exchange.as_ref().map(|exchange| exchange.number);
        let mut found = lock(&self.inner.found);
        let known = |before: &CaseEnd| {
            !before.rules.is_empty()
                && before.rules == end.rules
                && number(before).is_some()
                && number(before) == number(&end)
        };
        if !found.iter().any(known) {
            found.push(end);
        }
    }

    /// Tells of a broken step, and lets the case go on.
    pub fn told<T>(&self, step: Checked<T>) -> Option<T> {
        self.inner.some_held.fetch_or(step.is_ok(), Ordering::Relaxed);
        step.map_err(|end| self.tell(end)).ok()
    }

    /// Tells how one variation of several went, and lets the case go on with the next.
    pub fn tried<T>(&self, variation: &str, step: Checked<T>) -> Option<T> {
        self.told(step.when(variation))
    }

    /// The same for a variation that itself tells findings: they are under its name.
    pub fn tries<T>(&self, variation: &str, step: impl FnOnce(&Self) -> Checked<T>) -> Option<T> {
        self.told(self.trying(variation, step))
    }

    /// What was told so far.
    #[must_use]
    pub(crate) fn found(&self) -> Vec<CaseEnd> {
        lock(&self.inner.found).clone()
    }

    /// Whether something held of what was told so far: of several variations one may, where another is not offered.
    #[must_use]
    pub(crate) fn some_held(&self) -> bool {
        self.inner.some_held.load(Ordering::Relaxed)
    }

    /// What is kept of the exchanges of this case so far, in order.
    #[must_use]
    pub fn recording(&self) -> Vec<Arc<Exchange>> {
        lock(&self.inner.exchanges).clone()
    }

    /// The remarks so far.
    #[must_use]
    pub fn notes(&self) -> Vec<String> {
        lock(&self.inner.notes).clone()
    }

    fn record(&self, recorded: Recorded) -> Arc<Exchange> {
        lock(&self.inner.exchanges).push(recorded.kept);
        recorded.exchange
    }
}

/// A URL as far as its path.
fn without_query(url: &str) -> &str {
    url.split(['?', '#']).next().unwrap_or_default()
}
