//! What the program `tla` (the crate tla-checker) finds in `specs/tla/CodeFlow.tla`: its report, and its drawing of
//! all states, in which each is written out.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::process::{Command, Output};

use oauth_laws::law::Law;
use serde_json::Value;

use crate::graph::Graph;

/// Others may write states in another way.
const VERSION: &str = "0.24.11";

/// Everything that the module reaches, with these arguments, and where it breaks the laws.
pub(crate) fn explore(arguments: &[&str], laws: &[&'static Law]) -> Graph {
    let version = run(&["--version"]);
    let version = String::from_utf8_lossy(&version.stdout).trim().to_owned();
    assert_eq!(version, format!("tla {VERSION}"), "another version than was asked for; {}", install());

    let drawing = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join(format!("twin-{}.dot", arguments.join("-").replace(['=', '.'], "-")));
    let path = drawing.to_str().expect("the target folder's path is text");
    let mut all = vec!["CodeFlow.tla", "--allow-deadlock", "--continue", "--json"];
    all.extend(["--export-dot", path, "--dot-mode", "full"]);
    all.extend(arguments);
    let names: Vec<String> = laws.iter().map(|law| operator(law.id)).collect();
    all.extend(names.iter().flat_map(|name| ["--count-satisfying", name]));
    let output = run(&all);

    let text = String::from_utf8_lossy(&output.stdout);
    let report: Value = serde_json::from_str(text.lines().last().unwrap_or_default())
        .unwrap_or_else(|error| panic!("no report: {error}; {}", String::from_utf8_lossy(&output.stderr)));
    let drawn = fs::read_to_string(&drawing).expect("it was told to draw there");
    let (states, steps) = read(&drawn);
    assert_eq!(report["stats"]["states_explored"], states.len(), "the drawing lacks states: {report}");

    let mut graph = Graph { states, steps, sizes: Vec::new(), broken: BTreeMap::new() };
    for (law, name) in laws.iter().zip(&names) {
        let mut counted = report["properties"].as_array().into_iter().flatten();
        let counted = counted.find(|counted| counted["name"] == **name && counted["errors"] == 0);
        let counted = counted.unwrap_or_else(|| panic!("{name} was not counted: {report}"));
        let levels = counted["depth_breakdown"].as_array().expect("it is counted by distance");
        let count = |level: &Value, what: &str| {
            level[what].as_u64().and_then(|count| usize::try_from(count).ok()).expect("a number of states")
        };
        graph.sizes = levels.iter().map(|level| count(level, "total")).collect();
        let broken = |level: &Value| count(level, "total") - count(level, "satisfied");
        graph.broken.insert(law.id, levels.iter().map(broken).collect());
    }
    graph
}

fn install() -> String {
    format!("install it with: cargo install --locked tla-checker --version {VERSION}")
}

fn run(arguments: &[&str]) -> Output {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../specs/tla");
    match Command::new("tla").current_dir(folder).args(arguments).output() {
        Ok(output) => output,
        Err(error) if error.kind() == ErrorKind::NotFound => panic!("no `tla` on the PATH; {}", install()),
        Err(error) => panic!("`tla` does not start: {error}"),
    }
}

/// The name that a law has in the module: `code-was-issued` is `CodeWasIssued`.
fn operator(law: &str) -> String {
    let capital = |word: &str| word[..1].to_ascii_uppercase() + &word[1..];
    law.split('-').map(capital).collect()
}

/// Reads the drawing's lines: `s0 [label="STATE"..];` and `s0 -> s1 [label="Start"];`.
fn read(drawn: &str) -> (BTreeSet<String>, BTreeSet<(String, String)>) {
    let mut states = BTreeMap::new();
    let mut steps = Vec::new();
    for line in drawn.lines().map(str::trim).filter(|line| line.starts_with('s')) {
        let (node, rest) = line.split_once(' ').unwrap_or((line, ""));
        if let Some(label) = rest.strip_prefix("[label=\"") {
            states.insert(node, label_of(label).to_owned());
        } else if let Some(rest) = rest.strip_prefix("-> ") {
            steps.push((node, rest.split(' ').next().unwrap_or(rest)));
        }
    }
    let nodes = states.len();
    let steps = steps.iter().map(|(from, to)| (states[from].clone(), states[to].clone())).collect();
    let states: BTreeSet<String> = states.into_values().collect();
    assert_eq!(states.len(), nodes, "two states are drawn alike");
    (states, steps)
}

/// A label up to the quotation mark that ends it.
fn label_of(label: &str) -> &str {
    let mut escaped = false;
    let end = label.bytes().position(|byte| {
        let ends = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    });
    &label[..end.unwrap_or(label.len())]
}
