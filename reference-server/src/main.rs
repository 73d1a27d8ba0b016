//! `oauth-server`: the reference server as a program.

#[cfg_attr(feature = "faults", path = "program/fault.rs")]
#[cfg_attr(not(feature = "faults"), path = "program/no_fault.rs")]
mod fault;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Parser, ValueEnum};
use oauth_core::policy::Policy;
use oauth_reference_log::{Log, Targets, announce};
use oauth_reference_server::store::Memory;
use oauth_reference_server::{Config, ManualClock, Options};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

/// The reference authorization and resource server of OAuth 2.0's authorization-code flow.
#[derive(Parser)]
#[command(name = "oauth-server", version = fault::VERSION, after_help = EXAMPLES)]
struct Arguments {
    /// Where to listen; port 0 picks a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:9000")]
    listen: SocketAddr,
    /// Issuer, resources, users, clients, lifetimes and policy, in TOML; without it, the built-in data
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Whose rules hold where specifications differ; the configuration's policy goes over it
    #[arg(long, value_enum, default_value_t = Profile::Rfc9700)]
    profile: Profile,
    /// Lets whoever reaches the server advance its clock: a POST of seconds=N to /test-clock; on loopback addresses only
    #[arg(long)]
    test_clock: bool,
    #[command(flatten)]
    faults: fault::FaultArguments,
}

const EXAMPLES: &str = "\
Examples:
  oauth-server
  oauth-server --listen 127.0.0.1:0 --config server.toml
  RUST_LOG=debug oauth-server --profile rfc6749
  oauth-server --test-clock              (for `oauth-conformance`, which then sees lifetimes end without waiting)
  oauth-server --fault code-replayable   (in builds with the feature faults)

Exit codes: 0 stopped by SIGTERM or SIGINT, 2 bad usage or configuration";

#[derive(Clone, Copy, ValueEnum)]
enum Profile {
    /// RFC 6749 with RFC 7636 as published
    Rfc6749,
    /// RFC 9700 (BCP 240)
    Rfc9700,
    /// The OAuth 2.1 draft
    Oauth21,
}

impl Profile {
    const fn policy(self) -> Policy {
        match self {
            Self::Rfc6749 => Policy::RFC6749,
            Self::Rfc9700 => Policy::RFC9700,
            Self::Oauth21 => Policy::OAUTH21,
        }
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let log = Log::start(Targets::Hidden);
    match run(&arguments, &log).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(says) => {
            log.say(&format!("error: {says}"));
            ExitCode::from(2)
        }
    }
}

async fn run(arguments: &Arguments, log: &Log) -> Result<(), String> {
    let config = match &arguments.config {
        Some(path) => Config::read(path).map_err(|error| error.to_string())?,
        None => Config::built_in(),
    };
    // Before the port is announced, so that no signal falls between.
    let mut terminate = signal(SignalKind::terminate()).map_err(|error| error.to_string())?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(|error| error.to_string())?;

    let listener =
        TcpListener::bind(arguments.listen).await.map_err(|error| no_port(arguments.listen, &error))?;
    let options = Options { profile: arguments.profile.policy(), ..Options::default() };
    let options = match arguments.test_clock {
        true => options.with_test_clock(ManualClock::default()),
        false => options,
    };
    let memory = Memory::new(Arc::clone(&options.clock));
    let served = arguments.faults.serve(listener, config, options, memory).await;
    let server = served.map_err(|error| error.to_string())?;
    tracing::info!("issuer {}", server.issuer());
    // Whoever waits for the line may read the log then.
    log.flush();
    announce(format!("listening on http://{}", server.addr()));

    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    tracing::info!("stopping");
    server.shutdown().await;
    Ok(())
}

fn no_port(listen: SocketAddr, error: &std::io::Error) -> String {
    if error.kind() == std::io::ErrorKind::AddrInUse {
        return format!(
            "port {} of {} is in use: stop the program that has it, or choose another with --listen {}:0",
            listen.port(),
            listen.ip(),
            listen.ip()
        );
    }
    format!("cannot listen on {listen}: {error}; choose another address with --listen")
}
