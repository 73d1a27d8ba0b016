//! What the programs of a peer need, installed once below `target/peers` and kept until its lock file changes.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A folder of `peers/`, whose name this is.
pub(crate) fn sources(peer: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("peers").join(peer)
}

/// The folder of what a peer needs, after `make` if it is not there yet as its lock file has it, or if it does
/// not work. Tests in parallel make one together.
pub(crate) fn once(
    peer: &str,
    lock_file: &str,
    works: impl FnOnce(&Path) -> bool,
    make: impl FnOnce(&Path),
) -> PathBuf {
    let wanted = fs::read_to_string(sources(peer).join(lock_file));
    let wanted = wanted.unwrap_or_else(|error| panic!("peers/{peer}/{lock_file}: {error}"));
    let place = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("peers").join(peer);
    fs::create_dir_all(&place).unwrap_or_else(|error| panic!("{}: {error}", place.display()));
    let lock = File::create(place.join("lock")).expect("the folder was made");
    lock.lock().expect("files can be locked");
    let marker = place.join("installed");
    if !fs::read_to_string(&marker).is_ok_and(|installed| installed == wanted) || !works(&place) {
        // What is left half-made carries no marker.
        let _ = fs::remove_file(&marker);
        make(&place);
        fs::write(&marker, wanted).expect("the folder was made");
    }
    place
}

/// Runs a command to its end; what it last complained about if it does not succeed.
pub(crate) fn says(command: &mut Command) -> Result<(), String> {
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
