//! What both programs have to outlive: outputs that nobody takes. Their own tests hold them to it.

use std::fs::OpenOptions;
use std::io::{BufRead as _, BufReader, PipeReader, Read as _, Write as _, pipe};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// Longer than any of this takes; without it a program that hangs would hang its test.
const PATIENCE: Duration = Duration::from_secs(30);

/// Where an output goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Output {
    /// Into a pipe that nobody reads, and that is full or soon will be.
    Unread,
    /// Into a pipe whose reader is gone.
    Closed,
    /// Onto a disk without room.
    NoRoom,
    /// Nowhere: the descriptor is closed.
    Absent,
}

impl Output {
    pub(crate) const ALL: [Self; 4] = [Self::Unread, Self::Closed, Self::NoRoom, Self::Absent];

    /// What the program gets, and what has to be held for as long as it runs; none where this system has no such output.
    fn open(self) -> Option<(Stdio, Option<PipeReader>)> {
        let (reader, writer) = pipe().expect("a pipe");
        match self {
            Self::Unread => Some((writer.into(), Some(reader))),
            Self::Closed => Some((writer.into(), None)),
            Self::NoRoom if !Path::new("/dev/full").exists() => None,
            Self::NoRoom => {
                let full = OpenOptions::new().write(true).open("/dev/full").expect("it opens");
                Some((full.into(), None))
            }
            Self::Absent => Some((Stdio::null(), None)),
        }
    }
}

/// Starts a program on a free port; of an output that is absent the descriptor is closed.
fn start(program: &str, arguments: &[&str], absent: &str, stdout: Stdio, stderr: Stdio) -> Child {
    Command::new("sh")
        .args(["-c", &format!("exec \"$0\" \"$@\" {absent}"), program])
        .args(arguments)
        .env_remove("RUST_LOG")
        .stdin(Stdio::null())
        .stdout(stdout)
        .stderr(stderr)
        .spawn()
        .expect("it starts")
}

/// The status of an answer.
fn ask(port: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(format!("127.0.0.1:{port}")).expect("it listens");
    stream.set_read_timeout(Some(PATIENCE)).expect("a time that is not zero");
    let head = format!("GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n\r\n");
    stream.write_all(head.as_bytes()).expect("it reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("it answers");
    answer.split(' ').nth(1).unwrap_or_default().to_owned()
}

/// Ends a program by a signal; the test fails if it goes on.
fn end(mut child: Child, signal: &str) -> ExitStatus {
    let id = child.id().to_string();
    let kill = |signal: &str| Command::new("kill").args(["-s", signal, &id]).status().expect("kill runs");
    assert!(kill(signal).success());
    let (ended, ends) = mpsc::channel();
    thread::spawn(move || ended.send(child.wait()));
    match ends.recv_timeout(PATIENCE) {
        Ok(status) => status.expect("it can be waited for"),
        Err(_) => {
            kill("KILL");
            panic!("{signal} did not end it");
        }
    }
}

/// The number that comes after a text, in the first of these lines that has it.
fn port_after(text: &str, lines: impl std::io::Read) -> String {
    for line in BufReader::new(lines).lines() {
        let line = line.expect("it prints text");
        if let Some((_, rest)) = line.split_once(text) {
            return rest.chars().take_while(char::is_ascii_digit).collect();
        }
    }
    panic!("it said nothing of {text}");
}

/// Makes so much log, in long lines, that a pipe and a buffer of 1 MiB are full long before the last of them.
fn fill(port: &str) {
    let path = format!("/{}", "a".repeat(8000));
    for _ in 0..400 {
        assert_eq!(ask(port, &path), "404");
    }
}

/// Whatever standard error is, the program answers, and ends with 0 when it is told to.
pub(crate) fn serves_whatever_takes_its_log(program: &str) {
    for output in Output::ALL {
        let Some((stderr, held)) = output.open() else { continue };
        let absent = if output == Output::Absent { "2>&-" } else { "" };
        let mut child = start(program, &["--listen", "127.0.0.1:0"], absent, Stdio::piped(), stderr);
        let port = port_after("listening on http://127.0.0.1:", child.stdout.take().expect("piped"));
        fill(&port);
        assert_eq!(end(child, "TERM").code(), Some(0), "{output:?}");
        drop(held);
    }
}

/// Whatever standard output is, likewise; `says` is what stands in its log before the port.
pub(crate) fn serves_whatever_takes_its_address(program: &str, says: &str) {
    for output in Output::ALL {
        let (full, mut filler) = pipe().expect("a pipe");
        let (stdout, held) = match output {
            Output::Unread => (filler.try_clone().expect("a pipe").into(), Some(full)),
            Output::Closed | Output::NoRoom | Output::Absent => match output.open() {
                Some(opened) => {
                    drop(full);
                    opened
                }
                None => continue,
            },
        };
        // Fills the pipe, and is held up by it until the reader goes.
        let filling = thread::spawn(move || while filler.write_all(&[b'a'; 4096]).is_ok() {});
        let absent = if output == Output::Absent { ">&-" } else { "" };
        let mut child = start(program, &["--listen", "127.0.0.1:0"], absent, stdout, Stdio::piped());
        let port = port_after(says, child.stderr.as_mut().expect("piped"));
        assert_eq!(ask(&port, "/nowhere"), "404", "{output:?}");
        assert_eq!(end(child, "INT").code(), Some(0), "{output:?}");
        drop(held);
        filling.join().expect("it ends with its reader");
    }
}

/// What did not get into the log is told in its place, once somebody reads.
pub(crate) fn tells_what_its_log_lost(program: &str) {
    let mut child = start(program, &["--listen", "127.0.0.1:0"], "", Stdio::piped(), Stdio::piped());
    let port = port_after("listening on http://127.0.0.1:", child.stdout.take().expect("piped"));
    assert_eq!(ask(&port, "/first"), "404");
    fill(&port);
    let mut lines =
        BufReader::new(child.stderr.take().expect("piped")).lines().map(|line| line.expect("text"));
    let mut before = lines.by_ref().take_while(|line| !line.contains("  WARN lines lost here"));
    assert!(before.by_ref().any(|line| line.contains("/first")));
    let written = before.count();
    assert!(0 < written && written < 400, "{written}");
    assert_eq!(ask(&port, "/last"), "404");
    let reading = thread::spawn(move || lines.filter(|line| line.contains("/last")).count());
    assert_eq!(end(child, "TERM").code(), Some(0));
    assert_eq!(reading.join().expect("it reads"), 1);
}

/// What keeps it from starting is told on standard error, and makes it exit with 2 even where nobody hears of it.
pub(crate) fn says_why_it_does_not_start(program: &str) {
    let arguments = ["--listen", "127.0.0.1:0", "--config", "no/such.toml"];
    let told =
        start(program, &arguments, "", Stdio::null(), Stdio::piped()).wait_with_output().expect("it ends");
    assert!(String::from_utf8_lossy(&told.stderr).contains("no/such.toml"), "{told:?}");
    for output in Output::ALL {
        let Some((stderr, held)) = output.open() else { continue };
        let absent = if output == Output::Absent { "2>&-" } else { "" };
        let status = start(program, &arguments, absent, Stdio::null(), stderr).wait().expect("it ends");
        assert_eq!(status.code(), Some(2), "{output:?}");
        drop(held);
    }
}
