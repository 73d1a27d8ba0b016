//! The arguments of the command line.

use std::num::NonZeroUsize;

use clap::{Parser, Subcommand, ValueEnum};

/// OAuth 2.0's authorization-code flow, explored.
#[derive(Parser)]
#[command(
    version,
    after_help = "Examples:
  oauth-model check                      every scenario: laws held, refusals and phases reached
  oauth-model check replay csrf          two scenarios
  oauth-model check --engine both --below 1000000
                                         the same by stateright, which has to find the same
  oauth-model attacks                    each attack: found with its fault, absent without
  oauth-model matrix                     which mitigations stop which attacks, alone and together
  oauth-model trace code-race            the shortest way to one attack
  oauth-model induct                     the laws of one grant, for runs of any length
  oauth-model explore csrf               walk a scenario in a browser

Exit codes: 0 all held, 1 something failed, 2 bad usage, 3 the results could not be written, or a verdict's reader
went away before it, as `| head` does."
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Exhaust scenarios: each against the laws that it must keep and what it must reach.
    Check {
        /// Scenarios; all of them if none is named.
        scenarios: Vec<String>,
        /// What searches: our own search decides, since it compares whole states; stateright is its referee.
        #[arg(long, value_enum, default_value_t)]
        engine: Engines,
        /// Leave out scenarios of so many distinct states or more. stateright keeps about 600 bytes a state: one gigabyte for the
        /// scenario `crowd`, ten for `throng`.
        #[arg(long, value_name = "STATES")]
        below: Option<usize>,
        /// How many scenarios are searched at once, each in one thread; as many as the machine has cores if left out.
        #[arg(long, value_name = "N")]
        threads: Option<NonZeroUsize>,
        /// Take part I of N parts of the scenarios, counted from 1.
        #[arg(long, value_name = "I/N", value_parser = partition)]
        partition: Option<(usize, usize)>,
        /// How to print.
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// Try attacks: each with its faults on (found, shortest trace) and off (absent).
    Attacks {
        /// Attacks; all of them if none is named.
        attacks: Vec<String>,
        /// How to print.
        #[arg(long, value_enum, default_value_t)]
        format: PageFormat,
    },
    /// Tell the shortest trace of an attack.
    Trace {
        /// The attack.
        attack: String,
        /// How to print.
        #[arg(long, value_enum, default_value_t)]
        format: TraceFormat,
    },
    /// Compute which mitigations stop which attacks, alone and together.
    Matrix {
        /// How many searches run at once; as many as the machine has cores if left out.
        #[arg(long, value_name = "N")]
        threads: Option<NonZeroUsize>,
        /// How to print.
        #[arg(long, value_enum, default_value_t)]
        format: PageFormat,
    },
    /// Prove the laws of one grant for runs of any length, by induction over every record of a small domain.
    Induct {
        /// How many parts of the domain are enumerated at once; as many as the machine has cores if left out.
        #[arg(long, value_name = "N")]
        threads: Option<NonZeroUsize>,
        /// How to print.
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// List the faults.
    Faults {
        /// How to print.
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// List the laws.
    Laws {
        /// How to print.
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// List the rules of the ledger.
    Rules {
        /// How to print.
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// Walk a scenario in a browser, with stateright's Explorer.
    Explore {
        /// The scenario.
        scenario: String,
        /// Where to listen; loopback only is wise, the Explorer asks nobody who they are.
        #[arg(long, default_value = "127.0.0.1:3000")]
        listen: String,
    },
}

#[derive(Clone, Copy, Default, ValueEnum)]
pub(crate) enum Engines {
    /// The search of oauth-checker.
    #[default]
    Ours,
    /// stateright's breadth-first search, in one thread a scenario.
    Stateright,
    /// Each scenario by both, which have to agree on states, depth, laws and what is reached.
    Both,
}

#[derive(Clone, Copy, Default, ValueEnum)]
pub(crate) enum Format {
    #[default]
    Text,
    Json,
}

#[derive(Clone, Copy, Default, ValueEnum)]
pub(crate) enum PageFormat {
    #[default]
    Text,
    Json,
    Markdown,
}

#[derive(Clone, Copy, Default, ValueEnum)]
pub(crate) enum TraceFormat {
    #[default]
    Text,
    Mermaid,
    Svg,
    Json,
}

fn partition(text: &str) -> Result<(usize, usize), String> {
    let parts = text.split_once('/').and_then(|(part, of)| Some((part.parse().ok()?, of.parse().ok()?)));
    match parts {
        Some((part, of)) if part >= 1 && part <= of => Ok((part, of)),
        Some(_) | None => Err("write it as I/N with 1 <= I <= N, as in 1/4".to_owned()),
    }
}
