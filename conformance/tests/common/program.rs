//! A program that somebody else wrote and that listens, from its start to its end.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Command, Stdio};
use std::thread::JoinHandle;

/// A program that runs until it is dropped.
pub(crate) struct Program {
    child: Child,
    /// Where it listens, as `http://127.0.0.1:PORT`.
    pub(crate) origin: String,
    /// Reads what the program complains about, which otherwise would stop at a full pipe.
    _complaints: JoinHandle<String>,
}

impl Program {
    /// Starts a program on a free port and waits until it says where it listens.
    pub(crate) fn start(command: &mut Command) -> Self {
        let mut child = command
            .args(["--port", "0"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{command:?} does not start: {error}"));
        let mut stderr = child.stderr.take().expect("it is piped");
        let complaints = std::thread::spawn(move || {
            let mut text = Vec::new();
            let _ = stderr.read_to_end(&mut text);
            String::from_utf8_lossy(&text).into_owned()
        });
        let mut line = String::new();
        let stdout = child.stdout.as_mut().expect("it is piped");
        BufReader::new(stdout).read_line(&mut line).expect("its output is text");
        let Some(origin) = line.trim().strip_prefix("listening on ").map(str::to_owned) else {
            let _ = child.kill();
            let _ = child.wait();
            panic!("{command:?} does not start: {}", complaints.join().unwrap_or_default().trim());
        };
        Self { child, origin, _complaints: complaints }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
