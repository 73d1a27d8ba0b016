//! Programs in Python: the environment that they run in, and how they are started and stopped.
//!
//! The environment is made once, under `target/peers/venv`, and kept until `requirements.txt` changes. Whatever
//! is missing ends the test with one sentence that says what to install.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread::JoinHandle;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/peers/authlib");

/// The interpreter of an environment that has what `requirements.txt` names.
fn interpreter() -> PathBuf {
    let requirements = Path::new(FOLDER).join("requirements.txt");
    let wanted = fs::read_to_string(&requirements).expect("requirements.txt is beside the programs");
    let place = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("peers");
    fs::create_dir_all(&place).unwrap_or_else(|error| panic!("{}: {error}", place.display()));
    // Held until the environment is whole, so that tests in parallel make one together.
    let lock = File::create(place.join("lock")).expect("the folder was made");
    lock.lock().expect("files can be locked");
    let (environment, marker) = (place.join("venv"), place.join("installed"));
    let python = environment.join("bin/python");
    let works = || says(Command::new(&python).arg("--version")).is_ok();
    if fs::read_to_string(&marker).is_ok_and(|installed| installed == wanted) && works() {
        return python;
    }
    // An environment that is left half-made carries no marker.
    let _ = fs::remove_file(&marker);
    if let Err(reason) = says(Command::new("python3").arg("--version")) {
        panic!(
            "python3 does not run ({reason}); install Python 3.11 or later with its venv module, and put it on PATH"
        );
    }
    if let Err(reason) = says(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&environment)) {
        panic!(
            "python3 -m venv makes no environment ({reason}); install the venv module, python3-venv on Debian"
        );
    }
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"];
    if let Err(reason) = says(Command::new(&python).args(pip).arg(&requirements)) {
        panic!(
            "pip does not install peers/authlib/requirements.txt ({reason}); let it reach a package index"
        );
    }
    fs::write(&marker, wanted).expect("the folder was made");
    python
}

/// Runs a command to its end; what it last complained about if it does not succeed.
fn says(command: &mut Command) -> Result<(), String> {
    match command.stdin(Stdio::null()).output() {
        Ok(Output { status, .. }) if status.success() => Ok(()),
        Ok(Output { status, stdout, stderr }) => {
            let said = [stdout, stderr].concat();
            let last = String::from_utf8_lossy(&said).trim().lines().last().map(str::to_owned);
            Err(last.unwrap_or_else(|| status.to_string()))
        }
        Err(error) => Err(error.to_string()),
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
        let mut child = Command::new(interpreter())
            .arg(Path::new(FOLDER).join(script))
            .args(["--port", "0"])
            .args(arguments)
            .envs(environment.iter().copied())
            // Nothing is written beside the sources.
            .env("PYTHONDONTWRITEBYTECODE", "1")
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
