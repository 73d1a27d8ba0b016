//! What else has to break where a fault is on: rules that are not what the fault is about, and that nobody with it can
//! keep.
//!
//! `oauth-conformance selftest --whole` runs every case under each fault. A finding that fails there under a rule that is
//! neither the fault's nor stands here accuses a server of what it does right.

use oauth_rules::RuleId;

/// A fault, the rules that break by themselves where it is on, and why nobody with it can keep them.
type Consequence = (&'static str, &'static [RuleId], &'static str);

/// In the order of the registry; a line for each reason.
const CONSEQUENCES: &[Consequence] = &[];

/// What follows from the fault of this name: each rule, and why.
pub(crate) fn of(fault: &'static str) -> impl Iterator<Item = (RuleId, &'static str)> {
    let rows = CONSEQUENCES.iter().filter(move |(name, ..)| *name == fault);
    rows.flat_map(|(_, rules, because)| rules.iter().map(move |rule| (*rule, *because)))
}

#[cfg(test)]
mod tests {
    use super::CONSEQUENCES;
    use crate::Fault;

    #[test]
    fn what_follows_from_a_fault_is_not_what_it_is_about_and_stands_once_with_its_reason() {
        let mut seen = Vec::new();
        for (name, rules, because) in CONSEQUENCES {
            let fault = Fault::find(name).unwrap_or_else(|| panic!("{name} is no fault"));
            assert!(!rules.is_empty() && !because.is_empty(), "{name}");
            for rule in *rules {
                assert!(!fault.rules().contains(rule), "{name} breaks {rule} itself");
                assert!(!seen.contains(&(fault, *rule)), "{rule} follows twice from {name}");
                seen.push((fault, *rule));
            }
        }
    }
}
