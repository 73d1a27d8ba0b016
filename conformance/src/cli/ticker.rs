//! What is told on stderr while a run lasts.

use std::sync::atomic::{AtomicBool, Ordering};

use oauth_suite::report::Event;
use oauth_suite::subject::Endpoint;
use oauth_suite::visible::Page;
use oauth_suite::wire::http::Wait;

use super::printer::Pen;

/// Where secrets go, and one line on a terminal that says which case runs.
pub(super) struct Ticker {
    pen: Pen,
    /// Whether anything leaves this process.
    leaves: bool,
}

impl Ticker {
    /// The line is shown if stderr is a terminal, and where secrets go if anything `leaves` this process.
    pub(super) const fn new(pen: Pen, leaves: bool) -> Self {
        Self { pen, leaves }
    }

    /// Tells of an event.
    pub(super) fn tell(&self, event: &Event<'_>) {
        match event {
            Event::RunBegan(run) if self.leaves => {
                let table = Endpoint::table(&run.secret_endpoints);
                let mut page = Page::of("passwords, client secrets and tokens go to");
                table.lines().for_each(|line| page.line(format_args!("{line}")));
                tell(&page);
            }
            Event::CaseBegan { number, of, id } if self.pen.ticks() => {
                let mut page = Page::new();
                page.put(format_args!("[{number}/{of}] {id}"));
                self.pen.tick(page);
            }
            Event::RunBegan(_)
            | Event::CaseBegan { .. }
            | Event::Finding { .. }
            | Event::CaseEnded { .. }
            | Event::FamilyEnded { .. }
            | Event::RunEnded(_) => {}
        }
    }
}

/// Tells of waits: each in the ticker's line on a terminal; elsewhere each of a case, and the first that a server asks for,
/// since a server that asks once asks a thousand times.
pub(super) fn wait_teller(pen: Pen) -> impl Fn(&Wait) + Send + Sync {
    let told = AtomicBool::new(false);
    move |wait| {
        let seconds = wait.time().as_secs();
        let (text, rest) = match wait {
            Wait::RetryAfter { url, status, .. } => (
                format!("waiting {seconds} s, as Retry-After of a {status} from {url} asks"),
                "; further waits that a server asks for are not told",
            ),
            Wait::Clock { case, .. } => (format!("{case} waits {seconds} s on the clock"), ""),
        };
        let is_told = match wait {
            Wait::RetryAfter { .. } => !told.swap(true, Ordering::Relaxed),
            Wait::Clock { .. } => true,
        };
        if pen.ticks() {
            let mut page = Page::new();
            page.put(format_args!("{text}"));
            pen.tick(page);
        } else if is_told {
            tell(&Page::of(format_args!("oauth-conformance: {text}{rest}")));
        }
    }
}

/// Writes to stderr. Where nobody can be told, nobody is.
pub(super) fn tell(page: &Page) {
    let _told = page.write_to(&mut std::io::stderr().lock());
}
