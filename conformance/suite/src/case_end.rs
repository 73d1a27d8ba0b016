//! How a case ends early, and the words that turn one ending into another.
//!
//! A case returns `Ok(())` when the rule held. Everything else is a [`CaseEnd`], so that a case reads as a straight
//! line of `?`.

use std::sync::Arc;

use crate::wire::{Exchange, Response};

/// What a step of a case gives: its value, or the end of the case.
pub type Checked<T = ()> = Result<T, CaseEnd>;

/// Why a case ended before its last line.
#[derive(Debug, Clone)]
pub struct CaseEnd {
    /// The verdict that this end stands for.
    pub kind: EndKind,
    /// What was to be seen instead, for a broken expectation.
    pub expected: Option<String>,
    /// What was seen, or why the case could not go on.
    pub saw: String,
    /// The exchange that shows it.
    pub exchange: Option<Arc<Exchange>>,
}

/// The verdict that a [`CaseEnd`] stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndKind {
    /// An expectation was broken; the rule's level decides between `failed` and `warned`.
    Broken,
    /// An expectation was broken that only warns, whatever the rule's level.
    Warned,
    /// The target offers no such feature, or the rule does not apply to it.
    NotOffered,
    /// It could have been tested, but something was missing or the control failed.
    NotTested,
    /// No usable answer.
    Errored,
    /// Nothing to judge occurred: the case is not listed.
    Unlisted,
}

impl CaseEnd {
    /// A broken expectation. Both texts are fragments: `a redirect with error=invalid_scope`, `status 200`.
    #[must_use]
    pub fn broken(expected: impl Into<String>, saw: impl Into<String>) -> Self {
        Self { kind: EndKind::Broken, expected: Some(expected.into()), saw: saw.into(), exchange: None }
    }

    /// The target offers no such feature, or the rule does not apply to it.
    #[must_use]
    pub fn not_offered(reason: impl Into<String>) -> Self {
        Self { kind: EndKind::NotOffered, expected: None, saw: reason.into(), exchange: None }
    }

    /// Something that the case needs is missing.
    #[must_use]
    pub fn not_tested(reason: impl Into<String>) -> Self {
        Self { kind: EndKind::NotTested, expected: None, saw: reason.into(), exchange: None }
    }

    /// No usable answer came.
    #[must_use]
    pub fn errored(reason: impl Into<String>) -> Self {
        Self { kind: EndKind::Errored, expected: None, saw: reason.into(), exchange: None }
    }

    /// Nothing to judge occurred: the case is left out of the report.
    #[must_use]
    pub fn unlisted() -> Self {
        Self { kind: EndKind::Unlisted, expected: None, saw: String::new(), exchange: None }
    }

    /// Names the exchange that shows it, unless one is named already.
    #[must_use]
    pub fn at(mut self, exchange: &Arc<Exchange>) -> Self {
        self.exchange.get_or_insert_with(|| Arc::clone(exchange));
        self
    }

    /// The status of the exchange that shows it.
    fn is_server_error(&self) -> bool {
        let status = self.exchange.as_ref().and_then(|exchange| exchange.status());
        status.is_some_and(|status| (500..600).contains(&status))
    }
}

impl Exchange {
    /// The answer, for judging it.
    ///
    /// # Errors
    /// `errored` if none came, or it was a 429 or 503: the target was not able to answer.
    pub fn response(self: &Arc<Self>) -> Checked<&Response> {
        match &self.answer {
            Err(fault) => Err(CaseEnd::errored(fault.to_string()).at(self)),
            Ok(response) if matches!(response.status, 429 | 503) => {
                let saw = format!("status {}, also after retries", response.status);
                Err(CaseEnd::errored(saw).at(self))
            }
            Ok(response) => Ok(response),
        }
    }

    /// A broken expectation at this exchange; `saw` defaults to a short description of the answer.
    #[must_use]
    pub fn broken(self: &Arc<Self>, expected: impl Into<String>, saw: impl Into<String>) -> CaseEnd {
        CaseEnd::broken(expected, saw).at(self)
    }
}

/// Turns one ending into another.
pub trait EndAs: Sized {
    /// Marks a step as the positive control: if it is broken, the case is `not-tested` (`errored` for a 5xx),
    /// because nothing that follows would mean anything. `what` names the control: `the unspoilt request`.
    ///
    /// # Errors
    /// The step's own [`CaseEnd`], with its kind changed as said.
    fn control(self, what: &str) -> Self;

    /// Lets a broken expectation warn, whatever the rule's level.
    ///
    /// # Errors
    /// The step's own [`CaseEnd`], with its kind changed as said.
    fn warn(self) -> Self;

    /// Says under which variation a step was broken: `.when("state is sent twice")`.
    ///
    /// # Errors
    /// The step's own [`CaseEnd`], with the variation in front of what was seen.
    fn when(self, variation: &str) -> Self;
}

impl<T> EndAs for Checked<T> {
    fn control(self, what: &str) -> Self {
        self.map_err(|mut stop| {
            if matches!(stop.kind, EndKind::Broken | EndKind::Warned) {
                stop.kind = if stop.is_server_error() { EndKind::Errored } else { EndKind::NotTested };
                let expected =
                    stop.expected.take().map_or_else(String::new, |text| format!(" (expected {text})"));
                stop.saw = format!("the control failed: {what}: {}{expected}", stop.saw);
            }
            stop
        })
    }

    fn warn(self) -> Self {
        self.map_err(|mut stop| {
            if stop.kind == EndKind::Broken {
                stop.kind = EndKind::Warned;
            }
            stop
        })
    }

    fn when(self, variation: &str) -> Self {
        self.map_err(|mut stop| {
            stop.saw = format!("when {variation}: {}", stop.saw);
            stop
        })
    }
}
