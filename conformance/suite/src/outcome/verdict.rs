//! What an ending means for its case, and what the cases mean for the run.

use oauth_rules::Level;
use serde::{Serialize, Serializer};

use crate::case::Severity;
use crate::case_end::EndKind;

/// What came of a case. Callers match each by name, so that a new variant is a breaking release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// What the case is about holds.
    Held,
    /// A MUST is broken.
    Failed,
    /// A SHOULD is broken, or a statement without a keyword.
    Warned,
    /// An optional feature that is not claimed, a rule that does not apply, or a need that is waived.
    NotOffered,
    /// It could have been tested, or its control failed.
    NotTested,
    /// No answer, throttled, or a 5xx to a control.
    Errored,
}

/// What came of a run. Callers match each by name, so that a new variant is a breaking release.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overall {
    /// Nothing failed, and all was tested.
    Held,
    /// Something failed.
    Failed,
    /// Nothing failed, but not all was tested.
    Incomplete,
}

impl Verdict {
    /// Every verdict, in the order in which they are counted.
    pub const ALL: [Self; 6] =
        [Self::Held, Self::Failed, Self::Warned, Self::NotOffered, Self::NotTested, Self::Errored];

    /// Whether it says that a rule is broken.
    #[must_use]
    pub const fn is_break(self) -> bool {
        matches!(self, Self::Failed | Self::Warned)
    }

    /// Its place among the findings of one case, or of one rule: the first decides what they mean together.
    #[must_use]
    pub const fn weight(self) -> u8 {
        match self {
            Self::Failed => 0,
            Self::Errored => 1,
            Self::NotTested => 2,
            Self::Warned => 3,
            Self::Held => 4,
            Self::NotOffered => 5,
        }
    }

    /// The word in reports.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Failed => "failed",
            Self::Warned => "warned",
            Self::NotOffered => "not-offered",
            Self::NotTested => "not-tested",
            Self::Errored => "errored",
        }
    }
}

impl Overall {
    /// The word in reports.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Failed => "failed",
            Self::Incomplete => "incomplete",
        }
    }

    /// The exit code.
    #[must_use]
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::Held => 0,
            Self::Failed => 1,
            Self::Incomplete => 3,
        }
    }
}

/// A verdict is its word.
impl Serialize for Verdict {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.word())
    }
}

/// So is what came of a run.
impl Serialize for Overall {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.word())
    }
}

/// What an ending other than the last line means.
#[must_use]
pub(crate) const fn verdict(kind: EndKind, severity: Severity, level: Level, strict: bool) -> Verdict {
    match kind {
        EndKind::NotOffered | EndKind::Unlisted => Verdict::NotOffered,
        EndKind::NotTested => Verdict::NotTested,
        EndKind::Errored => Verdict::Errored,
        EndKind::Warned => Verdict::Warned,
        EndKind::Broken => match (severity, level) {
            (Severity::Fails, _) | (Severity::ByLevel, Level::Must) => Verdict::Failed,
            (Severity::ByLevel, Level::Should) if strict => Verdict::Failed,
            (Severity::Warns, _) | (Severity::ByLevel, Level::Should | Level::May | Level::Stated) => {
                Verdict::Warned
            }
        },
    }
}

/// What the verdicts of a run mean together. `sound` is whether the last sanity run held.
#[must_use]
pub(crate) fn overall(verdicts: impl IntoIterator<Item = Verdict>, sound: bool) -> Overall {
    let (mut failed, mut open, mut held) = (false, !sound, false);
    for verdict in verdicts {
        match verdict {
            Verdict::Failed => failed = true,
            Verdict::Errored | Verdict::NotTested => open = true,
            Verdict::Held => held = true,
            Verdict::Warned | Verdict::NotOffered => {}
        }
    }
    match (failed, open || !held) {
        (true, _) => Overall::Failed,
        (false, true) => Overall::Incomplete,
        (false, false) => Overall::Held,
    }
}

#[cfg(test)]
mod tests {
    use super::{Overall, Verdict, overall, verdict};
    use crate::case::Severity;
    use crate::case_end::EndKind;
    use oauth_rules::Level;

    #[test]
    fn the_level_decides_what_a_broken_expectation_means() {
        use Level::{May, Must, Should, Stated};
        use Severity::{ByLevel, Fails, Warns};
        use Verdict::{Failed, Warned};
        #[rustfmt::skip]
        let table = [
            (ByLevel, Must, false, Failed), (ByLevel, Should, false, Warned), (ByLevel, Should, true, Failed),
            (ByLevel, May, true, Warned), (ByLevel, Stated, false, Warned), (ByLevel, Stated, true, Warned),
            (Fails, Stated, false, Failed), (Fails, Should, false, Failed), (Warns, Must, true, Warned),
        ];
        for (severity, level, strict, expected) in table {
            let found = verdict(EndKind::Broken, severity, level, strict);
            assert_eq!(found, expected, "{severity:?} {level:?} strict {strict}");
        }
        for (kind, expected) in [
            (EndKind::Warned, Verdict::Warned),
            (EndKind::NotOffered, Verdict::NotOffered),
            (EndKind::NotTested, Verdict::NotTested),
            (EndKind::Errored, Verdict::Errored),
        ] {
            assert_eq!(verdict(kind, Severity::Fails, Level::Must, true), expected);
        }
    }

    #[test]
    fn a_run_ends_as_its_cases_say() {
        use Verdict::{Errored, Failed, Held, NotOffered, NotTested, Warned};
        #[rustfmt::skip]
        let table: &[(&[Verdict], bool, Overall, u8)] = &[
            (&[Held], true, Overall::Held, 0),
            (&[Held, Warned, NotOffered], true, Overall::Held, 0),
            (&[Held], false, Overall::Incomplete, 3),
            (&[], true, Overall::Incomplete, 3),
            (&[Warned, NotOffered], true, Overall::Incomplete, 3),
            (&[Held, NotTested], true, Overall::Incomplete, 3),
            (&[Held, Errored], true, Overall::Incomplete, 3),
            (&[Failed], true, Overall::Failed, 1),
            (&[Failed, Errored, NotTested], false, Overall::Failed, 1),
        ];
        for (verdicts, sound, expected, code) in table {
            let found = overall(verdicts.iter().copied(), *sound);
            assert_eq!((found, found.exit_code()), (*expected, *code), "{verdicts:?} sound {sound}");
        }
    }
}
