//! How much chance a value can hold.

use std::collections::BTreeSet;

use crate::case_end::{CaseEnd, Checked};

/// No two samples are equal.
pub(in crate::cases) fn differ(kind: &str, samples: &[String]) -> Checked {
    let distinct: BTreeSet<&String> = samples.iter().collect();
    if distinct.len() < samples.len() {
        let saw = format!("{} different ones of {}", distinct.len(), samples.len());
        return Err(CaseEnd::broken(format!("{kind} of which no two are equal"), saw));
    }
    Ok(())
}

/// The most bits that can vary: the places at which the samples differ, each with all characters that stand at
/// any such place.
pub(in crate::cases) fn upper_bound(samples: &[String]) -> f64 {
    let length = samples.iter().map(|sample| sample.chars().count()).max().unwrap_or(0);
    let columns =
        (0..length).map(|at| samples.iter().map(|text| text.chars().nth(at)).collect::<BTreeSet<_>>());
    let varying: Vec<_> = columns.filter(|column| column.len() > 1).collect();
    let alphabet: BTreeSet<_> = varying.iter().flatten().collect();
    let bits: f64 =
        varying.iter().map(|_| f64::from(u32::try_from(alphabet.len()).unwrap_or(u32::MAX)).log2()).sum();
    bits
}

#[cfg(test)]
mod tests {
    use super::upper_bound;

    #[test]
    fn only_places_that_vary_count() {
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        for (samples, bits) in [
            (texts(&["same", "same"]), 0.0),
            (texts(&["x0", "x1"]), 1.0),
            (texts(&["00", "11", "23", "32"]), 4.0),
            (texts(&["a", "ab"]), 1.0),
        ] {
            assert!((upper_bound(&samples) - bits).abs() < 1e-9, "{samples:?}");
        }
    }
}
