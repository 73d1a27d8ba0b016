//! Lines that the architecture draws, held by reading the sources.

use std::fs;
use std::path::{Path, PathBuf};

/// A file of more lines is more than one concern.
const LINES_AT_MOST: usize = 500;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate lies in the workspace").to_owned()
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    for entry in entries {
        let path = entry.expect("a folder that was opened is read to its end").path();
        if path.is_dir() {
            if path.file_name().is_some_and(|name| name != "target") {
                found.extend(sources(&path));
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Every `oauth_model::word` of a file.
fn modules_of_the_model(text: &str) -> Vec<&str> {
    text.match_indices("oauth_model::")
        .map(|(at, marker)| {
            let rest = &text[at + marker.len()..];
            &rest
                [..rest.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(rest.len())]
        })
        .collect()
}

#[test]
fn the_suites_cases_use_no_more_of_the_model_than_rules_facts_and_laws() {
    for path in sources(&root().join("conformance/src/suite")) {
        let text = text(&path);
        for module in modules_of_the_model(&text) {
            assert!(
                ["rule", "rules", "fact", "law"].contains(&module),
                "{} uses oauth_model::{module}",
                path.display()
            );
        }
    }
}

#[test]
fn laws_and_facts_know_nothing_of_the_logic_that_they_judge() {
    let model = root().join("model/src");
    let mut files = sources(&model.join("law"));
    files.push(model.join("fact.rs"));
    for path in files {
        let text = text(&path);
        for line in text.lines().filter(|line| line.starts_with("use ")) {
            let allowed = ["use crate::fact", "use crate::rule", "use super::"];
            assert!(allowed.iter().any(|start| line.starts_with(start)), "{}: {line}", path.display());
        }
    }
}

#[test]
fn the_core_knows_nothing_of_the_checker_and_of_the_world_outside() {
    let model = root().join("model/src");
    for path in sources(&model) {
        let inside = path.strip_prefix(&model).expect("found below it");
        if inside.starts_with("check") || inside == Path::new("main.rs") {
            continue;
        }
        let text = text(&path);
        for word in
            ["stateright", "tokio", "std::net", "std::fs", "Instant::now", "HashMap", "rand::", "println!"]
        {
            let used = text.lines().any(|line| !line.trim_start().starts_with("//") && line.contains(word));
            assert!(!used, "{}: {word}", path.display());
        }
    }
}

#[test]
fn one_file_of_each_edge_names_its_library() {
    let lines = [
        ("reference-server/src", "hyper", &["http.rs"][..]),
        ("reference-client/src", "hyper", &["http.rs"]),
        ("reference-client/src", "reqwest", &["call.rs"]),
        ("conformance/src", "reqwest", &["http.rs"]),
    ];
    for (folder, library, files) in lines {
        let folder = root().join(folder);
        for path in sources(&folder) {
            let named = text(&path)
                .lines()
                .any(|line| !line.trim_start().starts_with("//") && line.contains(&format!("{library}::")));
            let inside = path.strip_prefix(&folder).expect("found below it");
            let allowed = files.iter().any(|file| inside == Path::new(file));
            assert!(!named || allowed, "{} names {library}", path.display());
        }
    }
}

#[test]
fn files_have_one_concern() {
    for crate_folder in ["model", "reference-server", "reference-client", "conformance"] {
        for path in sources(&root().join(crate_folder)) {
            let lines = text(&path).lines().count();
            assert!(lines <= LINES_AT_MOST, "{} has {lines} lines", path.display());
            let name = path.file_stem().and_then(|name| name.to_str()).unwrap_or_default();
            let vague = ["util", "utils", "helper", "helpers", "manager", "misc"].contains(&name);
            assert!(!vague, "{} says nothing by its name", path.display());
        }
    }
}
