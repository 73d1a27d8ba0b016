//! What was measured, for people: a line for each subject, and what they are to each other.

use std::fmt::Write as _;

use crate::subject::{Laws, Run, Subject};

/// A subject and its runs.
pub(crate) struct Measured {
    pub(crate) subject: Subject,
    pub(crate) runs: Vec<Run>,
}

impl Measured {
    /// The seconds that count: the processor's where they are known, the clock's elsewhere.
    fn seconds(&self) -> impl Iterator<Item = f64> {
        self.runs.iter().map(|run| run.busy.unwrap_or(run.seconds))
    }

    fn best(&self) -> f64 {
        self.seconds().fold(f64::INFINITY, f64::min)
    }

    fn worst(&self) -> f64 {
        self.seconds().fold(0.0, f64::max)
    }

    fn by_the_clock(&self) -> f64 {
        self.runs.iter().map(|run| run.seconds).fold(f64::INFINITY, f64::min)
    }

    fn distinct(&self) -> f64 {
        self.subject.size().0 as f64
    }

    fn generated(&self) -> f64 {
        self.subject.size().1 as f64
    }

    /// Microseconds for each distinct state.
    fn time(&self) -> f64 {
        self.best() * 1e6 / self.distinct()
    }

    /// Microseconds for each generated state.
    fn step(&self) -> f64 {
        self.best() * 1e6 / self.generated()
    }

    /// The least of what the runs had, for each distinct state.
    fn bytes(&self, of: impl Fn(&Run) -> Option<u64>) -> Option<f64> {
        self.runs.iter().filter_map(of).min().map(|bytes| bytes as f64 / self.distinct())
    }

    fn peak(&self) -> Option<f64> {
        self.bytes(|run| run.grown)
    }
}

fn or_dash(value: Option<f64>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| format!("{value:.0}"))
}

/// The table.
pub(crate) fn table(all: &[Measured]) -> String {
    let rounds = all.first().map_or(0, |measured| measured.runs.len());
    let mut text = format!(
        "One thread each; the best of {rounds} rounds, each search once a round.\n\n\
         {:<31} {:>9} {:>9} {:>7} {:>7} {:>7} {:>10} {:>11} {:>8} {:>7} {:>7}\n",
        "search, states",
        "distinct",
        "generated",
        "seconds",
        "(worst)",
        "(clock)",
        "distinct/s",
        "generated/s",
        "us/state",
        "kept/st",
        "peak/st",
    );
    for measured in all {
        let (distinct, generated) = measured.subject.size();
        writeln!(
            text,
            "{:<31} {distinct:>9} {generated:>9} {:>7.2} {:>7.2} {:>7.2} {:>10.0} {:>11.0} \
             {:>8.2} {:>7} {:>7}",
            measured.subject.name(),
            measured.best(),
            measured.worst(),
            measured.by_the_clock(),
            measured.distinct() / measured.best(),
            measured.generated() / measured.best(),
            measured.time(),
            or_dash(measured.bytes(|run| run.kept)),
            or_dash(measured.peak()),
        )
        .expect("a string takes all");
    }
    text.push_str(
        "\nseconds: the processor's, where the system tells them; clock: the best by the clock.\n\
         kept: bytes a distinct state that the search says it reserved; peak: how far its process grew.\n",
    );
    text
}

/// The ratios.
pub(crate) fn ratios(all: &[Measured]) -> String {
    let find = |subject| all.iter().find(|measured| measured.subject == subject);
    let ours = |scenario, laws| find(Subject::Ours(scenario, laws));
    let theirs = |scenario, laws| find(Subject::OurWorlds(scenario, laws));
    let replay = ours("replay", Laws::Judged);
    let mut text = String::new();
    let mut line = |words: &str, one: Option<f64>, other: Option<f64>| {
        if let (Some(one), Some(other)) = (one, other) {
            writeln!(text, "{words:<90} {:>6.2}", one / other).expect("a string takes all");
        }
    };
    let time = |of: Option<&Measured>| of.map(Measured::time);
    let step = |of: Option<&Measured>| of.map(Measured::step);
    let peak = |of: Option<&Measured>| of.and_then(Measured::peak);

    let (crowd, throng) = (ours("crowd", Laws::Judged), ours("throng", Laws::Judged));
    line("time per state, ours: crowd (10^6) to replay (10^5)", time(crowd), time(replay));
    line("time per state, ours: throng (10^7) to replay (10^5)", time(throng), time(replay));
    for (words, scenario, laws) in [
        ("replay with all its laws", "replay", Laws::Judged),
        ("replay without laws", "replay", Laws::Unjudged),
        ("crowd without laws", "crowd", Laws::Unjudged),
    ] {
        let (other, own) = (theirs(scenario, laws), ours(scenario, laws));
        line(&format!("time, the same worlds: stateright to ours, {words}"), time(other), time(own));
        line(&format!("peak, the same worlds: stateright to ours, {words}"), peak(other), peak(own));
    }
    for (words, kind, own) in [
        ("of collections", Subject::Plain, Subject::OursPlain),
        ("of bits", Subject::Bits, Subject::OursBits),
    ] {
        let (other, own) = (find(kind), find(own));
        line(&format!("time, 2PC {words}: stateright to ours"), time(other), time(own));
        line(&format!("peak, 2PC {words}: stateright to ours"), peak(other), peak(own));
        let models = format!("stateright over 2PC {words} to ours over replay");
        line(&format!("time per distinct state: {models}"), time(other), time(replay));
        line(&format!("time per generated state: {models}"), step(other), step(replay));
        line(&format!("peak per distinct state: {models}"), peak(other), peak(replay));
    }
    text
}
