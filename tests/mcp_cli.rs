//! `mmm mcp` as a client sees it, line by line; `examples/mcp/exchange.sh` does the same with the official client.

#![cfg(feature = "mcp")]

#[allow(dead_code, reason = "of what the tests share this one uses a part")]
mod common;

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use common::Folder;
use serde_json::{Value, json};

/// A server and both ends of its pipes.
struct Server {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    last: u64,
    /// Notifications so far.
    notified: Vec<Value>,
}

impl Server {
    fn start(folder: &Folder) -> Server {
        let mut child = Command::new(env!("CARGO_BIN_EXE_mmm"))
            .args(["mcp", "--root", "root"])
            .current_dir(folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the server starts");
        let input = child.stdin.take().expect("stdin");
        let output = BufReader::new(child.stdout.take().expect("stdout"));
        let mut server = Server { child, input, output, last: 0, notified: Vec::new() };
        let client = json!({"name": "test", "version": "1"});
        let began = server.ask(
            "initialize",
            json!({"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": client}),
        );
        assert_eq!(began["result"]["serverInfo"]["name"], "mmm", "{began}");
        server.say(json!({"jsonrpc": "2.0", "method": "notifications/initialized"}));
        server
    }

    fn say(&mut self, message: Value) {
        writeln!(self.input, "{message}").expect("the server listens");
    }

    fn ask(&mut self, method: &str, params: Value) -> Value {
        self.last += 1;
        self.say(json!({"jsonrpc": "2.0", "id": self.last, "method": method, "params": params}));
        loop {
            let mut line = String::new();
            let read = self.output.read_line(&mut line).expect("the server answers");
            assert!(read > 0, "the server has ended");
            let message: Value = serde_json::from_str(&line).expect("JSON on every line");
            if message["id"] == self.last {
                return message;
            }
            self.notified.push(message);
        }
    }

    /// The structured content of a call, and whether it is an error.
    fn call(&mut self, name: &str, arguments: Value) -> (Value, bool) {
        let params = json!({"name": name, "arguments": arguments, "_meta": {"progressToken": "p"}});
        let answer = self.ask("tools/call", params);
        let result = &answer["result"];
        (result["structuredContent"].clone(), result["isError"] == true)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // One that has ended already is as good.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn tools_answer_refuse_and_stay_below_the_root() {
    let folder = Folder::new().file("outside.csv", "a,b\n1,2\n");
    let made = folder.mmm(&["simulate", "--weeks", "104", "--channels", "2", "--out", "root/market"]);
    assert_eq!(made.code(), Some(0), "{}", made.stderr());
    let mut server = Server::start(&folder);

    let listed = server.ask("tools/list", json!({}));
    let tools = listed["result"]["tools"].as_array().expect("tools").clone();
    let names: Vec<&str> = tools.iter().filter_map(|tool| tool["name"].as_str()).collect();
    assert_eq!(names, ["check", "fit", "report", "scenario", "design", "validate", "diff"]);
    for tool in &tools {
        jsonschema::validator_for(&tool["inputSchema"]).expect("a valid schema");
    }

    let (checked, failed) = server.call("check", json!({"data": "market/data.csv"}));
    assert!(!failed && checked["schema"] == "mmm.check/1", "{checked}");

    let short = json!({"data": "market/data.csv", "out": "fit", "warmup": 20, "draws": 20});
    let (fit, failed) = server.call("fit", short);
    assert!(failed && fit["error"]["code"] == "not_converged", "{fit}");
    assert!(fit["error"]["hints"].as_array().is_some_and(|hints| !hints.is_empty()), "{fit}");
    assert!(folder.path().join("root/fit/fit.json").is_file());
    let heard: Vec<f64> = server.notified.iter().filter_map(|n| n["params"]["progress"].as_f64()).collect();
    assert!(!heard.is_empty() && heard.windows(2).all(|pair| pair[0] < pair[1]), "{heard:?}");

    let (design, failed) =
        server.call("design", json!({"fit": "fit", "data": "market/data.csv", "out": "test"}));
    assert!(failed && design["error"]["code"] == "not_converged" && design["designs"].is_null(), "{design}");
    let (plan, failed) = server.call("scenario", json!({"fit": "fit", "budget": "+10%"}));
    assert!(failed && plan["error"]["code"] == "not_converged" && plan["scenarios"].is_null(), "{plan}");

    let (fit, failed) = server.call("fit", json!({"data": "market/data.csv", "out": "q1", "seed": 1}));
    assert!(!failed && fit["fit"]["schema"] == "mmm.fit/1", "{fit}");
    let (plan, failed) = server.call("scenario", json!({"fit": "q1", "budget": "+10%"}));
    assert!(!failed && plan["scenarios"].as_array().is_some_and(|all| !all.is_empty()), "{plan}");
    let (report, failed) = server.call("report", json!({"fit": "q1"}));
    assert!(
        !failed && report["report"].as_str().is_some_and(|page| page.ends_with("report.html")),
        "{report}"
    );
    let (design, failed) =
        server.call("design", json!({"fit": "q1", "data": "market/data.csv", "out": "tested"}));
    assert!(!failed && design["schema"] == "mmm.design/1", "{design}");
    let (forecasts, failed) =
        server.call("validate", json!({"data": "market/data.csv", "folds": 1, "horizon": 4}));
    assert!(!failed && forecasts["schema"] == "mmm.validate/1", "{forecasts}");
    let (diff, failed) = server.call("diff", json!({"before": "q1", "after": "q1"}));
    assert!(!failed && diff["schema"] == "mmm.diff/1", "{diff}");

    #[cfg(unix)]
    std::os::unix::fs::symlink("../outside.csv", folder.path().join("root/link.csv")).expect("a link");
    #[cfg(unix)]
    assert_eq!(server.call("check", json!({"data": "link.csv"})).0["error"]["code"], "outside_root");
    for (name, arguments, code) in [
        ("check", json!({"data": "../outside.csv"}), "outside_root"),
        ("fit", json!({"data": "market/data.csv", "out": "../fit"}), "outside_root"),
        ("fit", json!({"data": "market/data.csv", "out": "/tmp/fit"}), "outside_root"),
        ("check", json!({"data": "missing.csv"}), "not_found"),
        ("check", json!({"data": "market/data.csv", "columns": 1}), "bad_arguments"),
        ("scenario", json!({"fit": "market"}), "bad_input"),
        ("forecast", json!({}), "unknown_tool"),
    ] {
        let (answer, failed) = server.call(name, arguments.clone());
        assert!(failed && answer["error"]["code"] == code, "{name} {arguments}: {answer}");
    }
}
