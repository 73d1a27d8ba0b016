//! The command line. Results go to stdout, progress and refusals to stderr.

mod file;
mod header;
mod printer;
mod reporter;
mod show;
mod signals;
mod ticker;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anstream::{AutoStream, ColorChoice};
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};
use oauth_faults::{Fault, Faults};
use oauth_suite::case::{Profile, RunState};
use oauth_suite::report::{self, Layout, Secrets, Style};
use oauth_suite::run::{RunError, Selection, run};
use oauth_suite::subject::{self, DiscoverError, Flags, Target, discover};
use oauth_suite::visible::Page;
use oauth_suite::wire::Clock;
use oauth_suite::wire::http::{Settings, Wire, read_certificates};

use crate::cases;
use crate::liberties::{self, Liberty};
use crate::reference;
use crate::selftest::{Wanted, selftest};
use file::Destination;
use header::HeaderParser;
use printer::{Printed, Printer, print};
use reporter::{File, Files, Reporter};
use signals::Signals;
pub use signals::is_ignored;
use ticker::{Ticker, tell, wait_teller};

const EXAMPLES: &str = "\
Examples:
  oauth-conformance run                                 (the reference server, in this process)
  oauth-conformance run --target server.toml
  oauth-conformance run --target server.toml --only code/ --format json
  oauth-conformance run --target server.toml --text report.txt --json report.json
  oauth-conformance run --issuer http://127.0.0.1:9000 --client-id app --client-secret-env APP_SECRET \\
      --redirect-uri http://localhost:8000/callback --user alice --password-env ALICE_PASSWORD
  oauth-conformance list
  oauth-conformance explain code/refused-the-second-time
  oauth-conformance selftest --fault code-replayable

Exit codes: 0 nothing failed and nothing stayed open, 1 something failed, 2 bad usage or configuration, 3 not
completed: a case stayed open, the run was interrupted, or its results could not be written. Where whoever reads
standard output goes away, as `| head` does, a run goes on if it writes a file too, and else ends with 3.";

/// The exit code where nobody read the results: no verdict is lost without it.
const UNREAD: u8 = 3;

/// A conformance suite for OAuth 2.0 authorization servers.
#[derive(Debug, Parser)]
#[command(name = "oauth-conformance", version, after_help = EXAMPLES)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Runs the cases against a live server
    Run(Box<RunArgs>),
    /// Lists the cases
    List(ListArgs),
    /// Says what a case or a rule is about
    Explain(ExplainArgs),
    /// Runs the suite against the reference server: clean, under each of its faults, under each liberty
    Selftest(SelftestArgs),
}

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
struct RunArgs {
    /// A target file (TOML)
    #[arg(long, value_name = "FILE", conflicts_with = "issuer")]
    target: Option<PathBuf>,
    /// The server's issuer; its metadata names the endpoints
    #[arg(long, value_name = "URL")]
    issuer: Option<String>,
    /// The client identifier
    #[arg(long, value_name = "ID", requires = "issuer")]
    client_id: Option<String>,
    /// The environment variable with the client's secret; without it the client is public
    #[arg(long, value_name = "NAME", requires = "issuer")]
    client_secret_env: Option<String>,
    /// The client's redirect URI; never connected to
    #[arg(long, value_name = "URI", requires = "issuer")]
    redirect_uri: Option<String>,
    /// The scope to ask for
    #[arg(long, value_name = "SCOPE", requires = "issuer")]
    scope: Option<String>,
    /// A protected resource that answers GET
    #[arg(long, value_name = "URL", requires = "issuer")]
    resource: Option<String>,
    /// The user who logs in
    #[arg(long, value_name = "NAME", requires = "issuer")]
    user: Option<String>,
    /// The environment variable with the user's password
    #[arg(long, value_name = "NAME", requires = "issuer")]
    password_env: Option<String>,
    /// Further certificates to trust (PEM)
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
    /// A header on every request, as `Name: value`; none that frames requests or says where they go
    #[arg(long, value_name = "HEADER", value_parser = HeaderParser)]
    header: Vec<(String, String)>,
    /// The documents to judge by
    #[arg(long, value_name = "PROFILE", value_parser = profile(), default_value = "rfc9700")]
    profile: Profile,
    /// Runs these cases only: case or rule ids, or how they begin
    #[arg(long, value_name = "ID", num_args = 1..)]
    only: Vec<String>,
    /// Leaves these cases out: case or rule ids, or how they begin
    #[arg(long, value_name = "ID", num_args = 1..)]
    skip: Vec<String>,
    /// Lets a broken SHOULD fail
    #[arg(long)]
    strict: bool,
    /// Runs the cases that wait on the clock too; where the target has [clock], they run always and wait for nobody
    #[arg(long)]
    slow: bool,
    /// Runs one part of the cases, as `2/3`; counted from 1
    #[arg(long, value_name = "I/N", value_parser = partition)]
    partition: Option<(usize, usize)>,
    /// How long to wait for an answer, in seconds
    #[arg(long, value_name = "S", default_value_t = 10.0, value_parser = seconds)]
    timeout: f64,
    /// What fresh values are drawn from; a report says which it used
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Shows secrets as they are
    #[arg(long)]
    unmask: bool,
    /// Lets the text have a line for each case, where it else has one for each family, and one for each cause at its end
    #[arg(long, short)]
    verbose: bool,
    /// How the results are written
    #[arg(long, value_name = "FORMAT", value_parser = reporter::format(), default_value = "text")]
    format: &'static report::Format,
    #[command(flatten)]
    files: Files,
}

#[derive(Debug, Args)]
struct ListArgs {
    /// The documents to judge by
    #[arg(long, value_name = "PROFILE", value_parser = profile(), default_value = "rfc9700")]
    profile: Profile,
    /// How the list is written
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

#[derive(Debug, Args)]
struct ExplainArgs {
    /// A case id or a rule id
    id: String,
}

#[derive(Debug, Args)]
struct SelftestArgs {
    /// This fault only, without the clean run; `oauth-model faults` lists them
    #[arg(long, value_name = "NAME", value_parser = fault)]
    fault: Vec<Fault>,
    /// The clean run and this liberty only; `all` takes each of them
    #[arg(long, value_name = "NAME", value_parser = liberty)]
    liberty: Vec<Liberties>,
    /// Every case under each fault (all faults, if none is named), and nothing may fail under a rule that the fault
    /// neither breaks nor brings with it; a quarter of an hour for all
    #[arg(long, conflicts_with = "liberty")]
    whole: bool,
    /// Takes up to so many of the liberties together, in groups drawn by the seed
    #[arg(long, value_name = "N", requires = "liberty", default_value_t = 1)]
    together: usize,
    /// The seed of the groups and of the runs, to repeat them
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// How the results are written
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// Writes the results as JSON to this file too, when all ended; `specs/DETECTION.md` is made of such files
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

/// What `--liberty` names.
#[derive(Debug, Clone)]
struct Liberties(Vec<&'static Liberty>);

impl SelftestArgs {
    /// What is to be run: everything, if nothing is named.
    fn wanted(&self, seed: u64) -> Wanted {
        let named: Vec<&'static Liberty> =
            self.liberty.iter().flat_map(|named| named.0.iter().copied()).collect();
        match (self.fault.is_empty(), named.is_empty()) {
            (true, true) if self.whole => Wanted { whole: true, ..Wanted::every_fault() },
            (true, true) => Wanted::everything(),
            (false, true) => Wanted { whole: self.whole, ..Wanted::faults(self.fault.clone()) },
            (_, false) => {
                let groups = match self.together {
                    0 | 1 => named.into_iter().map(|liberty| vec![liberty]).collect(),
                    size => liberties::groups(&named, size, seed),
                };
                Wanted { faults: self.fault.clone(), ..Wanted::liberties(groups) }
            }
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
}

impl Cli {
    /// Reads the arguments; gives the exit code once help was asked for, or bad usage was told of.
    ///
    /// # Errors
    /// The exit code.
    pub fn read() -> Result<Self, u8> {
        Self::try_parse().map_err(|error| {
            if error.use_stderr() {
                // It repeats what was given.
                let mut page = Page::new();
                error.to_string().trim_end().lines().for_each(|line| page.line(format_args!("{line}")));
                tell(&page);
            } else {
                // Help is ours alone, and may have colours. Where it cannot be written, nobody reads it.
                let _printed = error.print();
            }
            u8::try_from(error.exit_code()).unwrap_or(2)
        })
    }

    /// Does what the command line says; gives the exit code.
    pub async fn execute(self) -> u8 {
        let signals = Signals::listen();
        let done = match self.command {
            Command::Run(args) => execute_run(*args, &signals).await,
            Command::List(args) => print(&match args.format {
                Format::Text => show::list(args.profile),
                Format::Json => Page::json(&show::list_json(args.profile)),
            })
            .map(|_| 0),
            Command::Selftest(args) => execute_selftest(&args, &signals).await,
            Command::Explain(args) => show::explain(&args.id).and_then(|text| print(&text)).map(|_| 0),
        };
        done.unwrap_or_else(|halt: RunError| {
            tell(&Page::of(format_args!("oauth-conformance: {halt}")));
            halt.exit_code
        })
    }
}

async fn execute_run(args: RunArgs, signals: &Signals) -> Result<u8, RunError> {
    let files = File::check(&args.files)?;
    let ca = args.ca.clone();
    let roots = soon(signals, apart(move || ca.as_deref().map(read_certificates).transpose())).await??;
    let settings = Settings {
        timeout: Duration::from_secs_f64(args.timeout),
        roots: roots.map_err(|error| RunError::usage(error.to_string()))?.unwrap_or_default(),
        headers: args.header.clone(),
    };
    let printer = Printer::start();
    let wire = Wire::new(&settings).map_err(|error| RunError::usage(error.to_string()))?;
    let wire = wire.telling(wait_teller(printer.pen()));
    let (mut target, clock, reference) = soon(signals, choose_target(&args)).await??;
    let discovered = soon(signals, discover(&wire, &mut target)).await?;
    discovered.map_err(|fault| match fault {
        DiscoverError::Down { .. } => RunError::incomplete(fault.to_string()),
        DiscoverError::Nothing { .. } | DiscoverError::Lacks { .. } => RunError::usage(fault.to_string()),
    })?;
    let clock = if clock.is_real() { soon(signals, named_clock(&wire, &target)).await? } else { clock };
    let seed = args.seed.unwrap_or_else(|| u64::from(rand::random::<u32>()));
    let live = Arc::new(RunState::new(target, wire, clock, args.profile, seed));
    let selection =
        Selection { only: args.only, skip: args.skip, slow: args.slow, partition: args.partition };
    let mut reporter = Reporter {
        ticker: Ticker::new(printer.pen(), reference.is_none()),
        pen: printer.pen(),
        format: args.format,
        style: style(if args.verbose { Layout::Each } else { Layout::Folded }),
        files,
        secrets: if args.unmask { Secrets::Shown } else { Secrets::Covered },
    };
    let all = cases(args.profile);
    let is_kept = !reporter.files.is_empty();
    let unread = async {
        match is_kept {
            true => std::future::pending().await,
            false => printer.unread().await,
        }
    };
    let ending = async {
        tokio::select! {
            () = signals.first() => {}
            () = unread => {}
        }
    };
    let outcome = run(&live, &all, &selection, args.strict, &mut reporter, ending).await;
    // The files first: who reads stdout may be slow.
    let written = if outcome.is_ok() { reporter.write_files(signals) } else { Ok(()) };
    let printed = printer.finish();
    let outcome = outcome?;
    written?;
    match printed? {
        Printed::Unread if !is_kept => Ok(UNREAD),
        Printed::All | Printed::Unread => Ok(outcome.exit_code()),
    }
}

async fn execute_selftest(args: &SelftestArgs, signals: &Signals) -> Result<u8, RunError> {
    let seed = args.seed.unwrap_or_else(|| u64::from(rand::random::<u32>()));
    let wanted = args.wanted(seed);
    let json = args.json.as_deref().map(|path| Destination::of_flag("json", path)).transpose()?;
    let is_kept = json.is_some();
    // A reader that left wants no more; one that only lost the results is told so at the end.
    let mut told = Ok(Printed::All);
    let tell = |page: Page| {
        if args.format == Format::Text && matches!(told, Ok(Printed::All)) {
            told = print(&page);
        }
    };
    let done = tokio::select! {
        biased;
        () = signals.first() => return Err(RunError::incomplete("interrupted")),
        done = selftest(&wanted, seed, tell) => done?,
    };
    let report = Page::json(&done.json(seed));
    if let Some(json) = json {
        json.write_for("json", &report, signals)?;
    }
    let last = match args.format {
        Format::Text => done.summary(seed),
        Format::Json => report,
    };
    match (told?, print(&last)?) {
        (Printed::Unread, _) | (_, Printed::Unread) if !is_kept => Ok(UNREAD),
        (Printed::All | Printed::Unread, _) => Ok(u8::from(!done.holds())),
    }
}

/// What is done before the first case, unless a signal comes before.
async fn soon<T>(signals: &Signals, doing: impl Future<Output = T>) -> Result<T, RunError> {
    tokio::select! {
        biased;
        () = signals.first() => Err(RunError::incomplete("interrupted before the first case")),
        done = doing => Ok(done),
    }
}

/// Reads a file in a thread of its own: who writes it may be slow.
async fn apart<T: Send + 'static>(read: impl FnOnce() -> T + Send + 'static) -> Result<T, RunError> {
    let read = tokio::task::spawn_blocking(read).await;
    read.map_err(|fault| RunError::incomplete(format!("a file was not read: {fault}")))
}

async fn choose_target(args: &RunArgs) -> Result<(Target, Clock, Option<reference::Reference>), RunError> {
    let usage = |fault: subject::ConfigError| RunError::usage(fault.to_string());
    if let Some(path) = args.target.clone() {
        let read = apart(move || subject::read(&path)).await?;
        return Ok((read.map_err(usage)?, Clock::Real, None));
    }
    if let Some(issuer) = &args.issuer {
        let flags = Flags {
            issuer: issuer.clone(),
            client_id: args.client_id.clone(),
            client_secret_env: args.client_secret_env.clone(),
            redirect_uri: args.redirect_uri.clone(),
            scope: args.scope.clone(),
            resource: args.resource.clone(),
            user: args.user.clone(),
            password_env: args.password_env.clone(),
        };
        return Ok((flags.target().map_err(usage)?, Clock::Real, None));
    }
    let started = reference::start(args.profile, Faults::none()).await?;
    Ok((started.target.clone(), started.clock.clone(), Some(started)))
}

/// The clock that the target names, or else this machine's.
async fn named_clock(wire: &Wire, target: &Target) -> Clock {
    subject::clock(wire, target).await.unwrap_or_else(|fault| {
        tell(&Page::of(format_args!("oauth-conformance: {fault}")));
        Clock::Real
    })
}

fn style(layout: Layout) -> Style {
    let coloured = match AutoStream::choice(&std::io::stdout()) {
        ColorChoice::Never => false,
        ColorChoice::Auto | ColorChoice::AlwaysAnsi | ColorChoice::Always => true,
    };
    Style { coloured, layout }
}

fn profile() -> impl TypedValueParser<Value = Profile> {
    let values = Profile::ALL.iter().map(|profile| PossibleValue::new(profile.name()).help(profile.about()));
    PossibleValuesParser::new(values).try_map(|name| Profile::named(&name).ok_or("there is no such profile"))
}

fn fault(name: &str) -> Result<Fault, String> {
    Fault::find(name).ok_or_else(|| "there is no such fault; `oauth-model faults` lists them".into())
}

fn liberty(name: &str) -> Result<Liberties, String> {
    if name == "all" {
        return Ok(Liberties(liberties::all().collect()));
    }
    if let Some(liberty) = liberties::all().find(|liberty| liberty.name == name) {
        return Ok(Liberties(vec![liberty]));
    }
    let near: Vec<&str> =
        liberties::all().map(|liberty| liberty.name).filter(|have| have.contains(name)).collect();
    Err(match near.as_slice() {
        [] => "there is no such liberty; `--liberty all` tells of each".into(),
        near => format!("there is no such liberty; there is {}", near.join(", ")),
    })
}

fn partition(text: &str) -> Result<(usize, usize), String> {
    let parsed =
        text.split_once('/').and_then(|(part, parts)| Some((part.parse().ok()?, parts.parse().ok()?)));
    match parsed {
        Some((part, parts)) if (1..=parts).contains(&part) => Ok((part, parts)),
        _ => Err("write it as I/N with I from 1 to N".into()),
    }
}

fn seconds(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(seconds) if seconds > 0.0 && seconds <= 3600.0 => Ok(seconds),
        _ => Err("give seconds, above 0 and at most 3600".into()),
    }
}
