//! The file that the results are written to: all of them or none, so that nobody reads half a report.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use oauth_suite::run::RunError;
use oauth_suite::visible::Page;

use super::signals::Signals;

/// A place that was seen to take a file.
pub(super) struct Destination {
    way: Way,
}

enum Way {
    /// A file of its own beside it, which then takes its name.
    Renamed(PathBuf),
    /// Into what is there: a pipe or a device, or a file in a folder that takes no other.
    Straight(File),
}

impl Destination {
    /// Looks whether the file that a flag names can be written, and leaves it as it is.
    ///
    /// # Errors
    /// When it cannot.
    pub(super) fn of_flag(flag: &str, path: &Path) -> Result<Self, RunError> {
        Self::check(path).map_err(|error| {
            RunError::usage(format!(
                "--{flag} {}: cannot be written ({error}); name a file in a folder that exists",
                path.display()
            ))
        })
    }

    /// Writes what the flag asked for, whole or not at all.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(super) fn write_for(self, flag: &str, page: &Page, signals: &Signals) -> Result<(), RunError> {
        self.write(page, signals).map_err(|error| {
            RunError::incomplete(format!("--{flag}: the results cannot be written: {error}"))
        })
    }

    /// Looks whether a place can be written, and leaves it as it is.
    ///
    /// # Errors
    /// When it cannot.
    fn check(path: &Path) -> io::Result<Self> {
        let way = match fs::metadata(path) {
            Ok(metadata) => {
                let there = OpenOptions::new().write(true).open(path)?;
                // A link keeps leading where it leads.
                let path = fs::canonicalize(path)?;
                if metadata.is_file() && try_beside(&path).is_ok() {
                    Way::Renamed(path)
                } else {
                    Way::Straight(there)
                }
            }
            Err(fault) if fault.kind() == io::ErrorKind::NotFound => {
                try_beside(path)?;
                Way::Renamed(path.to_owned())
            }
            Err(fault) => return Err(fault),
        };
        Ok(Self { way })
    }

    /// Writes the file. A second signal meanwhile leaves the place as it was.
    ///
    /// # Errors
    /// When it cannot be written; then the place is as it was, too.
    fn write(self, page: &Page, signals: &Signals) -> io::Result<()> {
        match self.way {
            Way::Straight(mut file) => {
                if file.metadata()?.is_file() {
                    file.set_len(0)?;
                }
                page.write_to(&mut file)
            }
            Way::Renamed(path) => {
                let beside = beside(&path);
                signals.begin(&beside);
                let written = File::create(&beside)
                    .and_then(|mut file| page.write_to(&mut file))
                    .and_then(|()| match fs::metadata(&path) {
                        Ok(before) => fs::set_permissions(&beside, before.permissions()),
                        Err(_) => Ok(()),
                    })
                    .and_then(|()| fs::rename(&beside, &path));
                if written.is_err() {
                    // The first fault is the one to tell.
                    let _ = fs::remove_file(&beside);
                }
                signals.done();
                written
            }
        }
    }
}

/// The name of the file while it is written.
fn beside(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.{}.part", std::process::id()))
}

fn try_beside(path: &Path) -> io::Result<()> {
    let beside = beside(path);
    File::create(&beside)?;
    fs::remove_file(beside)
}
