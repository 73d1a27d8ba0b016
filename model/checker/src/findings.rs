//! What an exploration found.

use crate::Set;

/// What is known of a model whose states were all visited.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Findings<A> {
    /// Distinct states.
    pub distinct: usize,
    /// States that were made, those that were known already included.
    pub generated: usize,
    /// The longest of the shortest ways, in actions.
    pub depth: usize,
    /// What the search kept, in bytes, if it says.
    pub bytes: Option<usize>,
    /// How likely it is that two states were taken for one.
    pub collision_probability: f64,
    /// Each law, and the trace under which it fell.
    pub always: Vec<(&'static str, Option<Vec<A>>)>,
    /// Each goal, and whether it was reached.
    pub sometimes: Vec<(String, bool)>,
}

impl<A> Findings<A> {
    pub(crate) fn goals(names: Vec<String>, reached: Set) -> Vec<(String, bool)> {
        names.into_iter().enumerate().map(|(place, name)| (name, reached.has(place))).collect()
    }

    /// What another engine found otherwise, a line each: the counts, the depth, which laws fell and how short their traces
    /// are, which goals were reached. Of two shortest traces it does not matter which was found.
    #[must_use]
    pub fn differences(&self, other: &Self) -> Vec<String> {
        let mut lines = Vec::new();
        let mut compare = |what: &str, one: String, another: String| {
            if one != another {
                lines.push(format!("{what}: {one} here, {another} there"));
            }
        };
        compare("distinct states", self.distinct.to_string(), other.distinct.to_string());
        compare("generated states", self.generated.to_string(), other.generated.to_string());
        compare("depth", self.depth.to_string(), other.depth.to_string());
        let fall = |trace: Option<&Option<Vec<A>>>| match trace {
            Some(Some(trace)) => format!("fell after {} actions", trace.len()),
            Some(None) => "held".to_owned(),
            None => "was not judged".to_owned(),
        };
        for place in 0..self.always.len().max(other.always.len()) {
            let (one, another) = (self.always.get(place), other.always.get(place));
            let name = one.or(another).map_or("", |(name, _)| name);
            compare(name, fall(one.map(|(_, trace)| trace)), fall(another.map(|(_, trace)| trace)));
        }
        for place in 0..self.sometimes.len().max(other.sometimes.len()) {
            let (one, another) = (self.sometimes.get(place), other.sometimes.get(place));
            let name = one.or(another).map_or("", |(name, _)| name);
            let words = |goal: Option<&(String, bool)>| match goal {
                Some((_, true)) => "reached".to_owned(),
                Some((_, false)) => "never reached".to_owned(),
                None => "was no goal".to_owned(),
            };
            compare(name, words(one), words(another));
        }
        lines
    }
}
