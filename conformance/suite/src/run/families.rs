//! Families of cases, by what their ids have before the slash: each is told once, when its last case ended.

use std::collections::BTreeMap;

use crate::case::{Case, family};
use crate::outcome::Verdict;
use crate::report::Event;

/// The families of a run's cases, in the order in which they begin.
pub(super) struct Families(Vec<Family>);

/// A family and what came of it so far.
pub(super) struct Family {
    name: &'static str,
    /// How many of its cases have not ended.
    left: usize,
    /// How many of its cases came to each verdict.
    counts: BTreeMap<Verdict, usize>,
}

impl Families {
    /// The families of these cases.
    pub(super) fn of(cases: &[Case]) -> Self {
        let mut families: Vec<Family> = Vec::new();
        for case in cases {
            let name = family(case.id);
            match families.iter_mut().find(|family| family.name == name) {
                Some(family) => family.left += 1,
                None => families.push(Family { name, left: 1, counts: BTreeMap::new() }),
            }
        }
        Self(families)
    }

    /// Counts a case that ended, with its verdict if it is listed; gives its family if that ended with it.
    pub(super) fn count(&mut self, case: &Case, listed: Option<Verdict>) -> Option<&Family> {
        let name = family(case.id);
        let family = self.0.iter_mut().find(|family| family.name == name)?;
        family.left = family.left.saturating_sub(1);
        if let Some(verdict) = listed {
            *family.counts.entry(verdict).or_default() += 1;
        }
        (family.left == 0 && !family.counts.is_empty()).then_some(&*family)
    }

    /// Those of which a run that was interrupted has some cases and not all.
    pub(super) fn left(&self) -> impl Iterator<Item = &Family> {
        self.0.iter().filter(|family| family.left > 0 && !family.counts.is_empty())
    }
}

impl Family {
    /// That nothing more comes of it.
    pub(super) const fn ended(&self) -> Event<'_> {
        Event::FamilyEnded { family: self.name, counts: &self.counts }
    }
}

#[cfg(test)]
mod tests {
    use super::Families;
    use crate::case::Case;
    use crate::outcome::Verdict;

    #[test]
    fn a_family_is_told_once_when_its_last_case_ended_or_the_run_did() {
        let cases =
            ["code/a", "token/a", "laws/a", "code/b", "token/b"].map(|id| Case { id, ..Case::DEFAULT });
        let mut families = Families::of(&cases);
        let listed = [Some(Verdict::Held), Some(Verdict::Failed), None, Some(Verdict::NotOffered)];
        let mut told = Vec::new();
        for (case, listed) in cases.iter().zip(listed) {
            told.push(families.count(case, listed).map(|family| (family.name, family.counts.len())));
        }
        assert_eq!(told, [None, None, None, Some(("code", 2))]);
        let left: Vec<_> = families.left().map(|family| family.name).collect();
        assert_eq!(left, ["token"]);
    }
}
