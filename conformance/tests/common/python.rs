//! Programs in Python: the environment that they run in, and how they are started and stopped.
//!
//! Whatever is missing ends the test with one sentence that says what to install.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::JoinHandle;

use crate::install::{once, says, sources};

/// A command that runs a script of a peer in an environment that has what its `requirements.txt` names.
pub(crate) fn command(peer: &str, script: &str) -> Command {
    let works = |place: &Path| says(Command::new(interpreter(place)).arg("--version")).is_ok();
    let place = once(peer, "requirements.txt", works, |place| install(peer, place));
    let mut command = Command::new(interpreter(&place));
    // Nothing is written beside the sources.
    command.arg(sources(peer).join(script)).env("PYTHONDONTWRITEBYTECODE", "1");
    command
}

fn interpreter(place: &Path) -> PathBuf {
    place.join("venv/bin/python")
}

fn install(peer: &str, place: &Path) {
    if let Err(reason) = says(Command::new("python3").arg("--version")) {
        panic!(
            "python3 does not run ({reason}); install Python 3.11 or later with its venv module, and put it on PATH"
        );
    }
    if let Err(reason) = says(Command::new("python3").args(["-m", "venv", "--clear"]).arg(place.join("venv")))
    {
        panic!(
            "python3 -m venv makes no environment ({reason}); install the venv module, python3-venv on Debian"
        );
    }
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"];
    let requirements = sources(peer).join("requirements.txt");
    if let Err(reason) = says(Command::new(interpreter(place)).args(pip).arg(requirements)) {
        panic!("pip does not install peers/{peer}/requirements.txt ({reason}); let it reach a package index");
    }
}

/// A program of `peers/authlib` that runs until it is dropped.
pub(crate) struct Program {
    child: Child,
    /// Where it listens, as `http://127.0.0.1:PORT`.
    pub(crate) origin: String,
    /// Reads what the program complains about, which otherwise would stop at a full pipe.
    _complaints: JoinHandle<String>,
}

impl Program {
    /// Starts a program on a free port and waits until it listens.
    pub(crate) fn start(script: &str, arguments: &[&str], environment: &[(&str, &Path)]) -> Self {
        let mut child = command("authlib", script)
            .args(["--port", "0"])
            .args(arguments)
            .envs(environment.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{script} does not start: {error}"));
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
            panic!("{script} does not start: {}", complaints.join().unwrap_or_default().trim());
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
