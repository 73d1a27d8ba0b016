//! Lines on their way out: a bounded buffer, and the thread that empties it.
//!
//! Lines that find no room are lost, and so are those that come after them until the buffer is taken: what is lost lies
//! between what was taken and what comes next, and the log says so in that place. tracing-appender bounds lines instead
//! of bytes, says nothing of what it could not write, and prints to standard output where its end is held up.

use std::io::{self, ErrorKind, Write};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::{FormatTime as _, SystemTime};

/// How many bytes may wait to be written.
const ROOM: usize = 1024 * 1024;

/// How long the thread rests between two writes, so that the lines of a busy moment leave together.
const PAUSE: Duration = Duration::from_millis(5);

/// Lines that wait to be written.
#[derive(Debug, Default)]
pub(crate) struct Buffer {
    state: Mutex<State>,
    /// Something waits, or somebody waits for it.
    news: Condvar,
    /// Nothing waits.
    done: Condvar,
}

#[derive(Debug, Default)]
struct State {
    lines: Vec<u8>,
    /// How many lines after them are lost.
    lost: u64,
    thread: Doing,
    flushing: bool,
}

/// What the thread does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Doing {
    /// It writes, or rests after that; it looks for lines by itself.
    #[default]
    Writing,
    /// It waits to be told of lines.
    Waiting,
}

impl State {
    fn is_empty(&self) -> bool {
        self.lines.is_empty() && self.lost == 0
    }
}

impl Buffer {
    /// No panic leaves the state half changed.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a line, which ends with a line break. Never waits for a write.
    pub(crate) fn push(&self, line: &[u8]) {
        let mut state = self.lock();
        if state.lost > 0 || state.lines.len() + line.len() > ROOM {
            state.lost += 1;
        } else {
            state.lines.extend_from_slice(line);
        }
        if state.thread == Doing::Waiting {
            self.news.notify_one();
        }
    }

    /// Takes all lines into an empty batch, and says how many after them are lost; waits for the first.
    fn take(&self, batch: &mut Vec<u8>) -> u64 {
        let mut state = self.lock();
        if state.is_empty() {
            state.thread = Doing::Waiting;
            self.done.notify_all();
            state =
                self.news.wait_while(state, |state| state.is_empty()).unwrap_or_else(PoisonError::into_inner);
            state.thread = Doing::Writing;
        }
        std::mem::swap(&mut state.lines, batch);
        std::mem::take(&mut state.lost)
    }

    /// Rests, unless somebody waits for what is written.
    fn rest(&self) {
        let state = self.lock();
        drop(self.news.wait_timeout_while(state, PAUSE, |state| !state.flushing));
    }

    /// Writes lines as they come, for as long as the process lives.
    pub(crate) fn write_to<W: Write>(&self, mut sink: Sink<W>) {
        let mut batch = Vec::new();
        loop {
            let lost = self.take(&mut batch);
            sink.put(&batch, lost);
            batch.clear();
            self.rest();
        }
    }

    /// Waits until everything is written, or the time is over.
    pub(crate) fn flush(&self, time: Duration) {
        let mut state = self.lock();
        state.flushing = true;
        self.news.notify_one();
        let waits = |state: &mut State| state.thread == Doing::Writing || !state.is_empty();
        let waited = self.done.wait_timeout_while(state, time, waits);
        let (mut state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        state.flushing = false;
    }
}

/// One event a write; the buffer takes it or counts it, and never fails.
impl Write for &Buffer {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.push(line);
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Where lines go, and what has to be said of those that did not get there.
pub(crate) struct Sink<W> {
    out: W,
    /// How many lines are lost and not told.
    untold: u64,
    /// Whether the last line that was written is only a part of one.
    cut: bool,
}

impl<W: Write> Sink<W> {
    /// Writes to this.
    pub(crate) fn new(out: W) -> Self {
        Self { out, untold: 0, cut: false }
    }

    /// Writes lines, and tells of those that are lost: before them, and after them.
    fn put(&mut self, lines: &[u8], lost: u64) {
        self.tell();
        self.untold += self.write(lines) + lost;
        self.tell();
    }

    fn tell(&mut self) {
        if self.untold > 0 && self.write(notice(self.untold, self.cut).as_bytes()) == 0 {
            self.untold = 0;
        }
    }

    /// Writes lines as far as they can be written, and counts the others.
    fn write(&mut self, mut lines: &[u8]) -> u64 {
        while !lines.is_empty() {
            match self.out.write(lines) {
                Ok(0) => break,
                Ok(written) => {
                    self.cut = !lines[..written].ends_with(b"\n");
                    lines = &lines[written..];
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                // Whoever started the program made the descriptor one that does not wait; this thread may.
                Err(error) if error.kind() == ErrorKind::WouldBlock => thread::sleep(PAUSE),
                Err(_) => break,
            }
        }
        lines.iter().map(|byte| u64::from(*byte == b'\n')).sum()
    }
}

/// The line that tells of lost ones, in the form of the others.
fn notice(lost: u64, cut: bool) -> String {
    let mut line = String::from(if cut { "\n" } else { "" });
    // A clock that cannot be printed leaves its place empty.
    let _ = SystemTime.format_time(&mut Writer::new(&mut line));
    line.push_str(&format!("  WARN lines lost here, since standard error did not take them: {lost}\n"));
    line
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

    use super::*;

    /// Takes as many bytes as it is told, and then fails.
    #[derive(Default)]
    struct Full {
        room: usize,
        held: Vec<u8>,
    }

    impl Write for Full {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let taken = self.room.min(bytes.len());
            self.room -= taken;
            self.held.extend_from_slice(&bytes[..taken]);
            if taken == 0 { Err(ErrorKind::StorageFull.into()) } else { Ok(taken) }
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// What a sink holds, with the time of each notice left out.
    fn held(sink: &Sink<Full>) -> Vec<String> {
        let text = String::from_utf8(sink.out.held.clone()).expect("text");
        let without_time = |line: &str| match line.find("  WARN ") {
            Some(at) => line[at..].to_owned(),
            None => line.to_owned(),
        };
        text.lines().map(without_time).collect()
    }

    fn told(lost: u64) -> String {
        format!("  WARN lines lost here, since standard error did not take them: {lost}")
    }

    #[test]
    fn lines_that_find_no_room_are_told_where_they_are_missing() {
        let buffer = Buffer::default();
        let long = vec![b'a'; ROOM - 8];
        buffer.push(&long);
        buffer.push(b"\n");
        buffer.push(b"too long\n");
        buffer.push(b"fits\n");
        let mut batch = Vec::new();
        let mut sink = Sink::new(Full { room: usize::MAX, ..Full::default() });
        let lost = buffer.take(&mut batch);
        sink.put(&batch, lost);
        assert_eq!(held(&sink)[1..], [told(2)], "at once, and not with the next line");
        batch.clear();
        buffer.push(b"later\n");
        let lost = buffer.take(&mut batch);
        sink.put(&batch, lost);
        assert_eq!(held(&sink)[1..], [told(2), "later".to_owned()]);
    }

    #[test]
    fn lines_that_cannot_be_written_are_told_once_others_can() {
        let mut sink = Sink::new(Full { room: 4, ..Full::default() });
        sink.put(b"one\ntwo\n", 0);
        sink.put(b"three\n", 1);
        assert_eq!(held(&sink), ["one"]);
        sink.out.room = usize::MAX;
        sink.put(b"four\n", 0);
        sink.put(b"five\n", 0);
        assert_eq!(held(&sink), ["one".to_owned(), told(3), "four".to_owned(), "five".to_owned()]);
    }

    #[test]
    fn a_line_that_was_cut_is_lost_and_does_not_run_into_the_next() {
        let mut sink = Sink::new(Full { room: 6, ..Full::default() });
        sink.put(b"one\ntwo\n", 0);
        sink.out.room = usize::MAX;
        sink.put(b"three\n", 0);
        assert_eq!(held(&sink), ["one".to_owned(), "tw".to_owned(), told(1), "three".to_owned()]);
    }

    /// Takes one write for each permit, and hands on what was written.
    struct Gate {
        permits: Receiver<()>,
        written: SyncSender<Vec<u8>>,
    }

    impl Write for Gate {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let permitted = self.permits.recv().map_err(|_| ErrorKind::BrokenPipe);
            permitted?;
            self.written.send(bytes.to_vec()).map_err(|_| ErrorKind::BrokenPipe)?;
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_flush_waits_for_the_last_line_and_gives_up_on_a_writer_that_is_held() {
        let (permit, permits) = sync_channel(9);
        let (written, arrived) = sync_channel(9);
        let buffer = Arc::new(Buffer::default());
        let lines = Arc::clone(&buffer);
        let thread = thread::spawn(move || lines.write_to(Sink::new(Gate { permits, written })));

        permit.send(()).expect("the thread lives");
        buffer.push(b"first\n");
        buffer.flush(Duration::MAX);
        assert_eq!(
            arrived.try_recv().as_deref(),
            Ok(&b"first\n"[..]),
            "it was written before the flush ended"
        );

        buffer.push(b"held\n");
        buffer.flush(Duration::ZERO);
        assert!(arrived.try_recv().is_err());
        assert!(!thread.is_finished());

        permit.send(()).expect("the thread lives");
        buffer.flush(Duration::MAX);
        assert_eq!(arrived.try_recv().as_deref(), Ok(&b"held\n"[..]));
    }
}
