//! The house as docs/architecture.md draws it: no circle of files, rooms import only rooms above them in lib.rs,
//! no file too long and no folder too full. Read from the `use` lines and paths of the sources; tests are left out.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

const MOST_LINES: usize = 500;
const MOST_FILES: usize = 16;
/// The stated exception: it gathers what each room can refuse.
const LOOKS_DOWN: &str = "error";
/// Circles that are still to be cut; this list only ever shrinks. A circle must lie within one of the folders.
const OPEN_CIRCLES: [&str; 0] = [];
/// Folders that are still too full.
const OPEN_FOLDERS: [&str; 0] = [];
/// Imports from a room below, as `from -> to`, that are still to be turned.
const OPEN_IMPORTS: [&str; 0] = [];

/// One source file.
struct Source {
    /// Such as `["crate", "data", "load"]`; the program's files start with `bin`.
    module: Vec<String>,
    /// Without comments and tests.
    code: String,
}

type Module = Vec<String>;

/// All sources by their module, and what leads from one to another.
struct House {
    files: BTreeMap<Module, Source>,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn sources() -> Vec<PathBuf> {
    let (mut folders, mut found) = (vec![root()], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder of sources") {
            let path = entry.expect("an entry").path();
            match path.is_dir() {
                true => folders.push(path),
                false if path.extension().is_some_and(|e| e == "rs") => found.push(path),
                false => {}
            }
        }
    }
    found.sort();
    found
}

fn module_of(path: &Path) -> Module {
    let inside = path.strip_prefix(root()).expect("a file in src").with_extension("");
    let mut parts: Module = inside.iter().map(|p| p.to_string_lossy().into_owned()).collect();
    if parts.last().is_some_and(|last| last == "mod" || last == "lib" || last == "main") {
        let last = parts.pop();
        if last.as_deref() == Some("main") {
            return vec!["bin".into()];
        }
    }
    let of_program = parts.first().is_some_and(|first| first == "commands");
    parts.insert(0, if of_program { "bin" } else { "crate" }.into());
    parts
}

/// The code without comments, and without a module of tests, which stands last.
fn stripped(text: &str) -> String {
    let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let lines = code.lines().map(|line| line.split("//").next().unwrap_or_default());
    lines.collect::<Vec<_>>().join("\n")
}

impl House {
    fn read() -> House {
        let mut files = BTreeMap::new();
        for path in sources() {
            let text = fs::read_to_string(&path).expect("a readable source");
            let module = module_of(&path);
            files.insert(module.clone(), Source { module, code: stripped(&text) });
        }
        let of_tests: Vec<Module> = files.values().flat_map(modules_of_tests).collect();
        files.retain(|module, _| !of_tests.iter().any(|test| module.starts_with(test)));
        House { files }
    }

    /// The file that a path leads to: that of its module, or, where the module only hands a name on, of the name.
    fn file_of(&self, path: &[String], depth: usize) -> Option<Module> {
        let end = (1..=path.len()).rev().find(|n| self.files.contains_key(&path[..*n]))?;
        let source = &self.files[&path[..end]];
        let Some(name) = path.get(end).filter(|_| depth < 8) else { return Some(source.module.clone()) };
        for (public, used) in uses(&source.code) {
            let handed_on = used.last().is_some_and(|last| last == name);
            if !public || !(handed_on || used.last().is_some_and(|last| last == "*")) {
                continue;
            }
            let mut target = self.absolute(&source.module, &used)?;
            if !handed_on {
                target.pop();
                let declared = self.files.get(&target).is_some_and(|file| declares(&file.code, name));
                if !declared {
                    continue;
                }
            }
            return self.file_of(&target, depth + 1);
        }
        Some(source.module.clone())
    }

    /// A path as written in `module`, from the root on; `None` for other crates.
    fn absolute(&self, module: &[String], path: &[String]) -> Option<Module> {
        let first = path.first()?.as_str();
        let ups = path.iter().take_while(|p| *p == "super").count();
        let (base, rest): (Vec<String>, &[String]) = match first {
            "crate" => (vec![module[0].clone()], &path[1..]),
            "mmm" => (vec!["crate".into()], &path[1..]),
            "self" => (module.to_vec(), &path[1..]),
            "super" => (module[..module.len().checked_sub(ups)?].to_vec(), &path[ups..]),
            child => {
                let own: Module = module.iter().cloned().chain([child.to_owned()]).collect();
                self.files.contains_key(&own).then_some((module.to_vec(), path))?
            }
        };
        Some(base.into_iter().chain(rest.iter().cloned()).collect())
    }

    /// Every file with the files that it imports from.
    fn arrows(&self) -> BTreeMap<&Module, BTreeSet<Module>> {
        let of = |source: &Source| -> BTreeSet<Module> {
            // A name that is handed on is a door, no dependence.
            let used = uses(&source.code).into_iter().filter(|(public, _)| !public).map(|(_, path)| path);
            let paths = used.chain(paths_in_code(&source.code));
            let targets = paths.filter_map(|path| self.file_of(&self.absolute(&source.module, &path)?, 0));
            targets.filter(|target| *target != source.module && target.len() > 1).collect()
        };
        self.files.iter().map(|(module, source)| (module, of(source))).collect()
    }
}

/// Modules that a file declares for tests only.
fn modules_of_tests(source: &Source) -> Vec<Module> {
    let lines: Vec<&str> = source.code.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let mut found = Vec::new();
    for pair in lines.windows(2).filter(|pair| pair[0] == "#[cfg(test)]") {
        let name = pair[1].strip_suffix(';').and_then(|line| line.rsplit_once("mod "));
        found.extend(name.map(|(_, name)| source.module.iter().cloned().chain([name.to_owned()]).collect()));
    }
    found
}

/// Whether code declares something public of this name.
fn declares(code: &str, name: &str) -> bool {
    ["fn", "struct", "enum", "trait", "type", "const", "static", "mod"].iter().any(|kind| {
        let declared = format!("{kind} {name}");
        code.lines().any(|line| {
            let after = line.trim().strip_prefix("pub").and_then(|rest| rest.split_once(&declared));
            after.is_some_and(|(_, after)| !after.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
        })
    })
}

/// Every path of every `use`, and whether it is handed on with `pub`.
fn uses(code: &str) -> Vec<(bool, Vec<String>)> {
    let mut found = Vec::new();
    let mut rest = code;
    while let Some(at) = rest.find("use ") {
        let before = rest[..at].rsplit('\n').next().unwrap_or_default().trim();
        rest = &rest[at + 4..];
        if !(before.is_empty() || before.starts_with("pub")) {
            continue;
        }
        let tree: String =
            rest[..rest.find(';').unwrap_or(0)].split_whitespace().collect::<Vec<_>>().join(" ");
        found.extend(leaves(&tree).into_iter().map(|path| (!before.is_empty(), path)));
    }
    found
}

/// `a::{b, c::d as e}` as `a::b`, `a::c::d`.
fn leaves(tree: &str) -> Vec<Vec<String>> {
    let Some((head, body)) = tree.split_once('{') else {
        let path = tree.split(" as ").next().unwrap_or_default();
        let parts = path.split("::").map(|p| p.trim().to_owned());
        let parts: Vec<String> = parts.filter(|p| !p.is_empty()).collect();
        let own = parts.len() > 1 && parts.last().is_some_and(|last| last == "self");
        return vec![if own { parts[..parts.len() - 1].to_vec() } else { parts }];
    };
    let body = body.rsplit_once('}').map_or(body, |(body, _)| body);
    let (mut depth, mut start, mut items) = (0, 0, Vec::new());
    for (i, c) in body.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                items.push(&body[start..i]);
                start = i + 1;
            }
            _ => {}
        }
    }
    items.push(&body[start..]);
    let items = items.into_iter().filter(|item| !item.trim().is_empty());
    items.flat_map(|item| leaves(&format!("{head}{}", item.trim()))).collect()
}

/// Paths that are spelled out in the code: `crate::data::load(…)`.
fn paths_in_code(code: &str) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    for start in ["crate::", "super::", "mmm::"] {
        for (at, _) in code.match_indices(start) {
            let before = code[..at].chars().next_back();
            if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':') {
                continue;
            }
            let path = code[at..].split(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':')).next();
            let parts = path.unwrap_or_default().split("::").map(str::to_owned);
            let parts: Vec<String> = parts.filter(|part| !part.is_empty()).collect();
            // `use crate::{…}` leaves nothing after the root, and is read as a `use`.
            found.extend((parts.len() > 1).then_some(parts));
        }
    }
    found
}

/// Files from which each can be reached from each other, and which are more than one.
fn circles(arrows: &BTreeMap<&Module, BTreeSet<Module>>) -> Vec<Vec<String>> {
    let reach = |from: &Module| -> BTreeSet<Module> {
        let (mut open, mut seen) = (vec![from.clone()], BTreeSet::new());
        while let Some(at) = open.pop() {
            for next in arrows.get(&at).into_iter().flatten().filter(|next| arrows.contains_key(next)) {
                if seen.insert(next.clone()) {
                    open.push(next.clone());
                }
            }
        }
        seen
    };
    let reached: BTreeMap<&Module, BTreeSet<Module>> =
        arrows.keys().map(|from| (*from, reach(from))).collect();
    let mut found: BTreeSet<Vec<String>> = BTreeSet::new();
    for (from, seen) in &reached {
        if seen.contains(*from) {
            let together = seen.iter().filter(|to| reached[to].contains(*from));
            found.insert(together.map(|module| module[1..].join("/")).collect());
        }
    }
    found.into_iter().collect()
}

#[test]
fn no_circle_of_files() {
    let house = House::read();
    let is_open = |circle: &Vec<String>| {
        OPEN_CIRCLES.iter().any(|folder| circle.iter().all(|file| file.starts_with(folder)))
    };
    let found: Vec<Vec<String>> =
        circles(&house.arrows()).into_iter().filter(|circle| !is_open(circle)).collect();
    assert!(found.is_empty(), "files that import each other in a circle: {found:#?}");
}

#[test]
fn rooms_import_only_rooms_above_them() {
    let house = House::read();
    let lib = &house.files[&vec!["crate".to_owned()]].code;
    let declared = lib.lines().filter_map(|line| line.strip_suffix(';')?.rsplit_once("mod "));
    let order: Vec<&str> = declared.map(|(_, name)| name).collect();
    assert!(order.len() > 10, "{order:?}");
    let place = |module: &Module| order.iter().position(|room| *room == module[1]);
    let mut wrong = BTreeSet::new();
    for (from, targets) in house.arrows() {
        if from[0] == "bin" || from.len() < 2 || from[1] == LOOKS_DOWN {
            continue;
        }
        let below = |to: &&Module| to[0] == "bin" || place(to) > place(from);
        wrong.extend(targets.iter().filter(below).map(|to| format!("{} -> {}", from[1], to[1])));
    }
    wrong.retain(|arrow| !OPEN_IMPORTS.contains(&arrow.as_str()));
    assert!(wrong.is_empty(), "imports from a room below, in the order of lib.rs: {wrong:#?}");
}

#[test]
fn files_are_short_and_folders_not_full() {
    let mut folders: BTreeMap<PathBuf, usize> = BTreeMap::new();
    let mut wrong = Vec::new();
    for path in sources() {
        let lines = fs::read_to_string(&path).expect("a readable source").lines().count();
        if lines > MOST_LINES {
            wrong.push(format!("{}: {lines} lines", path.display()));
        }
        *folders.entry(path.parent().expect("a folder").to_path_buf()).or_default() += 1;
    }
    let full = folders
        .into_iter()
        .filter(|(folder, n)| *n > MOST_FILES && !OPEN_FOLDERS.iter().any(|open| folder.ends_with(open)));
    wrong.extend(full.map(|(folder, n)| format!("{}: {n} files side by side", folder.display())));
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_reader_of_imports_sees_what_is_there() {
    let path = |text: &str| text.split("::").map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(leaves("a::{b, c::{d as e, self}, *}"), ["a::b", "a::c::d", "a::c", "a::*"].map(path));
    let code = "use crate::x::Y;\npub(crate) use z::{W};\nfn f() { crate::u::v() } // crate::no::thing\n";
    assert_eq!(uses(&stripped(code)), [(false, path("crate::x::Y")), (true, path("z::W"))]);
    assert_eq!(paths_in_code(&stripped(code)), ["crate::x::Y", "crate::u::v"].map(path));
    let house = House::read();
    let arrows = house.arrows();
    let to = |from: &str, to: &str| arrows[&path(from)].contains(&path(to));
    assert!(to("crate::show::terminal", "crate::report::fit"), "a name handed on by its room");
    assert!(to("crate::store::curves", "crate::store::frame"), "a path of its own room");
    assert!(to("bin::commands::schema", "crate::report::schema"), "a path of the program");
    let a = |from: &str, to: &str| (path(from), BTreeSet::from([path(to)]));
    let ring = BTreeMap::from([a("c::a", "c::b"), a("c::b", "c::a"), a("c::d", "c::a")]);
    let ring = ring.iter().map(|(from, to)| (from, to.clone())).collect();
    assert_eq!(circles(&ring), [["a", "b"]]);
}
