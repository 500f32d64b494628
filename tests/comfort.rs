//! Help, completions and manual pages of the real binary.

mod common;

use common::Folder;

const COMMANDS: [&str; 10] =
    ["fit", "check", "init", "simulate", "scenario", "diff", "report", "schema", "completions", "man"];

#[test]
fn every_command_has_examples_that_begin_with_it() {
    let folder = Folder::new();
    for command in COMMANDS {
        let run = folder.mmm(&[command, "--help"]).exits(0);
        run.says(&["Examples:", &format!("  mmm {command}")]);
    }
}

#[test]
fn completions_and_manual_pages_know_every_command() {
    let folder = Folder::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        folder.mmm(&["completions", shell]).exits(0).says(&COMMANDS);
    }
    folder.mmm(&["completions", "powershel"]).exits(2).complains(&["a similar value exists: 'powershell'"]);
    folder.mmm(&["man"]).exits(0).says(&[".TH mmm", "mmm\\-diff"]);
    folder.mmm(&["man", "--out", "."]).exits(0);
    for command in COMMANDS {
        assert!(folder.path().join(format!("mmm-{command}.1")).is_file(), "{command}");
    }
    folder.mmm(&["man", "--out", "nowhere"]).exits(1).complains(&["cannot write manual pages to nowhere"]);
}

#[test]
fn a_misspelt_command_or_flag_is_answered_with_the_nearest() {
    let folder = Folder::new();
    folder.mmm(&["scenrio", "mmm-out"]).exits(2).complains(&["similar", "'scenario'"]);
    folder.mmm(&["fit", "data.csv", "--controll", "x"]).exits(2).complains(&["'--controls'"]);
}
