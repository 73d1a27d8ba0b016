//! What else has to break where a fault is on: rules that are not what the fault is about, and that no server with it can
//! keep.
//!
//! `oauth-conformance selftest --whole` runs every case under each fault. A finding that fails there under a rule that is
//! neither the fault's nor stands here accuses a server of what it does right.

use oauth_rules::RuleId;

/// Rules that break by themselves where a fault is on.
pub(crate) struct Consequence {
    /// The fault.
    pub(crate) fault: &'static str,
    /// The rules.
    pub(crate) rules: &'static [RuleId],
    /// Why no server with the fault can keep them.
    pub(crate) because: &'static str,
}

/// One entry a fault and reason, in the order of the registry.
pub(crate) const CONSEQUENCES: &[Consequence] = &[];

/// What follows from the fault of this name.
pub(crate) fn of(fault: &'static str) -> impl Iterator<Item = &'static Consequence> {
    CONSEQUENCES.iter().filter(move |consequence| consequence.fault == fault)
}

#[cfg(test)]
mod tests {
    use super::CONSEQUENCES;
    use crate::Fault;

    #[test]
    fn what_follows_from_a_fault_is_not_what_it_is_about_and_stands_once_with_its_reason() {
        let mut seen = Vec::new();
        for consequence in CONSEQUENCES {
            let fault = Fault::find(consequence.fault);
            let fault = fault.unwrap_or_else(|| panic!("{} is no fault", consequence.fault));
            assert!(!consequence.rules.is_empty() && !consequence.because.is_empty(), "{fault:?}");
            for rule in consequence.rules {
                assert!(!fault.rules().contains(rule), "{fault:?} breaks {rule} itself");
                assert!(!seen.contains(&(fault, *rule)), "{rule} follows twice from {fault:?}");
                seen.push((fault, *rule));
            }
        }
    }
}
