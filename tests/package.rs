//! What is published: the package of the registry has what it needs, nothing else, and stays small; the version is
//! told in one place.

use std::fs;
use std::path::Path;
use std::process::Command;

/// The registry takes 10 MB; a program that is mostly text has no reason to be large.
const MOST_BYTES: u64 = 1_000_000;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Runs cargo on the package; none outside a checkout, where there is nothing to package.
fn cargo(args: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO"));
    command.arg("package").args(["--allow-dirty", "--offline"]).args(args).current_dir(root());
    let run = command.output().expect("cargo starts");
    let (out, err) = (String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
    assert!(run.status.success(), "cargo package {args:?}\n{out}\n{err}");
    for line in err.lines().filter(|line| line.starts_with("warning:")) {
        // Tests stay in the repository: they read more than the package holds.
        assert!(line.starts_with("warning: ignoring test "), "{line}");
    }
    out.into_owned()
}

#[test]
fn the_package_is_whole_and_small() {
    let list = cargo(&["--list"]);
    let files: Vec<&str> = list.lines().collect();
    for needed in
        ["Cargo.lock", "LICENSE", "README.md", "src/main.rs", "src/lib.rs", "data/national/data.csv"]
    {
        assert!(files.contains(&needed), "{needed} is not packaged:\n{list}");
    }
    for stray in ["tests/", "target/", ".ci/", ".github/", "docs/calibration.svg"] {
        assert!(!files.iter().any(|file| file.starts_with(stray)), "{stray} is packaged");
    }
    let target = tempfile::tempdir().expect("a temporary folder");
    cargo(&["--no-verify", "--target-dir", &target.path().display().to_string()]);
    let name = concat!("mmm-cli-", env!("CARGO_PKG_VERSION"), ".crate");
    let size = fs::metadata(target.path().join("package").join(name)).expect("the package").len();
    assert!(size < MOST_BYTES, "{size} bytes");
}

#[test]
fn wheel_and_package_have_one_name_and_version() {
    let project = fs::read_to_string(root().join("pyproject.toml")).expect("pyproject.toml");
    assert!(project.contains("name = \"mmm-cli\""), "{project}");
    let dynamic = project.lines().find(|line| line.starts_with("dynamic = ")).expect("what Cargo.toml tells");
    assert!(dynamic.contains("\"version\""), "{dynamic}");
    assert_eq!(env!("CARGO_PKG_NAME"), "mmm-cli");
}

/// The formula is filled in completely from a release's checksums, and refuses a release without one of them.
#[cfg(unix)]
#[test]
fn the_formula_is_filled_in() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let sums = folder.path().join("SHA256SUMS");
    let targets = [
        "aarch64-apple-darwin",
        "x86_64-apple-darwin",
        "aarch64-unknown-linux-gnu",
        "x86_64-unknown-linux-gnu",
    ];
    let line =
        |(i, target): (usize, &&str)| format!("{}  mmm-9.8.7-{target}.tar.gz\n", i.to_string().repeat(64));
    let lines: Vec<String> = targets.iter().enumerate().map(line).collect();
    let formula = |lines: &[String]| {
        fs::write(&sums, lines.concat()).expect("checksums");
        let script = root().join("packaging/formula.sh");
        Command::new(script).arg("9.8.7").arg(&sums).output().expect("the script starts")
    };
    let whole = formula(&lines);
    let text = String::from_utf8_lossy(&whole.stdout).into_owned();
    assert!(whole.status.success() && text.starts_with("class Mmm"), "{whole:?}");
    assert!(!text.contains('@'), "{text}");
    for (i, target) in targets.iter().enumerate() {
        let asset = text.find(&format!("mmm-9.8.7-{target}.tar.gz")).expect("its address");
        let after = &text[asset..];
        let sum = after.find("sha256 \"").map(|at| &after[at + 8..at + 72]);
        assert_eq!(sum, Some(i.to_string().repeat(64).as_str()), "{target}");
    }
    let partial = formula(&lines[1..]);
    assert!(!partial.status.success(), "{partial:?}");
    assert!(String::from_utf8_lossy(&partial.stderr).contains("aarch64-apple-darwin"), "{partial:?}");
}
