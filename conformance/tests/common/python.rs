//! Programs in Python, in an environment that has what they import.
//!
//! Whatever is missing ends the test with one sentence that says what to install.

use std::path::{Path, PathBuf};
use std::process::Command;

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
