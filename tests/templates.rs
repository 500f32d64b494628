//! The templates for cron and for pull requests do what they say, on the shipped data: their shell steps are run.

#![cfg(target_os = "linux")]

mod common;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};

use common::Folder;

const CONTROLS: [&str; 2] = ["--controls", "price_index,promo,holiday,query_index"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn example(name: &str) -> String {
    fs::read_to_string(root().join("data/national").join(name)).expect("the example")
}

/// The example's first weeks.
fn weeks(n: usize) -> String {
    example("data.csv").lines().take(n + 1).map(|line| format!("{line}\n")).collect()
}

/// The same with another outcome in proportion, so that every return is another.
fn tripled(text: &str) -> String {
    let row = |line: &str| {
        let mut cells: Vec<String> = line.split(',').map(str::to_owned).collect();
        if let Ok(outcome) = cells[1].parse::<f64>() {
            cells[1] = format!("{:.0}", 3.0 * outcome);
        }
        cells.join(",") + "\n"
    };
    text.lines().map(row).collect()
}

fn program(folder: &Folder, name: &str, text: &str) {
    let file = folder.path().join("bin").join(name);
    fs::create_dir_all(folder.path().join("bin")).expect("a folder");
    fs::write(&file, text).expect("a program");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).expect("it may be run");
}

fn bash(folder: &Folder, script: &str, envs: &[(&str, &str)]) -> Output {
    let path =
        format!("{}:{}", folder.path().join("bin").display(), std::env::var("PATH").unwrap_or_default());
    let mut command = Command::new("bash");
    command.args(["-eo", "pipefail", "-c", script]).current_dir(folder.path()).env("PATH", path);
    command.envs(envs.iter().copied()).output().expect("bash starts")
}

fn read(folder: &Folder, name: &str) -> String {
    fs::read_to_string(folder.path().join(name)).unwrap_or_default()
}

fn has(program: &str) -> bool {
    let found = Command::new(program).arg("--version").output().is_ok();
    if !found {
        println!("skipped: no {program}");
    }
    found
}

/// Runs the cron script; its exit code, and the mail.
fn refresh(folder: &Folder) -> (Option<i32>, String) {
    let _ = fs::remove_file(folder.path().join("mail"));
    let script = root().join("examples/cron/refresh.sh").display().to_string();
    let envs = [
        ("MMM", env!("CARGO_BIN_EXE_mmm")),
        ("DATA", "new.csv"),
        ("MODELS", "models"),
        ("MAILTO_TEAM", "media@example.com"),
        ("MAILER", "tee mail"),
    ];
    let done = bash(folder, &format!("bash '{script}'"), &envs);
    (done.status.code(), read(folder, "mail"))
}

#[test]
fn cron_keeps_the_last_good_fit_and_mails_reasons_and_page() {
    if !has("flock") || !has("base64") {
        return;
    }
    let folder = Folder::new().file("old.csv", weeks(150)).file("new.csv", tripled(&example("data.csv")));
    fs::create_dir(folder.path().join("models")).expect("a folder");
    let latest = || fs::read_link(folder.path().join("models/latest")).map(|link| link.display().to_string());

    let (code, mail) = refresh(&folder);
    assert_eq!((code, mail.as_str()), (Some(1), ""), "there is no earlier fit");

    let fit = |out: &str, flags: &[&str]| {
        folder.mmm(&[&["fit", "old.csv", "--quiet", "--out", out], &CONTROLS[..], flags].concat()).finishes();
        let _ = fs::remove_file(folder.path().join("models/latest"));
        let name = out.trim_start_matches("models/");
        std::os::unix::fs::symlink(name, folder.path().join("models/latest")).expect("a link");
    };
    fit("models/first", &[]);
    let (code, mail) = refresh(&folder);
    assert_eq!(code, Some(0), "{mail}");
    assert!(mail.contains("Subject: mmm: material changes in ") && mail.contains("rose"), "{mail}");
    assert!(
        mail.contains("filename=\"report.html\"") && mail.contains("PCFET0NUWVBFIGh0bWw+"),
        "the page is attached"
    );
    assert!(latest().is_ok_and(|name| name != "first"), "the new fit is in use");

    fit("models/short", &["--warmup", "20", "--draws", "30", "--chains", "2"]);
    let (code, mail) = refresh(&folder);
    assert_eq!(code, Some(3), "{mail}");
    assert!(
        mail.contains("did not converge; the last fit stays in use") && mail.contains("- R-hat reaches"),
        "{mail}"
    );
    assert!(mail.contains("filename=\"report.html\""), "the page is attached");
    assert_eq!(latest().expect("a link"), "short");

    fs::write(folder.path().join("new.csv"), "week,revenue\nsoon,5\n").expect("a file");
    let (code, mail) = refresh(&folder);
    assert_eq!(code, Some(1), "{mail}");
    assert!(
        mail.contains("the refresh failed; the last fit stays in use") && mail.contains("error: new.csv"),
        "{mail}"
    );
    assert!(!mail.contains("filename="), "{mail}");
}

/// The shell of a step of the workflow, with what GitHub would fill in.
fn step(name: &str, state: &str) -> String {
    let text = fs::read_to_string(root().join("examples/ci/model.yml")).expect("the workflow");
    let step = text.split("- name: ").find(|step| step.starts_with(name)).expect("the step");
    let (_, run) = step.split_once("run: ").expect("a command");
    let run = match run.strip_prefix("|\n") {
        Some(block) => block
            .lines()
            .take_while(|l| l.is_empty() || l.starts_with("          "))
            .collect::<Vec<_>>()
            .join("\n"),
        None => run.lines().next().unwrap_or_default().trim_matches('\'').to_owned(),
    };
    run.replace("${{ github.event.number }}", "7").replace("${{ steps.model.outputs.state }}", state)
}

/// Runs the steps of a push; the state of the model, and whether the job passes.
fn push(folder: &Folder) -> (String, bool) {
    for stale in ["comment.md", "output"] {
        let _ = fs::remove_file(folder.path().join(stale));
    }
    let at = |name: &str| folder.path().join(name).display().to_string();
    let (output, summary) = (at("output"), at("summary.md"));
    let envs = [
        ("DATA", "data.csv"),
        ("GITHUB_OUTPUT", output.as_str()),
        ("GITHUB_STEP_SUMMARY", summary.as_str()),
        ("GITHUB_REPOSITORY", "a/b"),
        ("PAGE", "https://example.com/page"),
    ];
    for name in ["Check, fit and compare", "One comment, edited at each push"] {
        let done = bash(folder, &step(name, ""), &envs);
        let (out, err) = (String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
        assert!(done.status.success(), "{name}: {out}\n{err}");
    }
    let state = read(folder, "output").trim().trim_start_matches("state=").to_owned();
    let passes = bash(folder, &step("The state of the model", &state), &[]).status.success();
    (state, passes)
}

#[test]
fn a_pull_request_gets_one_comment_that_says_what_happened() {
    if !has("jq") {
        return;
    }
    let folder = Folder::new().file("data.csv", weeks(150)).file("comments", "");
    program(&folder, "mmm", &format!("#!/bin/sh\nexec '{}' \"$@\"\n", env!("CARGO_BIN_EXE_mmm")));
    // What was posted is kept; a comment that begins with the mark can then be found.
    program(
        &folder,
        "gh",
        "#!/bin/sh\ncase \"$*\" in\n  *--paginate*) cat comments ;;\n  *PATCH*) echo edited >> posted; cp short.md last.md ;;\n  \
         *) echo 41 > comments; echo new >> posted; cp short.md last.md ;;\nesac\n",
    );
    folder.mmm(&["init", "data.csv", CONTROLS[0], CONTROLS[1]]).exits(0);
    folder.mmm(&["fit", "data.csv", "--config", "mmm.toml", "--quiet", "--out", "model"]).exits(0);

    fs::write(folder.path().join("data.csv"), example("data.csv")).expect("new data");
    assert_eq!(push(&folder), ("ok".to_owned(), true));
    let comment = read(&folder, "last.md");
    assert!(comment.starts_with("<!-- mmm -->\n## Media mix model"), "{comment}");
    assert!(
        comment.contains("**Return on spend**") && comment.contains("[The page of this fit](https"),
        "{comment}"
    );
    // A phone shows some forty characters beside each other.
    let cells =
        comment.lines().filter(|line| line.starts_with('|')).map(|line| line.matches('|').count()).max();
    assert!(cells.is_some_and(|cells| cells <= 5), "{comment}");
    assert!(folder.path().join("new/report.html").is_file(), "the page to attach");

    let settings = read(&folder, "mmm.toml");
    let short = settings.replace("chains = 4", "chains = 2\nwarmup = 20\ndraws = 30");
    assert_ne!(short, settings, "{settings}");
    fs::write(folder.path().join("mmm.toml"), short).expect("settings");
    fs::remove_dir_all(folder.path().join("new")).expect("another key of the cache");
    assert_eq!(push(&folder), ("unconverged".to_owned(), false));
    let comment = read(&folder, "last.md");
    assert!(comment.contains("The fit did not converge") && comment.contains("- R-hat reaches"), "{comment}");
    // The cache holds it; it is no better for that.
    assert_eq!(push(&folder), ("unconverged".to_owned(), false));

    fs::write(folder.path().join("data.csv"), "week,revenue\nsoon,5\n").expect("other data");
    assert_eq!(push(&folder), ("data".to_owned(), false));
    assert!(read(&folder, "last.md").contains("The data cannot be fitted"), "{}", read(&folder, "last.md"));
    assert_eq!(read(&folder, "posted"), "new\nedited\nedited\nedited\n", "one comment, edited");
}
