//! The records in `specs/detection/` from which `specs/DETECTION.md` is written.

use std::collections::BTreeMap;

use oauth_faults::Fault;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::in_specs;

/// What `selftest --json` wrote.
#[derive(Deserialize)]
pub(super) struct Record {
    pub(super) seed: u64,
    pub(super) faults: Vec<OfFault>,
    pub(super) liberties: Vec<OfLiberties>,
}

#[derive(Deserialize)]
pub(super) struct OfFault {
    pub(super) id: String,
    pub(super) rules: Vec<OfRule>,
    pub(super) whole: bool,
    pub(super) beyond: Vec<Beyond>,
}

#[derive(Deserialize)]
pub(super) struct OfRule {
    pub(super) id: String,
    pub(super) by: Option<By>,
}

#[derive(Deserialize)]
pub(super) struct By {
    pub(super) case: String,
    pub(super) variant: Option<String>,
    pub(super) verdict: String,
    pub(super) saw: String,
}

#[derive(Deserialize)]
pub(super) struct Beyond {
    pub(super) rule: String,
    pub(super) by: By,
}

#[derive(Deserialize)]
pub(super) struct OfLiberties {
    pub(super) taken: Vec<Taken>,
    pub(super) left_alone: bool,
    pub(super) disturbed: Vec<Disturbed>,
}

#[derive(Deserialize)]
pub(super) struct Taken {
    pub(super) id: String,
    pub(super) uses: usize,
}

#[derive(Deserialize)]
pub(super) struct Disturbed {
    pub(super) case: String,
    pub(super) clean: String,
    pub(super) verdict: String,
    pub(super) says: String,
}

/// What the page needs of the report of a run.
#[derive(Deserialize)]
pub(super) struct Run {
    pub(super) profile: String,
    pub(super) rule_counts: BTreeMap<String, usize>,
}

impl OfLiberties {
    pub(super) fn has(&self, liberty: &str) -> bool {
        self.taken.iter().any(|taken| taken.id == liberty)
    }
}

/// All that is recorded, by the names of the files, and what fell.
#[derive(Default)]
pub(super) struct Recorded {
    pub(super) selftests: Vec<(String, Record)>,
    pub(super) runs: Vec<(String, Run)>,
    pub(super) fell: BTreeMap<String, String>,
}

/// Each file of a folder in `specs/detection/`, by name.
fn read<T: DeserializeOwned>(folder: &str) -> Vec<(String, T)> {
    let Ok(entries) = std::fs::read_dir(in_specs("detection").join(folder)) else { return Vec::new() };
    let paths = entries.map(|entry| entry.expect("a folder that was opened is read to its end").path());
    let mut read: Vec<(String, T)> = paths
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .map(|path| {
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let text = std::fs::read_to_string(&path).expect("a record can be read");
            let record = serde_json::from_str(&text);
            (name, record.unwrap_or_else(|error| panic!("{}: {error}", path.display())))
        })
        .collect();
    read.sort_by(|(left, _), (right, _)| left.cmp(right));
    read
}

impl Recorded {
    pub(super) fn read() -> Self {
        let fell = std::fs::read_to_string(in_specs("detection/fell.toml")).unwrap_or_default();
        let fell = toml::from_str(&fell).expect("fell.toml has a text for each liberty");
        Self { selftests: read("selftest"), runs: read("runs"), fell }
    }

    /// What is recorded of a fault; of several the last, and of a whole run rather than of another.
    pub(super) fn fault(&self, fault: Fault) -> Option<&OfFault> {
        let all = self.selftests.iter().flat_map(|(_, record)| &record.faults);
        all.filter(|recorded| recorded.id == fault.name()).max_by_key(|recorded| recorded.whole)
    }

    pub(super) fn trials(&self) -> impl Iterator<Item = &OfLiberties> {
        self.selftests.iter().flat_map(|(_, record)| &record.liberties)
    }
}
