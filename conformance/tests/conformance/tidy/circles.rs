//! No file imports one that leads back to it, but a parent its child. A name that a file passes on counts as an import of the
//! file that it comes from.

use std::collections::{BTreeMap, BTreeSet};

use super::{root, sources, text};

/// The files of a package by their modules, without tests and comments. Library and program share the root, `crate`.
type Package = BTreeMap<String, String>;

#[test]
fn no_file_imports_one_that_leads_back_to_it_but_a_parent_its_child() {
    let mut packages: BTreeMap<_, Package> = BTreeMap::new();
    for path in sources(&root()) {
        let Some(folder) = path.ancestors().find(|folder| folder.ends_with("src")) else { continue };
        let inside = path.strip_prefix(folder).expect("it is an ancestor").with_extension("");
        let names: Vec<_> = inside.iter().map(|name| name.to_string_lossy()).collect();
        if names.iter().any(|name| name == "tests") {
            continue;
        }
        let names = names.iter().filter(|name| !["mod", "lib", "main"].contains(&name.as_ref()));
        let module = names.fold("crate".to_owned(), |module, name| format!("{module}::{name}"));
        let file = packages.entry(folder.to_owned()).or_default().entry(module).or_default();
        let whole = text(&path);
        let code = whole.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
        let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
        lines.for_each(|line| *file += &format!("{line}\n"));
    }
    let mut circles = Vec::new();
    for (folder, package) in &packages {
        let mut left = imports(package);
        // What nobody imports, or imports nothing, is in no circle.
        for _ in 0..package.len() {
            let (importing, imported): (BTreeSet<_>, BTreeSet<_>) = left.iter().cloned().unzip();
            left.retain(|(file, from)| imported.contains(file) && importing.contains(from));
        }
        let told = |(file, from)| format!("{}: {file} imports {from}", folder.display());
        circles.extend(left.into_iter().map(told));
    }
    assert!(circles.is_empty(), "{circles:#?}");
}

/// Which file imports which, but for parents and their children.
fn imports(package: &Package) -> BTreeSet<(String, String)> {
    let mut passed_on = BTreeMap::new();
    for (file, code) in package {
        for (at, _) in code.match_indices("use ") {
            let line = code[..at].rsplit('\n').next().unwrap_or_default();
            if line.trim_start().starts_with("pub") {
                let statement = code[at..].split(';').next().unwrap_or_default();
                let named = named(package, file, statement).into_iter();
                passed_on.extend(named.map(|(from, name)| ((file.clone(), name.clone()), (from, name))));
            }
        }
    }
    let mut imports = BTreeSet::new();
    for (file, code) in package {
        for mut named in named(package, file, code) {
            while let Some(further) = passed_on.get(&named) {
                named.clone_from(further);
            }
            let from = named.0;
            if from != *file && above(&from) != file && above(file) != from {
                imports.insert((file.clone(), from));
            }
        }
    }
    imports
}

/// What a file, or a part of it, names: in which file, and as what there.
fn named<'p>(package: &'p Package, file: &'p str, code: &str) -> Vec<(String, String)> {
    let mut known = vec![("crate", "crate"), ("self", file), ("super", above(file))];
    let children = package.keys().filter(|child| above(child) == file);
    known.extend(children.map(|child| (&child[file.len() + 2..], child.as_str())));
    let (mut found, mut at) = (Vec::new(), 0);
    while let Some((word, module)) = known.get(at).copied() {
        at += 1;
        for (place, _) in code.match_indices(&format!("{word}::")) {
            if code[..place].ends_with(|letter: char| letter.is_alphanumeric() || "_:".contains(letter)) {
                continue;
            }
            for path in spelt(&code[place + word.len()..]) {
                let mut path = format!("{module}{path}");
                while let Some((child, rest)) = path.split_once("::super") {
                    path = format!("{}{rest}", above(child));
                }
                let leads_to = |file: &&String| path.starts_with(&format!("{file}::")) || path == **file;
                let from = package.keys().filter(leads_to).max_by_key(|file| file.len());
                let Some(from) = from else { continue };
                let alias = (from.rsplit("::").next().unwrap_or_default(), from.as_str());
                match path[from.len()..].split("::").nth(1) {
                    Some(name) if name != "self" => found.push((from.clone(), name.to_owned())),
                    // A module that is imported is known by its own name from there on.
                    _ if !known.contains(&alias) => known.push(alias),
                    _ => {}
                }
            }
        }
    }
    found
}

fn above(module: &str) -> &str {
    module.rsplit_once("::").map_or("", |(above, _)| above)
}

/// A path, once for each that its braces hold.
fn spelt(tree: &str) -> Vec<String> {
    let end = tree.find(|letter: char| !letter.is_alphanumeric() && !"_:*".contains(letter));
    let (path, rest) = tree.split_at(end.unwrap_or(tree.len()));
    let Some(inner) = rest.strip_prefix('{').filter(|_| path.ends_with("::")) else {
        return vec![path.to_owned()];
    };
    let (mut depth, mut from, mut paths) = (0, 0, Vec::new());
    for (at, letter) in inner.char_indices() {
        if depth == 0 && ",}".contains(letter) {
            paths.extend(spelt(inner[from..at].trim()).into_iter().map(|tail| format!("{path}{tail}")));
            from = at + 1;
        }
        match letter {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            _ => {}
        }
    }
    paths
}
