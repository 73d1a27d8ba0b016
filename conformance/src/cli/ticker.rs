//! What is told on stderr while a run lasts.

use std::io::{IsTerminal as _, Write as _};
use std::sync::atomic::{AtomicBool, Ordering};

use crate::http::Wait;
use crate::run::Progress;
use crate::target::Endpoint;
use crate::verdict::Report;

/// Where secrets go, and one line on a terminal that says which case runs.
pub(super) struct Ticker {
    shown: bool,
    /// Whether anything leaves this process.
    leaves: bool,
}

impl Ticker {
    /// The line is shown if stderr is a terminal, and where secrets go if anything `leaves` this process.
    pub(super) fn new(leaves: bool) -> Self {
        Self { shown: std::io::stderr().is_terminal(), leaves }
    }

    /// Takes the line away.
    pub(super) fn clear(&self) {
        if self.shown {
            tell("\r\x1b[K");
        }
    }
}

impl Progress for Ticker {
    fn sends_to(&mut self, endpoints: &[Endpoint]) {
        if self.leaves {
            let table = Endpoint::table(endpoints);
            tell(&format!("passwords, client secrets and tokens go to\n{table}"));
        }
    }

    fn starts(&mut self, number: usize, of: usize, id: &str) {
        if self.shown {
            tell(&format!("\r\x1b[K[{number}/{of}] {id}"));
        }
    }

    fn ended(&mut self, _report: &Report) {}
}

/// Tells of waits that a server asks for: each in the ticker's line on a terminal; elsewhere the first, since a server
/// that asks once asks a thousand times.
pub(super) fn wait_teller() -> impl Fn(&Wait) + Send + Sync {
    let (shown, told) = (std::io::stderr().is_terminal(), AtomicBool::new(false));
    move |wait| {
        let Wait { url, status, time } = wait;
        let seconds = time.as_secs();
        let text = format!("waiting {seconds} s, as Retry-After of a {status} from {url} asks");
        if shown {
            tell(&format!("\r\x1b[K{text}"));
        } else if !told.swap(true, Ordering::Relaxed) {
            tell(&format!("oauth-conformance: {text}; further waits are not told\n"));
        }
    }
}

/// Writes to stderr. If nobody takes it, nobody misses it.
pub(super) fn tell(text: &str) {
    let mut err = std::io::stderr().lock();
    let _ = err.write_all(text.as_bytes()).and_then(|()| err.flush());
}
