//! The one writer of results and of the ticker's line: a thread, so that no run waits for who reads its results.
//!
//! What it is given is little until the run ended: a line for a case or a family.

use std::future::pending;
use std::io::{self, IsTerminal as _, Write as _};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{self, JoinHandle};

use oauth_suite::run::RunError;
use oauth_suite::visible::Page;
use tokio::sync::watch;

enum Piece {
    /// To stdout.
    Results(Page),
    /// In the place of the terminal's line on stderr.
    Tick(Page),
    End,
}

/// What came of writing results.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Printed {
    /// They are written.
    All,
    /// Their reader went away before.
    Unread,
}

/// Writes what it is given, in that order.
pub(super) struct Printer {
    pen: Pen,
    thread: JoinHandle<io::Result<()>>,
    failed: watch::Receiver<bool>,
}

/// Gives pages to a printer.
#[derive(Clone)]
pub(super) struct Pen {
    pieces: Sender<Piece>,
    ticks: bool,
}

impl Printer {
    /// Writes the ticker's line if stderr is a terminal.
    pub(super) fn start() -> Self {
        let (pieces, received) = channel();
        let (tell, failed) = watch::channel(false);
        let thread = thread::spawn(move || written(&received, &tell));
        Self { pen: Pen { pieces, ticks: io::stderr().is_terminal() }, thread, failed }
    }

    pub(super) fn pen(&self) -> Pen {
        self.pen.clone()
    }

    /// Completes when results cannot be written, since nobody reads them or for another reason.
    pub(super) async fn unread(&self) {
        let mut failed = self.failed.clone();
        if failed.wait_for(|failed| *failed).await.is_err() {
            pending::<()>().await;
        }
    }

    /// Takes the ticker's line away, and waits until all is written.
    ///
    /// # Errors
    /// When the results cannot be written.
    pub(super) fn finish(self) -> Result<Printed, RunError> {
        self.pen.give(Piece::End);
        told(self.thread.join().unwrap_or_else(|_| Err(io::Error::other("their writer panicked"))))
    }
}

impl Pen {
    /// Writes results.
    pub(super) fn results(&self, page: Page) {
        self.give(Piece::Results(page));
    }

    /// Whether somebody sees the ticker's line.
    pub(super) const fn ticks(&self) -> bool {
        self.ticks
    }

    /// Writes a text in the place of the ticker's line.
    pub(super) fn tick(&self, page: Page) {
        self.give(Piece::Tick(page));
    }

    fn give(&self, piece: Piece) {
        // A printer that has ended has written what it was given.
        let _ = self.pieces.send(piece);
    }
}

/// Writes results that are there as a whole.
///
/// # Errors
/// When they cannot be written.
pub(super) fn print(page: &Page) -> Result<Printed, RunError> {
    told(page.write_to(&mut io::stdout().lock()))
}

/// What came of writing results. A reader that went away is no fault of ours; any other failure loses them.
fn told(written: io::Result<()>) -> Result<Printed, RunError> {
    match written {
        Ok(()) => Ok(Printed::All),
        Err(fault) if fault.kind() == io::ErrorKind::BrokenPipe => Ok(Printed::Unread),
        Err(fault) => Err(RunError::incomplete(format!("the results cannot be written: {fault}"))),
    }
}

/// Writes until the end, and says why the results could not be written.
fn written(pieces: &Receiver<Piece>, tell: &watch::Sender<bool>) -> io::Result<()> {
    let (mut out, mut written, mut ticking) = (io::stdout(), Ok(()), false);
    while let Ok(piece) = pieces.recv() {
        if std::mem::take(&mut ticking) {
            over(&Page::new());
        }
        match piece {
            Piece::Results(page) if written.is_ok() => {
                written = page.write_to(&mut out);
                tell.send_replace(written.is_err());
            }
            Piece::Results(_) => {}
            Piece::Tick(page) => {
                over(&page);
                ticking = true;
            }
            Piece::End => break,
        }
    }
    written
}

/// A text in the place of the terminal's line.
fn over(text: &Page) {
    let mut page = Page::new();
    page.ours("\r\x1b[K");
    // Where nobody can be told, nobody is.
    let mut stderr = io::stderr().lock();
    let _ =
        page.write_to(&mut stderr).and_then(|()| text.write_to(&mut stderr)).and_then(|()| stderr.flush());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_written_unless_their_writer_failed_or_panicked() {
        let finished = |write: fn() -> io::Result<()>| {
            let pen = Pen { pieces: channel().0, ticks: false };
            Printer { pen, thread: thread::spawn(write), failed: watch::channel(false).1 }
                .finish()
                .map_err(|fault| fault.to_string())
        };
        let lost =
            |why: &str| -> Result<Printed, String> { Err(format!("the results cannot be written: {why}")) };
        assert_eq!(finished(|| Ok(())), Ok(Printed::All));
        assert_eq!(finished(|| Err(io::ErrorKind::BrokenPipe.into())), Ok(Printed::Unread));
        assert_eq!(finished(|| Err(io::Error::other("no room"))), lost("no room"));
        assert_eq!(finished(|| panic!("a test's own")), lost("their writer panicked"));
    }
}
