//! What the target file does not say, and what that costs.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use oauth_rules::RuleId;
use serde::Serialize;

use crate::case::family;
use crate::outcome::Verdict;
use crate::report::case_report::{CaseReport, rules};
use crate::subject::FileKey;

/// A key for want of which something was not tested: a case, or one variation of a case that held in others.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct MissingKey {
    /// Its name.
    pub key: &'static str,
    /// What to write into the target file, in words.
    pub add: &'static str,
    /// The cases that were not tested without it, or not in all their variations. A case that lacks two keys is under both.
    pub cases: Vec<String>,
    /// The rules that these would have judged, each once.
    #[serde(serialize_with = "rules")]
    pub rules: Vec<RuleId>,
}

impl MissingKey {
    /// The keys that these cases lacked, the one first without which most were not tested.
    pub(super) fn all(cases: &[CaseReport]) -> Vec<Self> {
        let mut missing: BTreeMap<FileKey, Self> = BTreeMap::new();
        for case in cases {
            let is_open = |verdict: Verdict| matches!(verdict, Verdict::NotTested | Verdict::NotOffered);
            for finding in case.findings.iter().filter(|finding| is_open(finding.verdict)) {
                for key in &finding.lacks {
                    let Self { cases, rules, .. } = missing.entry(*key).or_insert_with(|| Self::of(*key));
                    if !cases.contains(&case.id) {
                        cases.push(case.id.clone());
                    }
                    for rule in &finding.rules {
                        if !rules.contains(rule) {
                            rules.push(*rule);
                        }
                    }
                }
            }
        }
        let mut missing: Vec<Self> = missing.into_values().collect();
        missing.sort_by_key(|missing| Reverse(missing.cases.len()));
        missing
    }

    const fn of(key: FileKey) -> Self {
        Self { key: key.name(), add: key.add(), cases: Vec::new(), rules: Vec::new() }
    }

    /// The families of its cases, each once.
    pub(super) fn families(&self) -> Vec<&str> {
        let mut families: Vec<&str> = Vec::new();
        for family in self.cases.iter().map(|case| family(case)) {
            if !families.contains(&family) {
                families.push(family);
            }
        }
        families
    }
}
