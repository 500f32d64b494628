//! `mmm fit` cut short: interrupted, killed, its reader gone, its place not writable.
#![cfg(unix)]

mod common;

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Instant;

use common::Folder;
use sha2::{Digest, Sha256};

const SHORT: [&str; 7] = ["--warmup", "200", "--draws", "100", "--chains", "2", "--quiet"];

fn folder() -> Folder {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/national/data.csv");
    Folder::new().file("data.csv", fs::read(data).expect("the example"))
}

/// Makes the programs that are started hear these signals, whatever this one was started to ignore: what is
/// handled here is at its default there. A signal to this program still ends it.
fn hear() {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        for signal in [SIGINT, SIGTERM, SIGHUP] {
            let always = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(true));
            signal_hook::flag::register_conditional_shutdown(signal, 130, always).expect("it can be heard");
        }
    });
}

fn start(folder: &Folder, flags: &[&str]) -> Child {
    hear();
    let mut command = Command::new(env!("CARGO_BIN_EXE_mmm"));
    command.arg("fit").arg("data.csv").args(flags).current_dir(folder.path());
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().expect("the binary starts")
}

fn entries(folder: &Folder) -> Vec<String> {
    let names = fs::read_dir(folder.path()).expect("a folder").flatten().map(|e| e.file_name());
    let mut names: Vec<String> = names.map(|n| n.to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// Waits until the chains run; returns what was said until then.
fn until_sampling(stderr: &mut impl BufRead) -> String {
    let mut said = String::new();
    while !said.contains(" %: ") {
        assert!(stderr.read_line(&mut said).expect("text") > 0, "ended before sampling: {said}");
    }
    said
}

fn send(signal: &str, child: &Child) {
    let kill = format!("kill -{signal} {}", child.id());
    assert!(Command::new("sh").args(["-c", &kill]).status().expect("sh runs").success());
}

#[test]
fn ctrl_c_leaves_nothing_and_exits_130() {
    // Elsewhere a hang-up is left to the system.
    let heard = if cfg!(target_os = "linux") { &["INT", "TERM", "HUP"][..] } else { &["INT", "TERM"] };
    for signal in heard {
        let folder = folder();
        let mut child = start(&folder, &["--draws", "20000", "--out", "new/deep/out"]);
        let mut stderr = BufReader::new(child.stderr.take().expect("stderr is piped"));
        let said = until_sampling(&mut stderr);
        send(signal, &child);
        let mut line = String::new();
        while stderr.read_line(&mut line).expect("text") > 0 {}
        assert_eq!(child.wait().expect("it ends").code(), Some(130), "{said}{line}");
        assert!(line.contains("error: interrupted; nothing was written"), "{line}");
        assert_eq!(entries(&folder), ["data.csv"]);
    }
}

#[test]
fn ctrl_c_during_prior_only_leaves_nothing() {
    let folder = folder();
    let mut child = start(&folder, &["--prior-only", "--draws", "20000", "--out", "prior"]);
    // From then on it draws, and each draw takes a while.
    while entries(&folder).len() == 1 {
        assert_eq!(child.try_wait().expect("it can be asked"), None, "over before it could be stopped");
        sleep(std::time::Duration::from_millis(1));
    }
    send("INT", &child);
    assert_eq!(child.wait().expect("it ends").code(), Some(130));
    assert_eq!(entries(&folder), ["data.csv"]);
}

/// As `nohup` starts it, and as a script starts what it puts into the background.
#[cfg(target_os = "linux")]
#[test]
fn signals_that_were_ignored_at_the_start_stay_so() {
    hear();
    for (ignored, other) in [("HUP", "TERM"), ("INT", "HUP"), ("TERM", "INT")] {
        let folder = folder();
        let script =
            format!("trap '' {ignored}; exec {} fit data.csv --draws 20000", env!("CARGO_BIN_EXE_mmm"));
        let mut command = Command::new("sh");
        command.args(["-c", &script]).current_dir(folder.path()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("sh starts");
        let mut stderr = BufReader::new(child.stderr.take().expect("stderr is piped"));
        until_sampling(&mut stderr);
        send(ignored, &child);
        sleep(std::time::Duration::from_millis(300));
        assert_eq!(child.try_wait().expect("it can be asked"), None, "{ignored} ended it");
        send(other, &child);
        let mut line = String::new();
        while stderr.read_line(&mut line).expect("text") > 0 {}
        assert_eq!(child.wait().expect("it ends").code(), Some(130), "{ignored}: {line}");
        assert_eq!(line.matches("stopping").count(), 1, "{line}");
    }
}

#[test]
fn a_fit_killed_at_any_moment_leaves_one_complete_output() {
    let folder = folder();
    let fit = |seed: u64| {
        let seed = seed.to_string();
        start(&folder, &[&["--seed", &seed], &SHORT[..]].concat())
    };
    let files = ["fit.json", "draws.parquet", "curves.parquet", "media.parquet", "weekly.csv", "log.json"];
    let read = || files.map(|f| fs::read(folder.path().join("mmm-out").join(f)).expect("a whole output"));
    // The hashes that the log keeps tie the files of one fit together, and its seed the draws.
    let is_whole = |output: &[Vec<u8>; 6]| {
        let log: serde_json::Value = serde_json::from_slice(&output[5]).expect("log.json is whole");
        let sha: String = Sha256::digest(&output[0]).iter().map(|byte| format!("{byte:02x}")).collect();
        log["provenance"]["fit_sha256"] == sha.as_str()
    };
    let began = Instant::now();
    fit(1).wait().expect("it ends");
    let whole = began.elapsed();
    let mut before = read();
    assert!(is_whole(&before));
    let (mut killed, mut swapped) = (0, 0);
    let mut state = 1_u64;
    for i in 0..20 {
        // A linear congruential generator: moments over the whole run and, every other time, at its end.
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let share = (state >> 33) as f64 / (1_u64 << 31) as f64;
        let share = if i % 2 == 0 { share } else { 0.8 + 0.4 * share };
        let mut child = fit(2 + i);
        sleep(whole.mul_f64(share));
        // Already over when the machine is fast; then there is nothing to kill.
        let _ = child.kill();
        killed += usize::from(child.wait().expect("it ends").code().is_none());
        let after = read();
        assert!(is_whole(&after), "files of two fits are mixed");
        let changed = after[0] != before[0];
        swapped += usize::from(changed);
        // Another seed gives other draws: all of them are new, or none is.
        assert!((1..3).all(|f| (after[f] != before[f]) == changed), "files of two fits are mixed");
        before = after;
    }
    // What the killed ones had begun goes with the next fit.
    fit(99).wait().expect("it ends");
    let begun = |name: &&String| folder.path().join(name.as_str()).join(".lock").exists();
    assert_eq!(entries(&folder).iter().find(begun), None);
    assert!(killed >= 5, "only {killed} of 20 were killed in time ({swapped} outputs swapped)");
}

#[test]
fn two_fits_to_one_place_leave_one_whole_output() {
    let folder = folder();
    for round in 0..2 {
        let seeds = ["1", "2", "3"].map(|seed| start(&folder, &[&["--seed", seed], &SHORT[..]].concat()));
        for mut child in seeds {
            assert!(matches!(child.wait().expect("it ends").code(), Some(0 | 3)), "round {round}");
        }
        assert_eq!(entries(&folder), ["data.csv", "mmm-out"]);
        let read = |name: &str| fs::read(folder.path().join("mmm-out").join(name)).expect("a whole output");
        let log: serde_json::Value = serde_json::from_slice(&read("log.json")).expect("JSON");
        let sha: String = Sha256::digest(read("fit.json")).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(log["provenance"]["fit_sha256"], sha.as_str());
    }
}

/// Files beyond 8 kB cannot be written, as on a disk that is full.
#[test]
fn a_disk_that_fills_up_leaves_the_old_output() {
    let folder = folder();
    start(&folder, &SHORT).wait().expect("it ends");
    let before = fs::read(folder.path().join("mmm-out/fit.json")).expect("fit.json");
    let script = format!(
        "trap '' XFSZ; ulimit -f 8; exec {} fit data.csv --seed 2 {}",
        env!("CARGO_BIN_EXE_mmm"),
        SHORT.join(" ")
    );
    let output =
        Command::new("bash").args(["-c", &script]).current_dir(folder.path()).output().expect("bash runs");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert!(stderr.contains("error: cannot write") && stderr.contains("mmm-out"), "{stderr}");
    assert_eq!(fs::read(folder.path().join("mmm-out/fit.json")).expect("fit.json"), before);
    assert_eq!(entries(&folder), ["data.csv", "mmm-out"]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_behind_stdout_is_an_error_and_closed_streams_are_no_panic() {
    let folder = folder();
    let sh = |script: &str| {
        let script = script.replace("MMM", env!("CARGO_BIN_EXE_mmm"));
        let output = Command::new("bash").args(["-c", &script]).current_dir(folder.path()).output();
        let output = output.expect("bash runs");
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (code, stderr) = sh("MMM schema > /dev/full");
    assert!(code == Some(1) && stderr.contains("No space left"), "{code:?} {stderr}");
    let fit = format!("MMM fit data.csv {}", SHORT[..6].join(" "));
    let (code, stderr) = sh(&format!("{fit} --quiet --json > /dev/full"));
    assert!(code == Some(1) && stderr.contains("No space left"), "{code:?} {stderr}");
    assert!(stderr.contains("error: cannot write to stdout; the results are in"), "{stderr}");
    assert!(folder.path().join("mmm-out/fit.json").exists());
    let (_, stderr) = sh("MMM check data.csv > /dev/full");
    assert!(stderr.starts_with("error: cannot write to stdout: No space left"), "{stderr}");
    for script in
        ["MMM fit nowhere.csv 2>&-", "MMM fit nowhere.csv 2> /dev/full", "MMM check nowhere.csv >&- 2>&-"]
    {
        assert_eq!(sh(script).0, Some(1), "{script}");
    }
    // Too few draws to converge: what matters is that progress without a reader stops nothing.
    let (code, stderr) =
        sh("MMM validate data.csv --folds 1 --warmup 150 --draws 60 --chains 2 2> /dev/full");
    assert!(matches!(code, Some(0 | 3)), "{code:?} {stderr}");
    for script in [&format!("set -o pipefail; {fit} 2>&1 | head -1"), "set -o pipefail; MMM schema | head -1"]
    {
        let (code, stderr) = sh(script);
        assert!(code == Some(0) && !stderr.contains("panicked"), "{script}: {code:?} {stderr}");
    }
}

#[test]
fn a_reader_that_leaves_early_is_no_error() {
    for flags in [&["--json"][..], &[]] {
        let folder = folder();
        let mut child = start(&folder, &[&SHORT[..6], flags].concat());
        drop(child.stdout.take());
        drop(child.stderr.take());
        // 0 also without convergence: the reader did not stay to be told.
        assert_eq!(child.wait().expect("it ends").code(), Some(0), "{flags:?}");
        assert_eq!(entries(&folder), ["data.csv", "mmm-out"]);
    }
}

#[test]
fn places_that_cannot_be_written_are_refused_before_the_fit() {
    let folder = folder().file("taken", "a file").file("notes.txt", "mine");
    fs::create_dir(folder.path().join("mine")).expect("a folder can be made");
    fs::write(folder.path().join("mine/thesis.txt"), "years of work").expect("the file can be written");
    let before = entries(&folder);
    let cases = [
        ("taken", "cannot write results to"),
        ("taken/out", "taken"),
        ("mine", "holds other files and no fit.json"),
        (".", "current folder"),
        ("/proc/mmm", "/proc"),
    ];
    for (out, text) in cases {
        // So many draws that a fit which began would not end in time.
        let run = folder.mmm(&["fit", "data.csv", "--draws", "25000", "--out", out]).exits(1);
        run.complains(&["error: ", text]);
    }
    assert_eq!(entries(&folder), before);
    assert!(folder.path().join("mine/thesis.txt").exists());
}

#[test]
fn a_refit_names_and_keeps_what_the_user_put_beside_the_results() {
    let folder = folder();
    start(&folder, &[&SHORT[..], &["--out", "proj"]].concat()).wait().expect("it ends");
    let proj = folder.path().join("proj");
    fs::rename(folder.path().join("data.csv"), proj.join("data.csv")).expect("it can be moved");
    fs::write(proj.join("mmm.toml"), "").expect("the file can be written");
    fs::create_dir(proj.join("notes")).expect("a folder can be made");
    // So many draws that a fit which began would not end in time.
    let refit = ["fit", "proj/data.csv", "--config", "proj/mmm.toml", "--out", "proj", "--draws", "25000"];
    for flags in [&[][..], &["--prior-only"]] {
        let run = folder.mmm(&[&refit, flags].concat()).exits(1);
        run.complains(&["error: cannot write results to", "proj", "hint: choose another folder with --out"]);
    }
    folder.mmm(&refit).complains(&["it holds what mmm did not write: data.csv, mmm.toml, notes/\n"]);
    assert!(["data.csv", "mmm.toml", "notes", "fit.json"].iter().all(|name| proj.join(name).exists()));
    fs::rename(proj.join("data.csv"), folder.path().join("data.csv")).expect("it can be moved");
    fs::remove_file(proj.join("mmm.toml")).expect("it is there");
    fs::remove_dir(proj.join("notes")).expect("it is empty");
    // A report goes over a report and over nothing else.
    let run = folder.mmm(&["report", "proj", "--out", "data.csv"]).exits(1);
    run.complains(&["error: data.csv: exists already and is no report of mmm", "--out"]);
    folder.mmm(&["report", "proj"]).exits(0);
    folder.mmm(&["report", "proj"]).exits(0);
    folder.mmm(&[&["fit", "data.csv", "--out", "proj"], &SHORT[..]].concat()).finishes();
}
