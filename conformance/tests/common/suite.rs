//! The suite's program against a server, and its report compared with what that server is known to break.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

/// The address that target files name.
const ADDRESS: &str = "http://127.0.0.1:9000";

/// What the suite's program came to.
pub(crate) struct Run {
    /// How it exited.
    pub(crate) exit_code: Option<i32>,
    /// Its report.
    pub(crate) report: Value,
}

/// A target file for this test, gone with it.
struct TargetFile(PathBuf);

impl Drop for TargetFile {
    fn drop(&mut self) {
        // What is left behind does no harm.
        let _ = std::fs::remove_file(&self.0);
    }
}

/// Runs the suite in a profile against the server of a target file (from the crate's folder), which listens at
/// `origin` instead.
pub(crate) fn run(target: &str, origin: &str, profile: &str) -> Run {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(target));
    let text = text.unwrap_or_else(|error| panic!("{target}: {error}")).replace(ADDRESS, origin);
    let port = origin.rsplit(':').next().unwrap_or_default();
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("target-{port}-{profile}.toml"));
    std::fs::write(&path, text).expect("the folder for tests can be written");
    let file = TargetFile(path);
    let ended = Command::new(env!("CARGO_BIN_EXE_oauth-conformance"))
        .args(["run", "--format", "json", "--seed", "1", "--profile", profile, "--target"])
        .arg(&file.0)
        .stdin(Stdio::null())
        .output()
        .expect("the suite's program starts");
    let report = serde_json::from_slice(&ended.stdout).unwrap_or_else(|_| {
        panic!("the suite gave no report: {}", String::from_utf8_lossy(&ended.stderr).trim())
    });
    Run { exit_code: ended.status.code(), report }
}

/// Panics unless the documented sequence holds at the server of a target file, as [`run`] finds it.
#[track_caller]
pub(crate) fn assert_documented(target: &str, origin: &str) {
    let run = run(target, origin, "documented");
    run.assert_broken(&[], &[]);
    assert_eq!((run.verdict(), run.exit_code), ("held", Some(0)));
}

/// Panics unless a server, as [`run`] finds it, is told what it is known to break and nothing else.
#[track_caller]
pub(crate) fn assert_told(target: &str, origin: &str, profile: &str, known: &[&str], undecided: &[&str]) {
    let run = run(target, origin, profile);
    run.assert_broken(known, undecided);
    assert_eq!((run.verdict(), run.exit_code), ("failed", Some(1)));
}

impl Run {
    /// The verdict over all.
    pub(crate) fn verdict(&self) -> &str {
        self.report["verdict"].as_str().unwrap_or_default()
    }

    /// The cases that neither held nor were not offered, as `failed code/single-use`, in reading order.
    fn broken(&self) -> Vec<(String, &Value)> {
        let word = |case: &Value| case["verdict"].as_str().unwrap_or_default().to_owned();
        self.report["cases"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(|case| !matches!(word(case).as_str(), "held" | "not-offered"))
            .map(|case| (format!("{} {}", word(case), case["id"].as_str().unwrap_or_default()), case))
            .collect()
    }

    /// Panics unless the cases that are not as they should be are the known ones. Cases in `undecided` may come
    /// to anything: races are won and lost.
    #[track_caller]
    pub(crate) fn assert_broken(&self, known: &[&str], undecided: &[&str]) {
        let broken: Vec<_> = self
            .broken()
            .into_iter()
            .filter(|(_, case)| !undecided.iter().any(|id| case["id"] == *id))
            .collect();
        let mut wrong = String::new();
        for (line, case) in broken.iter().filter(|(line, _)| !known.contains(&line.as_str())) {
            let text = |member: &str| case[member].as_str().unwrap_or("-").to_owned();
            let (expected, saw, reason) = (text("expected"), text("saw"), text("reason"));
            let _ = writeln!(
                wrong,
                "not known: {line}\n  expected {expected}\n  saw      {saw}\n  reason   {reason}"
            );
        }
        for line in known.iter().filter(|line| !broken.iter().any(|(have, _)| have == *line)) {
            let _ = writeln!(wrong, "known, but not reported: {line}");
        }
        assert!(wrong.is_empty(), "the report differs from what is known of this server:\n{wrong}");
    }
}
