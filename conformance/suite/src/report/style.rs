//! How a text looks: its colours, and what stands where.

use std::fmt;

use anstyle::AnsiColor::{Green, Magenta, Red, Yellow};

use crate::outcome::Verdict;
use crate::visible::Page;

/// How text looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Style {
    /// Whether it has ANSI colours.
    pub coloured: bool,
    /// What stands where.
    pub layout: Layout,
}

/// What stands where in a text. Callers match each by name, so that a new variant is a breaking release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Layout {
    /// It streams, and of the cases in which nothing is wrong it has a line for each family.
    #[default]
    Folded,
    /// It streams, and has a line for each case.
    Each,
    /// It is written when the run ended, and begins with the causes and the verdict.
    Whole,
}

impl Layout {
    /// Every layout.
    pub const ALL: [Self; 3] = [Self::Folded, Self::Each, Self::Whole];

    /// Whether a case has a line as soon as it ended.
    pub(super) const fn has_a_line(self, verdict: Verdict) -> bool {
        match self {
            Self::Folded => !is_folded(verdict),
            Self::Each => true,
            Self::Whole => false,
        }
    }
}

impl Style {
    pub(super) fn paint(self, page: &mut Page, verdict: Verdict, text: fmt::Arguments<'_>) {
        let colour = match verdict {
            Verdict::Held => Green.on_default(),
            Verdict::Failed => Red.on_default().bold(),
            Verdict::Warned => Yellow.on_default(),
            Verdict::NotOffered => anstyle::Style::new().dimmed(),
            Verdict::NotTested | Verdict::Errored => Magenta.on_default(),
        };
        page.styled(if self.coloured { colour } else { anstyle::Style::new() }, text);
    }
}

/// Whether there is no more to say of a case than how many are like it.
pub(super) const fn is_folded(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::Held | Verdict::NotOffered)
}
