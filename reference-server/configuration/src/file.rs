//! How much of a file is read, and for how long: whatever an option names, reading it comes to an end.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;
use std::sync::mpsc::sync_channel;
use std::thread;
use std::time::Duration;

use crate::ConfigError;

/// The most bytes of a file that are read.
pub const LONGEST_FILE: usize = 1 << 20;
/// How long a file may take: a pipe may have no writer, or one that never ends.
const PATIENCE: Duration = Duration::from_secs(10);

/// Why there is no text.
#[derive(Debug)]
enum Unread {
    /// Neither is there a file.
    Failed(io::Error),
    /// It has more than [`LONGEST_FILE`] bytes.
    TooLong,
    /// It did not come to its end.
    Endless,
}

/// Reads the file that a program's option names, as bytes.
///
/// # Errors
/// That it cannot be read, has more than [`LONGEST_FILE`] bytes, or does not come to its end within ten seconds.
pub fn read_bytes(path: &Path, option: &str) -> Result<Vec<u8>, ConfigError> {
    bytes(path, PATIENCE).map_err(|unread| {
        let says = match unread {
            Unread::Failed(error) => {
                format!("cannot be read ({error}); name a file that exists, or leave {option} out")
            }
            Unread::TooLong => {
                format!("is longer than {LONGEST_FILE} bytes, the most that is read; name another file with {option}")
            }
            Unread::Endless => format!(
                "did not come to its end within {} seconds; name another file with {option}",
                PATIENCE.as_secs()
            ),
        };
        ConfigError::new(path.display().to_string(), says)
    })
}

/// Reads the file that a program's option names; `parse` takes its name and its text.
///
/// # Errors
/// What [`read_bytes`] says, that it is not UTF-8, or what `parse` says.
pub fn read_file<T>(
    path: &Path,
    option: &str,
    parse: impl FnOnce(&str, &str) -> Result<T, ConfigError>,
) -> Result<T, ConfigError> {
    let name = path.display().to_string();
    let bytes = read_bytes(path, option)?;
    match std::str::from_utf8(&bytes) {
        Ok(text) => parse(&name, text),
        Err(error) => {
            let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
            let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
            Err(ConfigError::new(name, "is not UTF-8; save the file in this encoding").at(Some(line), ""))
        }
    }
}

/// Reads a file in a thread of its own, which ends with the program where reading never does.
fn bytes(path: &Path, patience: Duration) -> Result<Vec<u8>, Unread> {
    let (tell, told) = sync_channel(1);
    let path = path.to_owned();
    let read = move || {
        // Whoever asked may have lost patience.
        let _ = tell.send(all_of(&path));
    };
    thread::Builder::new().spawn(read).map_err(Unread::Failed)?;
    told.recv_timeout(patience).unwrap_or(Err(Unread::Endless))
}

fn all_of(path: &Path) -> Result<Vec<u8>, Unread> {
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(Unread::Failed)?;
    let most = u64::try_from(LONGEST_FILE + 1).unwrap_or(u64::MAX);
    file.take(most).read_to_end(&mut bytes).map_err(Unread::Failed)?;
    if bytes.len() > LONGEST_FILE { Err(Unread::TooLong) } else { Ok(bytes) }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::PathBuf;
    use std::process::Command;

    use super::*;

    /// A file of the test's own, gone with it.
    struct Own(PathBuf);

    impl Own {
        fn new(name: &str) -> Self {
            Self(std::env::temp_dir().join(format!("oauth-configuration-{}-{name}", std::process::id())))
        }

        fn of(name: &str, content: &[u8]) -> Self {
            let own = Self::new(name);
            fs::write(&own.0, content).expect("a folder for tests");
            own
        }
    }

    impl Drop for Own {
        fn drop(&mut self) {
            let _gone = fs::remove_file(&self.0);
        }
    }

    fn said(path: &Path) -> String {
        read_file(path, "--config", |_, _| Ok(())).expect_err("it is not read").to_string()
    }

    #[test]
    fn a_file_is_read_up_to_the_bound_and_no_longer() {
        let own = Own::of("bound", &[b'a'; LONGEST_FILE]);
        let read = read_file(&own.0, "--config", |_, text| Ok(text.len()));
        assert_eq!(read, Ok(LONGEST_FILE));
        fs::write(&own.0, [b'a'; LONGEST_FILE + 1]).expect("a folder for tests");
        let name = own.0.display();
        let expected = "is longer than 1048576 bytes, the most that is read; name another file with --config";
        assert_eq!(said(&own.0), format!("{name}: {expected}"));
    }

    #[test]
    fn a_device_without_end_is_too_long() {
        assert!(said(Path::new("/dev/zero")).starts_with("/dev/zero: is longer than 1048576 bytes"));
    }

    #[test]
    fn a_pipe_without_writer_is_not_waited_for() {
        let own = Own::new("pipe");
        let made = Command::new("mkfifo").arg(&own.0).status();
        assert!(made.is_ok_and(|status| status.success()), "a folder for tests takes pipes");
        assert!(matches!(bytes(&own.0, Duration::ZERO), Err(Unread::Endless)));
    }

    #[test]
    fn what_is_no_text_or_no_file_is_told_by_its_name() {
        let own = Own::of("latin", b"a = 1\nb = \"\xe9\"\n");
        assert_eq!(
            said(&own.0),
            format!("{}:2: is not UTF-8; save the file in this encoding", own.0.display())
        );
        let none = said(Path::new("/no/such/file"));
        assert!(none.starts_with("/no/such/file: cannot be read (") && none.contains("leave --config out"));
    }
}
