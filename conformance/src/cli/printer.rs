//! The one writer of results and of the ticker's line: a thread, so that no run waits for who reads its results.
//!
//! What it is given is little until the run ended: a line for each case.

use std::io::{self, IsTerminal as _, Write as _};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{self, JoinHandle};

use oauth_suite::visible::Page;

enum Piece {
    /// To stdout.
    Results(Page),
    /// In the place of the terminal's line on stderr.
    Tick(Page),
    End,
}

/// Writes what it is given, in that order.
pub(super) struct Printer {
    pen: Pen,
    thread: JoinHandle<io::Result<()>>,
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
        let thread = thread::spawn(move || print(&received));
        Self { pen: Pen { pieces, ticks: io::stderr().is_terminal() }, thread }
    }

    pub(super) fn pen(&self) -> Pen {
        self.pen.clone()
    }

    /// Takes the ticker's line away, and waits until all is written. A reader that went away is no fault of ours.
    ///
    /// # Errors
    /// When the results cannot be written.
    pub(super) fn finish(self) -> io::Result<()> {
        self.pen.give(Piece::End);
        self.thread.join().unwrap_or(Ok(()))
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

/// Writes until the end, and says why the results could not be written.
fn print(pieces: &Receiver<Piece>) -> io::Result<()> {
    let (mut out, mut written, mut ticking) = (io::stdout(), Ok(()), false);
    while let Ok(piece) = pieces.recv() {
        if std::mem::take(&mut ticking) {
            over(&Page::new());
        }
        match piece {
            Piece::Results(page) if written.is_ok() => written = page.write_to(&mut out),
            Piece::Results(_) => {}
            Piece::Tick(page) => {
                over(&page);
                ticking = true;
            }
            Piece::End => break,
        }
    }
    match written {
        Err(fault) if fault.kind() != io::ErrorKind::BrokenPipe => Err(fault),
        Ok(()) | Err(_) => Ok(()),
    }
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
