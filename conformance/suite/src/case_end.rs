//! How a case ends early, and the words that turn one ending into another.
//!
//! A case returns `Ok(())` when the rule held. Everything else is a [`CaseEnd`], so that a case reads as a straight
//! line of `?`; what does not end the case is told to its [`Context`](crate::case::Context) as a finding.

use std::sync::Arc;

use oauth_rules::RuleId;

use crate::subject::FileKey;
use crate::wire::{Exchange, Response};

/// What a step of a case gives: its value, or the end of the case.
pub type Checked<T = ()> = Result<T, CaseEnd>;

/// Why a case ended before its last line.
#[derive(Debug, Clone)]
pub struct CaseEnd {
    /// The verdict that this end stands for.
    pub kind: EndKind,
    /// The rules that the broken expectation is about; empty for those of the case.
    pub rules: &'static [RuleId],
    /// Under which variation of the case.
    pub variant: Option<String>,
    /// What was to be seen instead, for a broken expectation.
    pub expected: Option<String>,
    /// What was seen, or why the case could not go on.
    pub saw: String,
    /// The exchange that shows it.
    pub exchange: Option<Arc<Exchange>>,
    /// An earlier exchange without which that one is not understood: what it stands against.
    pub before: Option<Arc<Exchange>>,
    /// Whether something was granted that had to be refused: that is worse than a refusal in another form.
    pub granted: bool,
    /// The key of the target file for want of which the case could not go on.
    pub lacks: Option<FileKey>,
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
    const fn new(kind: EndKind, expected: Option<String>, saw: String) -> Self {
        Self {
            kind,
            rules: &[],
            variant: None,
            expected,
            saw,
            exchange: None,
            before: None,
            granted: false,
            lacks: None,
        }
    }

    /// A broken expectation. Both texts are fragments: `a redirect with error=invalid_scope`, `status 200`.
    #[must_use]
    pub fn broken(expected: impl Into<String>, saw: impl Into<String>) -> Self {
        Self::new(EndKind::Broken, Some(expected.into()), saw.into())
    }

    /// The target offers no such feature, or the rule does not apply to it.
    #[must_use]
    pub fn not_offered(reason: impl Into<String>) -> Self {
        Self::new(EndKind::NotOffered, None, reason.into())
    }

    /// Something that the case needs is missing.
    #[must_use]
    pub fn not_tested(reason: impl Into<String>) -> Self {
        Self::new(EndKind::NotTested, None, reason.into())
    }

    /// What was not offered to an honest request is a control that failed.
    #[must_use]
    pub(crate) fn of_a_control(self) -> Self {
        match self.kind {
            EndKind::NotOffered => Self { kind: EndKind::NotTested, ..self },
            EndKind::Broken | EndKind::Warned | EndKind::NotTested | EndKind::Errored | EndKind::Unlisted => {
                self
            }
        }
    }

    /// No usable answer came.
    #[must_use]
    pub fn errored(reason: impl Into<String>) -> Self {
        Self::new(EndKind::Errored, None, reason.into())
    }

    /// Nothing to judge occurred: the case is left out of the report.
    #[must_use]
    pub fn unlisted() -> Self {
        Self::new(EndKind::Unlisted, None, String::new())
    }

    /// Names the exchange that shows it, unless one is named already.
    #[must_use]
    pub fn at(mut self, exchange: &Arc<Exchange>) -> Self {
        self.exchange.get_or_insert_with(|| Arc::clone(exchange));
        self
    }

    /// Says that something was granted that had to be refused.
    #[must_use]
    pub const fn granted(mut self) -> Self {
        self.granted = true;
        self
    }

    /// Names a key of the target file by which the case could have gone on.
    #[must_use]
    pub fn lacks(self, key: impl Into<Option<FileKey>>) -> Self {
        Self { lacks: key.into(), ..self }
    }

    /// Names the rules that the broken expectation is about, where they are not all those of the case.
    #[must_use]
    pub const fn under(mut self, rules: &'static [RuleId]) -> Self {
        self.rules = rules;
        self
    }

    /// The status of the exchange that shows it, if the server could not judge the request.
    fn server_error(&self) -> Option<u16> {
        self.exchange.as_ref()?.status().filter(|status| (500..600).contains(status))
    }
}

/// What is said, with the variation in front under which it was met.
pub(crate) fn under_variant(variant: Option<&str>, said: &str) -> String {
    variant.map_or_else(|| said.to_owned(), |variant| format!("when {variant}: {said}"))
}

/// A variation within another.
pub(crate) fn within(outer: &str, inner: &str) -> String {
    format!("{outer} and {inner}")
}

impl Exchange {
    /// The answer, for judging it.
    ///
    /// # Errors
    /// `errored` if none came, or it was a 429, 502, 503 or 504: the target was not able to answer.
    pub fn response(self: &Arc<Self>) -> Checked<&Response> {
        match &self.answer {
            Err(fault) => Err(CaseEnd::errored(fault.to_string()).at(self)),
            Ok(response) if matches!(response.status, 429 | 502..=504) => {
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
    /// The step's own [`CaseEnd`], with the variation.
    fn when(self, variation: &str) -> Self;

    /// Names the rules that a step is about, where they are not all those of the case: the level of these decides.
    ///
    /// # Errors
    /// The step's own [`CaseEnd`], under these rules unless it has some already.
    fn under(self, rules: &'static [RuleId]) -> Self;
}

impl EndAs for CaseEnd {
    fn control(mut self, what: &str) -> Self {
        if matches!(self.kind, EndKind::Broken | EndKind::Warned) {
            let expected =
                self.expected.take().map_or_else(String::new, |text| format!(" (expected {text})"));
            let saw = under_variant(self.variant.take().as_deref(), &self.saw);
            self.saw = format!("the control failed: {what}: {saw}{expected}");
            self.kind = EndKind::NotTested;
            // One that is broken is no reason of its own for each case that meets it.
            if let Some(status) = self.server_error() {
                self.saw = format!("status {status} to an honest request");
                self.kind = EndKind::Errored;
            }
        }
        self
    }

    fn warn(mut self) -> Self {
        if self.kind == EndKind::Broken {
            self.kind = EndKind::Warned;
        }
        self
    }

    fn when(mut self, variation: &str) -> Self {
        self.variant = Some(match self.variant.take() {
            Some(inner) => within(variation, &inner),
            None => variation.to_owned(),
        });
        self
    }

    fn under(self, rules: &'static [RuleId]) -> Self {
        if self.rules.is_empty() { Self { rules, ..self } } else { self }
    }
}

impl<T> EndAs for Checked<T> {
    fn control(self, what: &str) -> Self {
        self.map_err(|stop| stop.control(what))
    }

    fn warn(self) -> Self {
        self.map_err(EndAs::warn)
    }

    fn when(self, variation: &str) -> Self {
        self.map_err(|stop| stop.when(variation))
    }

    fn under(self, rules: &'static [RuleId]) -> Self {
        self.map_err(|stop| EndAs::under(stop, rules))
    }
}
