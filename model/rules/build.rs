//! Turns `specs/rules/*.toml` into the constant `RULES`, so that a rule's id is checked when a crate is
//! compiled and the pure core needs no TOML at run time.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde::Deserialize;

/// The documents: how the files name them, and what they are called in `spec.rs`.
const SPECS: &[(&str, &str)] = &[
    ("RFC 6749", "Spec::Rfc6749"),
    ("RFC 6750", "Spec::Rfc6750"),
    ("RFC 7009", "Spec::Rfc7009"),
    ("RFC 7591", "Spec::Rfc7591"),
    ("RFC 7617", "Spec::Rfc7617"),
    ("RFC 7636", "Spec::Rfc7636"),
    ("RFC 7662", "Spec::Rfc7662"),
    ("RFC 8252", "Spec::Rfc8252"),
    ("RFC 8414", "Spec::Rfc8414"),
    ("RFC 8707", "Spec::Rfc8707"),
    ("RFC 9110", "Spec::Rfc9110"),
    ("RFC 9112", "Spec::Rfc9112"),
    ("RFC 9126", "Spec::Rfc9126"),
    ("RFC 9207", "Spec::Rfc9207"),
    ("RFC 9449", "Spec::Rfc9449"),
    ("RFC 9700", "Spec::Rfc9700"),
    ("RFC 9728", "Spec::Rfc9728"),
    ("OAuth 2.1 draft", "Spec::Oauth21"),
];

/// The profiles in the order of `Profile::ALL`.
const PROFILES: &[&str] = &["documented", "rfc6749", "rfc9700", "oauth21"];

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
    /// On which day somebody else than its author last read it beside its text.
    audited: String,
    /// Why a rule is excepted, or when it is planned.
    reason: Option<String>,
    /// `fails`, for a stated rule that fails all the same; its note says why.
    broken: Option<String>,
    /// What refusals count, and how a contradiction between documents was settled.
    note: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Profiles {
    profile: Vec<Profile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Profile {
    name: String,
    about: String,
    documents: Vec<String>,
    #[serde(default)]
    drops: Vec<Dropped>,
}

/// A rule of one of the documents that a profile does not judge by.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Dropped {
    rule: String,
    #[expect(dead_code, reason = "for whoever reads the file; it has to be there")]
    reason: String,
}

fn main() {
    write_rules();
    write_profiles();
}

/// The folder `specs`. The package carries what it needs of the repository's in a folder of its own; a check-out that
/// knows no links reads the repository's.
fn specs() -> PathBuf {
    let own = PathBuf::from("specs");
    if own.join("rules").is_dir() { own } else { PathBuf::from("../../specs") }
}

fn write_rules() {
    let folder = specs().join("rules");
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
    write("rules.rs", &out);
}

fn write(name: &str, text: &str) {
    let target = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo sets OUT_DIR")).join(name);
    std::fs::write(&target, text).unwrap_or_else(|error| panic!("{}: {error}", target.display()));
}

fn write_profiles() {
    let file = &specs().join("profiles.toml");
    println!("cargo:rerun-if-changed={}", file.display());
    let text = std::fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let Profiles { profile: profiles } =
        toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let names: Vec<&str> = profiles.iter().map(|profile| profile.name.as_str()).collect();
    assert_eq!(names, PROFILES, "{}: the profiles in this order", file.display());
    let mut out = String::from("&[\n");
    for Profile { name, about, documents, drops } in &profiles {
        let documents: Vec<&str> = documents.iter().map(|spec| spec_of(file, spec)).collect();
        // An id that the ledger lacks does not compile.
        let drops: Vec<String> = drops.iter().map(|drop| format!("rule({:?})", drop.rule)).collect();
        writeln!(
            out,
            "    Entry {{ name: {name:?}, about: {about:?}, documents: &[{}], drops: &[{}] }},",
            documents.join(", "),
            drops.join(", ")
        )
        .expect("a string takes all that is written");
    }
    out.push_str("]\n");
    write("profiles.rs", &out);
}

fn spec_of(file: &Path, spec: &str) -> &'static str {
    let found = SPECS.iter().find(|(name, _)| *name == spec);
    found.map_or_else(|| panic!("{}: unknown spec {spec:?}", file.display()), |(_, variant)| variant)
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
    let broken = match &entry.broken {
        None => "Broken::ByLevel",
        Some(word) => known("broken", word, &[("fails", "Broken::Fails")]),
    };
    // Other levels say by themselves what it means.
    if entry.broken.is_some() && (entry.level != "STATED" || entry.note.is_none()) {
        panic!("{}: rule {}: `broken` is for a STATED rule whose note says why", file.display(), entry.id);
    }
    let day = entry.audited.split('-').map(|part| (part.len(), part.parse::<u16>().is_ok()));
    if !day.eq([(4, true), (2, true), (2, true)]) {
        panic!("{}: rule {}: `audited` is a day, as 2026-11-30", file.display(), entry.id);
    }
    if entry.status == "excepted" && entry.reason.is_none() {
        panic!("{}: rule {}: an excepted rule needs its reason", file.display(), entry.id);
    }
    writeln!(
        out,
        "    Rule {{ id: {:?}, spec: {}, title: {:?}, section: {:?}, kind: {kind}, level: {level}, broken: {broken}, \
         role: {role}, summary: {:?}, status: {status}, reason: {:?}, note: {:?} }},",
        entry.id,
        spec_of(file, &document.spec),
        document.title,
        entry.section,
        entry.summary,
        entry.reason,
        entry.note
    )
    .expect("a string takes all that is written");
}
