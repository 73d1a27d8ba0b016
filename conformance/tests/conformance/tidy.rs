//! Lines that the architecture draws, held by reading the sources.

mod circles;

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
            if !path.join("CACHEDIR.TAG").exists() {
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

/// The variants of an enum, by the text that declares it.
fn variants<'a>(source: &'a str, name: &str) -> Vec<&'a str> {
    let start = format!("pub enum {name} {{");
    let (_, rest) = source.split_once(&start).unwrap_or_else(|| panic!("no {start}"));
    let (body, _) = rest.split_once("\n}").expect("an enum ends");
    let of_the_enum = |line: &&str| line.starts_with("    ") && line[4..].starts_with(char::is_uppercase);
    let lines = body.lines().filter(of_the_enum).map(str::trim);
    lines.map(|line| line.split(['(', ',', ' ']).next().unwrap_or(line)).collect()
}

#[test]
fn what_the_core_asks_of_an_edge_and_hears_from_it_is_done_there() {
    let edge = |folder: &str| -> String {
        sources(&root().join(folder)).iter().map(|path| text(path)).collect::<Vec<_>>().join("\n")
    };
    let model = root().join("model/core/src");
    let server = edge("reference-server/src");
    // Pages and redirects of the client are made by its codec, and so is what a browser asks of it.
    let client = ["client/reply.rs", "client/receive.rs"].map(|path| text(&model.join(path))).join("\n")
        + &edge("reference-client/src");
    let (of_server, of_client) = (text(&model.join("server/mod.rs")), text(&model.join("client/mod.rs")));
    for (source, name, edge) in [
        (&of_server, "Write", &server),
        (&of_server, "Outcome", &server),
        (&of_client, "Act", &client),
        (&of_client, "Event", &client),
    ] {
        let known = variants(source, name);
        assert!(!known.is_empty(), "{name}");
        for variant in known {
            let word = format!("{name}::{variant}");
            assert!(edge.contains(&word), "no edge knows {word}");
        }
    }
}

#[test]
fn every_public_function_of_the_honest_roles_has_a_caller_outside_the_tests() {
    let mut all = String::new();
    for folder in [
        "model/core/src",
        "model/faults/src",
        "model/world/src",
        "model/induct/src",
        "reference-server/src",
        "reference-client/src",
    ] {
        for path in sources(&root().join(folder)) {
            let whole = text(&path);
            let code = whole.split("#[cfg(test)]").next().unwrap_or_default();
            all.extend(code.lines().filter(|line| !line.trim_start().starts_with("//")));
        }
    }
    let words = all.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
    let mut uses = std::collections::BTreeMap::new();
    words.for_each(|word| *uses.entry(word).or_insert(0) += 1);
    let mut idle = Vec::new();
    for folder in ["server", "client"] {
        for path in sources(&root().join("model/core/src").join(folder)) {
            let source = text(&path);
            let declared = source.lines().map(str::trim).filter_map(|line| {
                line.strip_prefix("pub fn ").or_else(|| line.strip_prefix("pub const fn "))
            });
            for name in declared.filter_map(|rest| rest.split(['(', '<']).next()) {
                if uses.get(name).copied().unwrap_or(0) < 2 {
                    idle.push(format!("{}: {name}", path.display()));
                }
            }
        }
    }
    assert!(idle.is_empty(), "nobody calls {idle:?}");
}

#[test]
fn one_file_of_each_edge_names_its_library() {
    let lines = [
        ("reference-server/src", "hyper", &["http.rs"][..]),
        ("reference-client/src", "hyper", &["http.rs"]),
        ("reference-client/src", "reqwest", &["call.rs"]),
        ("conformance/suite/src", "reqwest", &["wire/http.rs"]),
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

#[test]
fn the_suites_libraries_depend_on_configuration_rules_and_laws_and_nothing_else_of_ours() {
    for (folder, expected) in [
        ("conformance/suite", &["oauth-configuration", "oauth-laws", "oauth-rules", "oauth-secrets"][..]),
        ("conformance/secrets", &["oauth-rules"]),
    ] {
        let manifest = text(&root().join(folder).join("Cargo.toml"));
        let ours: Vec<&str> = manifest
            .lines()
            .filter(|line| line.starts_with("oauth-"))
            .filter_map(|line| line.split(['.', ' ', '=']).next())
            .collect();
        assert_eq!(ours, expected, "{folder}");
    }
}

#[test]
fn no_case_imports_another_case() {
    let cases = root().join("conformance/suite/src/cases");
    for path in sources(&cases) {
        let inside = path.strip_prefix(&cases).expect("found below it");
        if inside == Path::new("mod.rs") {
            continue;
        }
        let whole = text(&path);
        let code = whole.split("#[cfg(test)]").next().unwrap_or_default();
        for line in code.lines().filter(|line| !line.trim_start().starts_with("//")) {
            let other = line.contains("super::") && !line.contains("pub(super)")
                || line.split("crate::cases::").skip(1).any(|rest| !rest.starts_with("support"));
            assert!(!other, "{} imports a case: {line}", path.display());
        }
    }
}
