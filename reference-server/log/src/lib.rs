//! What the reference server and the reference client print: a log on standard error, one line on standard output.
//!
//! Whoever reads may be slow, gone, or out of room. No request waits for that, and no program ends by it: lines go into
//! a bounded buffer, a thread writes them, and what is lost is counted and told in the log (`buffer.rs`).

mod buffer;

use std::io::{self, Write as _};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use anstream::{AutoStream, ColorChoice};
use tracing_subscriber::filter::{self, LevelFilter};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{fmt, registry};

use buffer::{Buffer, Sink};

/// How long the end of a program waits for its last lines to be written.
const FLUSH_TIME: Duration = Duration::from_secs(1);

/// Whether lines name the module that they come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Targets {
    /// They do.
    Named,
    /// They do not.
    Hidden,
}

/// The log of this process. Dropping it flushes it.
#[derive(Debug)]
pub struct Log {
    buffer: Arc<Buffer>,
}

impl Log {
    /// Sends what the process logs to standard error: as much as `RUST_LOG` says, and `info` without it.
    ///
    /// # Panics
    /// If the process logs elsewhere already, or may start no thread.
    #[must_use]
    pub fn start(targets: Targets) -> Self {
        let buffer = Arc::new(Buffer::default());
        let lines = Arc::clone(&buffer);
        thread::spawn(move || lines.write_to(Sink::new(io::stderr())));
        let asked = std::env::var("RUST_LOG").ok().and_then(|asked| asked.parse().ok());
        let filter: filter::Targets =
            asked.unwrap_or_else(|| filter::Targets::new().with_default(LevelFilter::INFO));
        let colour = AutoStream::choice(&io::stderr()) != ColorChoice::Never;
        let lines = fmt::layer()
            .with_writer(Arc::clone(&buffer))
            .with_ansi(colour)
            .with_target(targets == Targets::Named)
            .log_internal_errors(false);
        registry().with(lines).with(filter).init();
        Self { buffer }
    }

    /// Puts a line into the log that is no event: why the program ends.
    pub fn say(&self, line: &str) {
        self.buffer.push(format!("{line}\n").as_bytes());
    }

    /// Waits until all lines so far are written, and no longer than a second.
    pub fn flush(&self) {
        self.buffer.flush(FLUSH_TIME);
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        self.flush();
    }
}

/// Prints a line on standard output, where whoever started the program waits for it. If nobody reads it, the program
/// goes on all the same.
///
/// # Panics
/// If the process may start no thread.
pub fn announce(line: String) {
    // A full pipe holds whoever writes to it for as long as nobody reads.
    thread::spawn(move || {
        let mut out = io::stdout();
        let _ = writeln!(out, "{line}").and_then(|()| out.flush());
    });
}
