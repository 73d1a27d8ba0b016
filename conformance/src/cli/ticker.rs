//! What is told on stderr while a run lasts.

use std::fmt::Arguments;
use std::io::IsTerminal as _;
use std::sync::atomic::{AtomicBool, Ordering};

use oauth_suite::run::{Progress, Report};
use oauth_suite::subject::Endpoint;
use oauth_suite::visible::Page;
use oauth_suite::wire::http::Wait;

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
            tell(&over(format_args!("")));
        }
    }
}

impl Progress for Ticker {
    fn sends_to(&mut self, endpoints: &[Endpoint]) {
        if self.leaves {
            let table = Endpoint::table(endpoints);
            let mut page = Page::of("passwords, client secrets and tokens go to");
            table.lines().for_each(|line| page.line(format_args!("{line}")));
            tell(&page);
        }
    }

    fn starts(&mut self, number: usize, of: usize, id: &str) {
        if self.shown {
            tell(&over(format_args!("[{number}/{of}] {id}")));
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
            tell(&over(format_args!("{text}")));
        } else if !told.swap(true, Ordering::Relaxed) {
            tell(&Page::of(format_args!("oauth-conformance: {text}; further waits are not told")));
        }
    }
}

/// A text in the place of the terminal's line.
fn over(text: Arguments<'_>) -> Page {
    let mut page = Page::new();
    page.ours("\r\x1b[K");
    page.put(text);
    page
}

/// Writes to stderr. Where nobody can be told, nobody is.
pub(super) fn tell(page: &Page) {
    let _told = page.write_to(&mut std::io::stderr().lock());
}
