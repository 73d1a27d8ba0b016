//! `oauth-client`: the reference client as a program.

#[cfg_attr(feature = "faults", path = "program/fault.rs")]
#[cfg_attr(not(feature = "faults"), path = "program/no_fault.rs")]
mod fault;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use oauth_reference_client::{Config, Options, serve};
use oauth_reference_log::{Log, Targets, announce};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

/// The reference client of OAuth 2.0's authorization-code flow.
#[derive(Parser)]
#[command(name = "oauth-client", version = fault::VERSION, after_help = EXAMPLES)]
struct Args {
    /// Where to listen; port 0 picks a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8000")]
    listen: SocketAddr,
    /// A configuration file in TOML; without it, client_1 of the documented sequence
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Certificates to trust beside those of this machine, in PEM
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
    #[command(flatten)]
    faults: fault::FaultArguments,
}

const EXAMPLES: &str = "\
Examples:
  oauth-client                                 the built-in client, at http://localhost:8000
  oauth-client --listen 127.0.0.1:0            on a free port, which the redirect URI takes too
  oauth-client --config client.toml            a client of your own
  oauth-client --fault client-state-unchecked  a client that takes any response, in builds with the feature faults

RUST_LOG=debug shows more on standard error.

Exit codes: 0 stopped by SIGTERM or SIGINT, 2 bad usage or configuration";

#[tokio::main]
async fn main() -> ExitCode {
    let args = Args::parse();
    let log = Log::start(Targets::Named);
    match run(args, &log).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            log.say(&format!("oauth-client: {problem}"));
            ExitCode::from(2)
        }
    }
}

async fn run(args: Args, log: &Log) -> Result<(), String> {
    let config = match &args.config {
        None => Config::built_in(),
        Some(file) => Config::read(file).map_err(|error| error.to_string())?,
    };
    if config.servers.iter().any(|server| server.issuer.is_empty() && server.client_secret.is_some()) {
        tracing::warn!("a secret goes to whatever server the resource names; add the issuer that it is for");
    }
    // Before the line that says it is ready, so that a signal after that line is never lost.
    let mut terminate = signal(SignalKind::terminate()).map_err(|error| error.to_string())?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(|error| error.to_string())?;

    let listener = TcpListener::bind(args.listen).await.map_err(|error| bind_problem(args.listen, &error))?;
    let roots = args.ca.as_deref().map_or_else(|| Ok(Vec::new()), certificates)?;
    let options = Options { logic: args.faults.logic(), roots, ..Options::default() };
    let running = serve(listener, &config, options).map_err(|error| match &args.config {
        Some(file) => format!("{}: {error}", file.display()),
        None => error.to_string(),
    })?;
    let issuers: Vec<&str> = config.servers.iter().map(|server| server.issuer.as_str()).collect();
    tracing::info!(redirect_uri = running.redirect_uri, issuer = issuers.join(" ").trim(), "ready");
    // Whoever waits for the line may read the log then.
    log.flush();
    announce(format!("listening on http://{}", running.addr));

    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    running.stop().await;
    Ok(())
}

/// Reads the certificates of a PEM file.
fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let problem = |reason: &str| {
        format!("--ca {}: {reason}; give a PEM file with one or more certificates", path.display())
    };
    let bytes = oauth_configuration::read_bytes(path, "--ca").map_err(|error| format!("--ca {error}"))?;
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&bytes).collect();
    match found {
        Ok(found) if found.is_empty() => Err(problem("no certificate in it")),
        Ok(found) => Ok(found),
        Err(error) => Err(problem(&error.to_string())),
    }
}

fn bind_problem(addr: SocketAddr, error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::AddrInUse => format!(
            "port {} is in use; stop the program that listens there, or choose another with --listen {}:PORT",
            addr.port(),
            addr.ip()
        ),
        _ => format!("cannot listen on {addr}: {error}; choose another address with --listen"),
    }
}
