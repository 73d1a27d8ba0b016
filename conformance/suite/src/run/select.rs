//! Which cases run: by profile, `--only`, `--skip`, `--slow` and `--partition`.

use oauth_rules::RuleId;

use super::error::RunError;
use crate::case::{Case, Profile};

/// What was asked for.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// Case or rule ids; empty for all.
    pub only: Vec<String>,
    /// Case or rule ids to leave out.
    pub skip: Vec<String>,
    /// Whether cases that wait on the clock run.
    pub slow: bool,
    /// The part and the number of parts, counted from 1.
    pub partition: Option<(usize, usize)>,
}

/// An id that names nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{option} {id}: no case of profile {profile} has this id or rule, or starts with it; see `oauth-conformance list`"
)]
pub struct NoMatch {
    option: &'static str,
    id: String,
    profile: Profile,
}

/// Whether `id` means this case, out of `all`: an exact case id means that case alone, an exact rule id the cases
/// of that rule, and anything else is a prefix of either.
fn means(id: &str, case: &Case, all: &[Case]) -> bool {
    if all.iter().any(|other| other.id == id) {
        return case.id == id;
    }
    if RuleId::find(id).is_some() {
        return case.rules.iter().any(|rule| rule.id() == id);
    }
    case.id.starts_with(id) || case.rules.iter().any(|rule| rule.id().starts_with(id))
}

impl Selection {
    /// The cases that run, in their order, out of those of a profile.
    ///
    /// # Errors
    /// When an id names nothing.
    pub fn choose(&self, profile: Profile, all: &[Case]) -> Result<Vec<Case>, NoMatch> {
        let mine: Vec<Case> = all.iter().copied().filter(|case| case.belongs_to(profile)).collect();
        for (option, ids) in [("--only", &self.only), ("--skip", &self.skip)] {
            if let Some(id) = ids.iter().find(|id| !mine.iter().any(|case| means(id, case, &mine))) {
                return Err(NoMatch { option, id: id.clone(), profile });
            }
        }
        let wanted = |case: &&Case| self.wants(case, &mine) && (self.slow || !case.slow);
        let mut chosen: Vec<Case> = mine.iter().filter(wanted).copied().collect();
        if let Some((part, parts)) = self.partition {
            let mut at = 0;
            chosen.retain(|_| {
                at += 1;
                (at - 1) % parts == part - 1
            });
        }
        Ok(chosen)
    }

    /// How many of a profile's cases would run if slow ones did.
    #[must_use]
    pub fn slow_left_out(&self, profile: Profile, all: &[Case]) -> usize {
        let mine: Vec<Case> = all.iter().copied().filter(|case| case.belongs_to(profile)).collect();
        let left_out = |case: &&Case| case.slow && !self.slow && self.wants(case, &mine);
        mine.iter().filter(left_out).count()
    }

    fn wants(&self, case: &Case, all: &[Case]) -> bool {
        let in_only = self.only.is_empty() || self.only.iter().any(|id| means(id, case, all));
        in_only && !self.skip.iter().any(|id| means(id, case, all))
    }
}

impl From<NoMatch> for RunError {
    fn from(fault: NoMatch) -> Self {
        Self::usage(fault.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::Selection;
    use crate::case::{Case, Profile};
    use oauth_rules::rules;

    const CASES: &[Case] = &[
        Case { id: "code/once", rules: rules!["rfc6749-4.1.2-code-single-use"], ..Case::DEFAULT },
        Case {
            id: "code/once-at-once",
            rules: rules!["rfc6749-4.1.2-code-single-use-concurrent"],
            ..Case::DEFAULT
        },
        Case {
            id: "code/late",
            slow: true,
            rules: rules!["rfc6749-4.1.2-code-expires-shortly"],
            ..Case::DEFAULT
        },
        Case { id: "pkce/asked", rules: rules!["rfc9700-2.1.1-as-supports-pkce"], ..Case::DEFAULT },
    ];

    #[track_caller]
    fn check(profile: Profile, selection: &Selection, expected: Result<&[&str], &str>) {
        let found = selection.choose(profile, CASES);
        let found = found.map(|cases| cases.iter().map(|case| case.id).collect::<Vec<_>>());
        assert_eq!(found.map_err(|fault| fault.id), expected.map(<[&str]>::to_vec).map_err(str::to_owned));
    }

    fn only(id: &str) -> Selection {
        Selection { only: vec![id.into()], ..Selection::default() }
    }

    #[test]
    fn an_exact_id_selects_only_itself_and_anything_else_is_a_prefix() {
        use Profile::{Rfc6749, Rfc9700};
        check(Rfc9700, &Selection::default(), Ok(&["code/once", "code/once-at-once", "pkce/asked"]));
        check(Rfc6749, &Selection::default(), Ok(&["code/once", "code/once-at-once"]));
        check(Rfc9700, &only("code/once"), Ok(&["code/once"]));
        check(Rfc9700, &only("code/on"), Ok(&["code/once", "code/once-at-once"]));
        check(Rfc9700, &only("rfc6749-4.1.2-code-single-use"), Ok(&["code/once"]));
        check(Rfc9700, &only("rfc6749-4.1.2-code-single"), Ok(&["code/once", "code/once-at-once"]));
        check(Rfc9700, &only("code/never"), Err("code/never"));
        check(Rfc6749, &only("pkce/asked"), Err("pkce/asked"));
        let skip = Selection { skip: vec!["code/".into()], ..Selection::default() };
        check(Rfc9700, &skip, Ok(&["pkce/asked"]));
        let nothing = Selection { skip: vec!["nothing".into()], ..Selection::default() };
        check(Rfc9700, &nothing, Err("nothing"));
    }

    #[test]
    fn slow_cases_run_when_asked_and_partitions_share_all() {
        let slow = Selection { slow: true, ..Selection::default() };
        check(Profile::Rfc9700, &slow, Ok(&["code/once", "code/once-at-once", "code/late", "pkce/asked"]));
        let only_late = Selection { only: vec!["code/late".into()], ..Selection::default() };
        for (selection, expected) in
            [(Selection::default(), 1), (only_late, 1), (only("code/once"), 0), (slow, 0)]
        {
            let found = selection.slow_left_out(Profile::Rfc9700, CASES);
            assert_eq!(found, expected, "{selection:?}");
        }
        let part = |part| Selection { slow: true, partition: Some((part, 3)), ..Selection::default() };
        check(Profile::Rfc9700, &part(1), Ok(&["code/once", "pkce/asked"]));
        check(Profile::Rfc9700, &part(2), Ok(&["code/once-at-once"]));
        check(Profile::Rfc9700, &part(3), Ok(&["code/late"]));
    }
}
