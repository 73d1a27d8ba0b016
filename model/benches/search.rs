//! How fast the search of oauth-checker is and what it keeps of each state, beside stateright's: over our worlds, part by
//! part, and over two-phase commit, whose states are kept whole. The second says how much of the first is the searches',
//! and how much what a step of our worlds takes.
//!
//! Each run has a process of its own, so that its peak of memory is its own. A round runs each subject
//! once, so that what slows the machine for a while slows all of them. The time that counts is the
//! processor's, so that waiting for other programs is not in it, and the best of the rounds, since others
//! only ever take time away.

#[path = "search/process.rs"]
mod process;
#[path = "search/subject.rs"]
mod subject;
#[path = "search/table.rs"]
mod table;
#[path = "search/two_phase_commit.rs"]
mod two_phase_commit;

use std::env;
use std::num::NonZeroUsize;
use std::process::{Command, ExitCode, Stdio};

use clap::Parser;

use subject::{Run, SUBJECTS, Subject};
use table::{Measured, ratios, table};

/// Measure the search beside stateright's.
#[derive(Parser)]
struct Arguments {
    /// Leave out the scenario of 17 million states, which takes half a minute and two gigabytes in each round.
    #[arg(long)]
    quick: bool,
    /// How many rounds; the best counts.
    #[arg(long, value_name = "N", default_value = "3")]
    rounds: NonZeroUsize,
    /// What a process of its own is started with: the one subject that it runs.
    #[arg(long, hide = true, value_name = "NAME")]
    run: Option<String>,
    /// What cargo says if it runs benchmarks, and not if it runs tests.
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if let Some(name) = arguments.run {
        let subject = SUBJECTS.iter().find(|subject| subject.name() == name);
        println!("{}", write(subject.expect("it was started with a name of ours").run()));
        return ExitCode::SUCCESS;
    }
    if !arguments.bench {
        println!("nothing is measured outside `cargo bench`");
        return ExitCode::SUCCESS;
    }
    let subjects = SUBJECTS.iter().filter(|subject| !(arguments.quick && subject.is_large()));
    let mut all: Vec<Measured> =
        subjects.map(|subject| Measured { subject: *subject, runs: Vec::new() }).collect();
    for round in 1..=arguments.rounds.get() {
        for measured in &mut all {
            let Some(run) = apart(measured.subject) else {
                eprintln!("error: {} did not end well", measured.subject.name());
                return ExitCode::FAILURE;
            };
            eprintln!("round {round}: {}: {:.2} s", measured.subject.name(), run.seconds);
            measured.runs.push(run);
        }
    }
    print!("{}\n{}", table(&all), ratios(&all));
    ExitCode::SUCCESS
}

/// Runs a subject in a process of its own; its complaints go where ours go.
fn apart(subject: Subject) -> Option<Run> {
    let own = env::current_exe().expect("a process that runs has a program");
    let mut command = Command::new(own);
    command.args(["--run", &subject.name()]).stderr(Stdio::inherit());
    let output = command.output().expect("a program that runs can be run again");
    output.status.success().then(|| read(&String::from_utf8_lossy(&output.stdout)))?
}

/// A run as a line, `-` for what is not known.
fn write(run: Run) -> String {
    fn word(value: Option<impl ToString>) -> String {
        value.map_or_else(|| "-".to_owned(), |value| value.to_string())
    }
    format!("{} {} {} {}", run.seconds, word(run.busy), word(run.kept), word(run.grown))
}

fn read(line: &str) -> Option<Run> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let [seconds, busy, kept, grown] = words[..] else { return None };
    Some(Run {
        seconds: seconds.parse().ok()?,
        busy: busy.parse().ok(),
        kept: kept.parse().ok(),
        grown: grown.parse().ok(),
    })
}
