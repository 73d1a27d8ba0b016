//! Turns `specs/rules/*.toml` into the constant `RULES`, so that a rule's id is checked when a crate is
//! compiled and the pure core needs no TOML at run time.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    spec: String,
    title: String,
    #[serde(default)]
    rule: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    id: String,
    section: String,
    kind: String,
    level: String,
    role: String,
    summary: String,
    status: String,
    /// Why a rule is excepted, or when it is planned.
    reason: Option<String>,
    /// What refusals count, and how a contradiction between documents was settled.
    note: Option<String>,
}

fn main() {
    let folder = PathBuf::from("../../specs/rules");
    println!("cargo:rerun-if-changed={}", folder.display());
    let mut files: Vec<PathBuf> = std::fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .collect();
    files.sort();

    let mut seen: BTreeMap<String, PathBuf> = BTreeMap::new();
    let mut out = String::from("&[\n");
    for file in &files {
        println!("cargo:rerun-if-changed={}", file.display());
        let text =
            std::fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let document: Document =
            toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        for entry in &document.rule {
            if let Some(before) = seen.insert(entry.id.clone(), file.clone()) {
                panic!("{}: rule {} is also in {}", file.display(), entry.id, before.display());
            }
            write_rule(&mut out, file, &document, entry);
        }
    }
    out.push_str("]\n");
    let target = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo sets OUT_DIR")).join("rules.rs");
    std::fs::write(&target, out).unwrap_or_else(|error| panic!("{}: {error}", target.display()));
}

fn write_rule(out: &mut String, file: &Path, document: &Document, entry: &Entry) {
    let known = |field: &str, value: &str, table: &[(&str, &'static str)]| -> &'static str {
        table.iter().find(|(text, _)| *text == value).map_or_else(
            || panic!("{}: rule {}: unknown {field} {value:?}", file.display(), entry.id),
            |(_, variant)| variant,
        )
    };
    let kind = known(
        "kind",
        &entry.kind,
        &[("flow", "Kind::Flow"), ("wire", "Kind::Wire"), ("client", "Kind::Client")],
    );
    let level = known(
        "level",
        &entry.level,
        &[
            ("MUST", "Level::Must"),
            ("SHOULD", "Level::Should"),
            ("MAY", "Level::May"),
            ("STATED", "Level::Stated"),
        ],
    );
    let role = known(
        "role",
        &entry.role,
        &[
            ("authorization-server", "Role::AuthorizationServer"),
            ("resource-server", "Role::ResourceServer"),
            ("client", "Role::Client"),
        ],
    );
    let status = known(
        "status",
        &entry.status,
        &[("held", "Status::Held"), ("planned", "Status::Planned"), ("excepted", "Status::Excepted")],
    );
    if entry.status == "excepted" && entry.reason.is_none() {
        panic!("{}: rule {}: an excepted rule needs its reason", file.display(), entry.id);
    }
    writeln!(
        out,
        "    Rule {{ id: {:?}, spec: {:?}, title: {:?}, section: {:?}, kind: {kind}, level: {level}, role: {role}, \
         summary: {:?}, status: {status}, reason: {:?}, note: {:?} }},",
        entry.id, document.spec, document.title, entry.section, entry.summary, entry.reason, entry.note
    )
    .expect("a string takes all that is written");
}
