//! What is measured: searches, each with the size that it has to find.

use std::marker::PhantomData;
use std::num::NonZeroUsize;
use std::time::Instant;

use oauth_checker::{Engine, Findings, exhaust};
use oauth_faults::Faults;
use oauth_laws::law::Law;
use oauth_model::Checked;
use oauth_world::scenario::Scenario;
use stateright::{Checker as _, Model as _};

use crate::process::{busy, peak, resident};
use crate::two_phase_commit::{Bits, Plain, SIZE, State, TwoPhaseCommit};

/// A search that is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Subject {
    /// Ours, over a scenario.
    Ours(&'static str, Laws),
    /// stateright's, over the same worlds.
    OurWorlds(&'static str, Laws),
    /// stateright's, over two-phase commit with states of collections.
    Plain,
    /// stateright's, over two-phase commit with states of bits.
    Bits,
    /// Ours, over two-phase commit with states of collections, each kept whole.
    OursPlain,
    /// Ours, over two-phase commit with states of bits.
    OursBits,
}

/// Whether the worlds are judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Laws {
    /// By all the laws of the scenario.
    Judged,
    /// They are only met.
    Unjudged,
}

/// All of them, in the order in which a round runs them and the table shows them.
pub(crate) const SUBJECTS: &[Subject] = &[
    Subject::Ours("replay", Laws::Judged),
    Subject::Plain,
    Subject::OursPlain,
    Subject::Ours("crowd", Laws::Judged),
    Subject::Bits,
    Subject::OursBits,
    Subject::OurWorlds("replay", Laws::Judged),
    Subject::Ours("replay", Laws::Unjudged),
    Subject::OurWorlds("replay", Laws::Unjudged),
    Subject::Ours("crowd", Laws::Unjudged),
    Subject::OurWorlds("crowd", Laws::Unjudged),
    Subject::Ours("throng", Laws::Judged),
];

/// One run of a search.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Run {
    /// How long it took by the clock, in seconds.
    pub(crate) seconds: f64,
    /// How long it kept a processor busy, in seconds, where the system tells.
    pub(crate) busy: Option<f64>,
    /// What the search says that it keeps, in bytes; stateright does not say.
    pub(crate) kept: Option<u64>,
    /// How far the process grew, in bytes, where the system tells.
    pub(crate) grown: Option<u64>,
}

fn scenario(name: &str) -> &'static Scenario {
    Scenario::find(name).expect("the subjects name scenarios that exist")
}

impl Laws {
    fn of(self, scenario: &'static Scenario) -> Vec<&'static Law> {
        match self {
            Self::Judged => scenario.expects.laws.to_vec(),
            Self::Unjudged => Vec::new(),
        }
    }

    const fn words(self) -> &'static str {
        match self {
            Self::Judged => "",
            Self::Unjudged => ", no laws",
        }
    }
}

impl Subject {
    /// Its name in the table, and towards the process that runs it.
    pub(crate) fn name(self) -> String {
        match self {
            Self::Ours(scenario, laws) => format!("ours, {scenario}{}", laws.words()),
            Self::OurWorlds(scenario, laws) => format!("stateright, {scenario}{}", laws.words()),
            Self::Plain => "stateright, 2PC of collections".to_owned(),
            Self::Bits => "stateright, 2PC of bits".to_owned(),
            Self::OursPlain => "ours, 2PC of collections".to_owned(),
            Self::OursBits => "ours, 2PC of bits".to_owned(),
        }
    }

    /// Whether it takes half a minute and two gigabytes.
    pub(crate) fn is_large(self) -> bool {
        self.size().0 > 10_000_000
    }

    /// How many distinct states it has to find, and how many it has to make.
    pub(crate) fn size(self) -> (usize, usize) {
        match self {
            Self::Ours(name, _) | Self::OurWorlds(name, _) => {
                let size = scenario(name).expects.size;
                (size.distinct, size.generated)
            }
            Self::Plain | Self::Bits | Self::OursPlain | Self::OursBits => SIZE,
        }
    }

    /// Runs it once, in this process.
    pub(crate) fn run(self) -> Run {
        match self {
            Self::Ours(name, laws) => self.of_scenario(name, laws, Engine::Ours),
            Self::OurWorlds(name, laws) => {
                self.of_scenario(name, laws, Engine::Stateright { threads: NonZeroUsize::MIN })
            }
            Self::Plain => self.stateright::<Plain>(),
            Self::Bits => self.stateright::<Bits>(),
            Self::OursPlain => self.ours::<Plain>(),
            Self::OursBits => self.ours::<Bits>(),
        }
    }

    fn of_scenario(self, name: &str, laws: Laws, engine: Engine) -> Run {
        let started = Started::now();
        let scenario = scenario(name);
        let found = exhaust(&Checked::new(scenario, Faults::none(), laws.of(scenario)), engine);
        self.judged(&started, &found)
    }

    fn ours<S: State>(self) -> Run {
        let started = Started::now();
        let found = exhaust(&TwoPhaseCommit::<S>(PhantomData), Engine::Ours);
        assert!(found.sometimes.iter().all(|(_, reached)| *reached), "{}: goals", self.name());
        self.judged(&started, &found)
    }

    /// The run, if the search found what it has to.
    fn judged<A>(self, started: &Started, found: &Findings<A>) -> Run {
        let run = started.ended(found.bytes.map(|bytes| bytes as u64));
        assert_eq!((found.distinct, found.generated), self.size(), "{}", self.name());
        assert!(found.always.iter().all(|(_, trace)| trace.is_none()), "{}: laws fell", self.name());
        run
    }

    /// stateright by itself, without our model between: breadth first, in one thread.
    fn stateright<S: State>(self) -> Run {
        let started = Started::now();
        let checker = TwoPhaseCommit::<S>(PhantomData).checker().threads(1).spawn_bfs().join();
        let run = started.ended(None);
        assert_eq!((checker.unique_state_count(), checker.state_count()), self.size(), "{}", self.name());
        // The two that say what is sometimes reached; the third would be a state that is inconsistent.
        assert_eq!(checker.discoveries().len(), 2, "{}: discoveries", self.name());
        run
    }
}

/// What the process was when a run began.
struct Started {
    at: Instant,
    busy: Option<f64>,
    resident: Option<u64>,
}

impl Started {
    fn now() -> Self {
        Self { resident: resident(), busy: busy(), at: Instant::now() }
    }

    /// The run, if it ends now; `kept` is what the search says of itself.
    fn ended(&self, kept: Option<u64>) -> Run {
        let since = |now: Option<f64>, then: Option<f64>| Some(now? - then?);
        let grown = |now: Option<u64>, then: Option<u64>| Some(now?.saturating_sub(then?));
        Run {
            seconds: self.at.elapsed().as_secs_f64(),
            busy: since(busy(), self.busy),
            kept,
            grown: grown(peak(), self.resident),
        }
    }
}
