//! `oauth-model`: explore the scopes, try the attacks, list laws, faults and rules.

use std::io::{self, Write};
use std::num::NonZeroUsize;
use std::process::ExitCode;
use std::time::Instant;

use clap::{Parser, Subcommand, ValueEnum};
use oauth_model::attack::Attack;
use oauth_model::check::report::{
    Mitigated, attack_text, attacks_json, scope_text, scopes_json, told, try_attack,
};
use oauth_model::check::run::{Explored, exhaust, laws_of};
use oauth_model::check::side_by_side::{cores, side_by_side};
use oauth_model::check::trace::{Message, Told};
use oauth_model::check::{Checked, document, matrix, trace};
use oauth_model::fault::{Fault, Faults, Side};
use oauth_model::induct::property::PROPERTIES;
use oauth_model::induct::{Part, prove};
use oauth_model::law::LAWS;
use oauth_model::policy::WrongVerifier;
use oauth_model::rule::RULES;
use oauth_model::scope::{SCOPES, Scope};
use serde_json::{Value, json};
use stateright::Model as _;

/// OAuth 2.0's authorization-code flow, explored.
#[derive(Parser)]
#[command(
    version,
    after_help = "Examples:
  oauth-model check                      every scope: laws held, refusals and phases reached
  oauth-model check replay csrf          two scopes
  oauth-model attacks                    each attack: found with its fault, absent without
  oauth-model matrix                     which mitigations stop which attacks, alone and together
  oauth-model trace code-race            the shortest way to one attack
  oauth-model induct                     the laws of one grant, for runs of any length
  oauth-model explore csrf               walk a scope in a browser

Exit codes: 0 all held, 1 something failed, 2 bad usage, 3 not completed."
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Exhaust scopes: each against the laws that it must keep and what it must reach.
    Check {
        /// Scopes; all of them if none is named.
        scopes: Vec<String>,
        /// How many scopes are searched at once, each in one thread; as many as the machine has cores if left out.
        #[arg(long, value_name = "N")]
        threads: Option<NonZeroUsize>,
        /// Take part I of N parts of the scopes, counted from 1.
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
    /// Walk a scope in a browser, with stateright's Explorer.
    Explore {
        /// The scope.
        scope: String,
        /// Where to listen; loopback only is wise, the Explorer asks nobody who they are.
        #[arg(long, default_value = "127.0.0.1:3000")]
        listen: String,
    },
}

#[derive(Clone, Copy, Default, ValueEnum)]
enum Format {
    #[default]
    Text,
    Json,
}

#[derive(Clone, Copy, Default, ValueEnum)]
enum PageFormat {
    #[default]
    Text,
    Json,
    Markdown,
}

#[derive(Clone, Copy, Default, ValueEnum)]
enum TraceFormat {
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

fn main() -> ExitCode {
    match run(&Arguments::parse().command) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        // A reader that closed the pipe wants no more output, and no complaint.
        Err(Failure::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(Failure::Output(error)) => {
            eprintln!("error: cannot write the result: {error}");
            ExitCode::from(3)
        }
        Err(Failure::Usage(text)) => {
            eprintln!("error: {text}");
            ExitCode::from(2)
        }
    }
}

enum Failure {
    Usage(String),
    Output(io::Error),
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

fn run(command: &Command) -> Result<bool, Failure> {
    match command {
        Command::Check { scopes, threads, partition, format } => check(scopes, *threads, *partition, *format),
        Command::Attacks { attacks, format } => run_attacks(attacks, *format),
        Command::Trace { attack, format } => run_trace(attack, *format),
        Command::Matrix { threads, format } => run_matrix(*threads, *format),
        Command::Induct { threads, format } => run_induct(*threads, *format),
        Command::Faults { format } => list(
            *format,
            "faults",
            &Fault::ALL.iter().map(fault_json).collect::<Vec<_>>(),
            Fault::ALL.iter().map(fault_text),
        ),
        Command::Laws { format } => list(
            *format,
            "laws",
            &LAWS
                .iter()
                .map(|law| {
                    json!({"id": law.id, "about": law.about, "observable": law.observable,
                           "rules": law.rules.iter().map(|rule| rule.id()).collect::<Vec<_>>()})
                })
                .collect::<Vec<_>>(),
            LAWS.iter().map(|law| {
                let seen = if law.observable { "" } else { " (model only)" };
                format!("{:<36} {}{seen}", law.id, law.about)
            }),
        ),
        Command::Rules { format } => list(
            *format,
            "rules",
            &RULES
                .iter()
                .map(|rule| {
                    json!({"id": rule.id, "spec": rule.spec, "section": rule.section,
                           "kind": format!("{:?}", rule.kind).to_lowercase(),
                           "level": format!("{:?}", rule.level).to_uppercase(),
                           "status": format!("{:?}", rule.status).to_lowercase(),
                           "summary": rule.summary, "reason": rule.reason, "note": rule.note})
                })
                .collect::<Vec<_>>(),
            RULES.iter().map(|rule| {
                let status = format!("{:?}", rule.status).to_lowercase();
                let level = format!("{:?}", rule.level).to_uppercase();
                format!("{:<56} {status:<8} {}: {}", rule.id, level, rule.summary)
            }),
        ),
        Command::Explore { scope, listen } => explore(scope, listen),
    }
}

fn check(
    names: &[String],
    threads: Option<NonZeroUsize>,
    partition: Option<(usize, usize)>,
    format: Format,
) -> Result<bool, Failure> {
    let mut scopes: Vec<&'static Scope> = if names.is_empty() {
        SCOPES.iter().collect()
    } else {
        names.iter().map(|name| find_scope(name)).collect::<Result<_, _>>()?
    };
    if let Some((part, of)) = partition {
        scopes = scopes
            .into_iter()
            .enumerate()
            .filter(|(at, _)| at % of == part - 1)
            .map(|(_, scope)| scope)
            .collect();
    }
    let mut out = io::stdout().lock();
    let started = Instant::now();
    let (mut all, mut written) = (Vec::new(), Ok(()));
    let search = |scope: &&'static Scope| exhaust(scope, Faults::none());
    side_by_side(threads.unwrap_or_else(cores), &scopes, search, |explored| {
        if matches!(format, Format::Text) && written.is_ok() {
            written = write!(out, "{}", scope_text(&explored));
        }
        all.push(explored);
    });
    written?;
    let held = all.iter().all(Explored::holds);
    if matches!(format, Format::Json) {
        writeln!(out, "{}", scopes_json(&all))?;
        return Ok(held);
    }
    let states: usize = all.iter().map(|explored| explored.unique_states).sum();
    let seconds = started.elapsed().as_secs_f64();
    let verdict = if held { "held" } else { "failed" };
    writeln!(
        out,
        "{verdict}: {} scopes, {states} distinct states, each compared whole (collision probability 0), {seconds:.1} s",
        scopes.len()
    )?;
    Ok(held)
}

fn find_scope(name: &str) -> Result<&'static Scope, Failure> {
    Scope::find(name).ok_or_else(|| {
        let known: Vec<&str> = SCOPES.iter().map(|scope| scope.name).collect();
        Failure::Usage(format!("there is no scope {name:?}; there are {}", known.join(", ")))
    })
}

fn find_attack(id: &str) -> Result<&'static Attack, Failure> {
    Attack::find(id).ok_or_else(|| {
        let known: Vec<&str> = Attack::all().map(|attack| attack.id).collect();
        Failure::Usage(format!("there is no attack {id:?}; there are {}", known.join(", ")))
    })
}

fn run_attacks(names: &[String], format: PageFormat) -> Result<bool, Failure> {
    let attacks: Vec<&'static Attack> = if names.is_empty() {
        Attack::all().collect()
    } else {
        names.iter().map(|name| find_attack(name)).collect::<Result<_, _>>()?
    };
    let mut out = io::stdout().lock();
    let mut mitigated = Mitigated::default();
    let mut tried = Vec::new();
    for attack in attacks {
        tried.push(try_attack(attack, &mut mitigated));
        if let (PageFormat::Text, Some(last)) = (format, tried.last()) {
            writeln!(out, "{}", attack_text(last))?;
        }
    }
    let held = tried.iter().all(oauth_model::check::report::Tried::holds);
    match format {
        PageFormat::Markdown => write!(out, "{}", document::attacks(&tried))?,
        PageFormat::Json => writeln!(out, "{}", attacks_json(&tried))?,
        PageFormat::Text => {
            let verdict = if held { "held" } else { "failed" };
            writeln!(out, "{verdict}: {} attacks, each in the bounds of its scope", tried.len())?;
        }
    }
    Ok(held)
}

fn run_matrix(threads: Option<NonZeroUsize>, format: PageFormat) -> Result<bool, Failure> {
    let rows = matrix::matrix(threads.unwrap_or_else(cores));
    let mut out = io::stdout().lock();
    match format {
        PageFormat::Text => write!(out, "{}", matrix::text(&rows))?,
        PageFormat::Json => writeln!(out, "{}", matrix::json(&rows))?,
        PageFormat::Markdown => write!(out, "{}", document::mitigations(&rows))?,
    }
    Ok(true)
}

fn run_induct(threads: Option<NonZeroUsize>, format: Format) -> Result<bool, Failure> {
    let mut out = io::stdout().lock();
    let (mut reports, mut written) = (Vec::new(), Ok(()));
    let prove = |part: &Part| prove(&[*part], WrongVerifier::BurnsCode, &Faults::none());
    side_by_side(threads.unwrap_or_else(cores), Part::ALL, prove, |report| {
        if matches!(format, Format::Text) && written.is_ok() {
            written = write!(out, "{report}");
        }
        reports.push(report);
    });
    written?;
    let holds = reports.iter().all(|report| report.broken.is_none());
    let tallies = || reports.iter().flat_map(|report| &report.parts);
    match format {
        Format::Json => {
            let parts: Vec<Value> = tallies()
                .map(|tally| json!({"part": tally.part.name(), "records": tally.records, "steps": tally.pairs}))
                .collect();
            let broken =
                reports.iter().find_map(|report| report.broken.as_ref()).map(|broken| broken.property);
            writeln!(out, "{}", json!({"holds": holds, "parts": parts, "broken": broken}))?;
        }
        Format::Text => {
            let (records, steps) = tallies()
                .fold((0, 0), |(records, steps), tally| (records + tally.records, steps + tally.pairs));
            let verdict = if holds { "held" } else { "failed" };
            let laws = PROPERTIES.len();
            writeln!(out, "{verdict}: {laws} laws of one grant, {records} records, {steps} steps")?;
        }
    }
    Ok(holds)
}

fn run_trace(id: &str, format: TraceFormat) -> Result<bool, Failure> {
    let tried = try_attack(find_attack(id)?, &mut Mitigated::default());
    let steps = told(&tried);
    let mut out = io::stdout().lock();
    match format {
        TraceFormat::Text => {
            writeln!(out, "{}", attack_text(&tried))?;
            write!(out, "{}", trace::text(&steps))?;
        }
        TraceFormat::Mermaid => write!(out, "{}", trace::mermaid(&steps))?,
        TraceFormat::Svg => writeln!(out, "{}", trace::svg(&steps))?,
        TraceFormat::Json => {
            let steps: Vec<Value> = steps.iter().enumerate().map(told_json).collect();
            writeln!(
                out,
                "{}",
                json!({"attack": tried.attack.id, "found": tried.trace.is_some(), "steps": steps})
            )?;
        }
    }
    Ok(tried.holds())
}

fn told_json((at, told): (usize, &Told)) -> Value {
    let http = |message: &Message| {
        json!({"from": message.from, "to": message.to,
               "answer": message.is_answer, "lines": message.lines})
    };
    json!({"n": at + 1, "step": told.step, "actor": told.actor, "to": told.to, "says": told.says,
           "http": told.http.iter().map(http).collect::<Vec<_>>()})
}

fn list(
    format: Format,
    key: &str,
    entries: &[Value],
    lines: impl Iterator<Item = String>,
) -> Result<bool, Failure> {
    let mut out = io::stdout().lock();
    match format {
        Format::Json => writeln!(out, "{}", json!({ key: entries }))?,
        Format::Text => {
            for line in lines {
                writeln!(out, "{line}")?;
            }
        }
    }
    Ok(true)
}

const fn side(fault: Fault) -> &'static str {
    match fault.side() {
        Side::Server => "server",
        Side::Client => "client",
    }
}

fn fault_json(fault: &Fault) -> Value {
    json!({"id": fault.name(), "side": side(*fault), "about": fault.about(),
           "rules": fault.rules().iter().map(|rule| rule.id()).collect::<Vec<_>>()})
}

fn fault_text(fault: &Fault) -> String {
    let rules: Vec<&str> = fault.rules().iter().map(|rule| rule.id()).collect();
    format!("{:<34} {}: {}\n{:36}breaks {}", fault.name(), side(*fault), fault.about(), "", rules.join(", "))
}

fn explore(name: &str, listen: &str) -> Result<bool, Failure> {
    let scope = find_scope(name)?;
    // stateright panics on an address that it cannot bind, so the address is tried first.
    let address =
        std::net::TcpListener::bind(listen).and_then(|listener| listener.local_addr()).map_err(|error| {
            Failure::Usage(format!("--listen {listen}: {error}; name a free address, as in 127.0.0.1:0"))
        })?;
    eprintln!("exploring {name} on http://{address}; stop with Ctrl-C");
    let _served = Checked::new(scope, Faults::none(), laws_of(scope)).checker().serve(address);
    Ok(true)
}
