//! Programs for Node.js, beside the packages that they import.
//!
//! Whatever is missing ends the test with one sentence that says what to install.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::install::{once, says, sources};

/// What scripts of several peers import, from beside the folder that they lie in.
const SHARED: &str = "node-servers";

/// A command that runs a script of a peer.
pub(crate) fn command(peer: &str, script: &str) -> Command {
    let node = || says(Command::new("node").arg("--version")).is_ok();
    let works = |place: &Path| place.join("node_modules").is_dir() && node();
    let place = once(peer, "package-lock.json", works, |place| install(peer, place));
    // Node looks for packages from where a script lies, and nothing is installed beside the sources.
    copy(peer, &place);
    copy(SHARED, &place.with_file_name(SHARED));
    let mut command = Command::new("node");
    command.arg(place.join(script));
    command
}

fn install(peer: &str, place: &Path) {
    if let Err(reason) = says(Command::new("node").arg("--version")) {
        panic!("node does not run ({reason}); install Node.js 20 or later with npm, and put it on PATH");
    }
    if let Err(reason) = says(Command::new("npm").arg("--version")) {
        panic!("npm does not run ({reason}); install npm, which comes with Node.js, and put it on PATH");
    }
    copy(peer, place);
    let quiet = ["ci", "--engine-strict", "--ignore-scripts", "--no-audit", "--no-fund"];
    if let Err(reason) = says(Command::new("npm").args(quiet).current_dir(place)) {
        panic!(
            "npm does not install peers/{peer}/package-lock.json ({reason}); let it reach a package registry"
        );
    }
}

/// Copies a peer's scripts and lists of packages.
fn copy(peer: &str, place: &Path) {
    fs::create_dir_all(place).unwrap_or_else(|error| panic!("{}: {error}", place.display()));
    let entries = fs::read_dir(sources(peer)).expect("the peer has a folder");
    for path in entries.map(|entry| entry.expect("a folder that was opened is read to its end").path()) {
        let wanted = path.extension().is_some_and(|extension| extension == "mjs" || extension == "json");
        let name = path.file_name().expect("an entry has a name");
        // A script that another test runs right now is left as it is.
        let same = || fs::read(&path).ok() == fs::read(place.join(name)).ok();
        if wanted && !same() {
            // Whoever reads it meanwhile finds the old text or the new one.
            let writer = (std::process::id(), std::thread::current().id());
            let half_made = place.join(format!("{}.{writer:?}", name.display()));
            fs::copy(&path, &half_made).expect("the folder was made");
            fs::rename(&half_made, place.join(name)).expect("it was copied");
        }
    }
}
