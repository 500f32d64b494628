//! `mmm scenario` under plans, files and flags that are wrong: each error names its place, value and remedy.

mod common;

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use common::{Folder, Run};

/// A fit of three geos over 40 weeks (to 2021-10-04), as small as a fit can be.
fn fit() -> &'static Path {
    static FIT: OnceLock<(Folder, PathBuf)> = OnceLock::new();
    let (_, path) = FIT.get_or_init(|| {
        let folder = Folder::new();
        let size = ["--geos", "3", "--weeks", "40", "--channels", "3", "--seed", "8"];
        folder.mmm(&[&["simulate", "--out", "sim"][..], &size].concat()).exits(0);
        let short = ["--chains", "1", "--warmup", "100", "--draws", "40", "--quiet", "--out", "fit"];
        let controls = ["--controls", "price_index,promo,query_index", "--seed", "3"];
        folder.mmm(&[&["fit", "sim/data.csv"][..], &short, &controls].concat()).finishes();
        let path = folder.path().join("fit");
        (folder, path)
    });
    path
}

/// The names of the geos, and the first two days that begin a period after the data.
fn known() -> (Vec<String>, [String; 2]) {
    let fit: serde_json::Value =
        serde_json::from_slice(&std::fs::read(fit().join("fit.json")).unwrap()).unwrap();
    let data = &fit["run"]["data"];
    let geos = data["geo_names"].as_array().unwrap().iter().map(|g| g.as_str().unwrap().to_owned()).collect();
    let last: chrono::NaiveDate = data["last"].as_str().unwrap().parse().unwrap();
    (geos, [7, 14].map(|days| (last + chrono::Days::new(days)).to_string()))
}

fn scenario(folder: &Folder, args: &[&str]) -> Run {
    folder.mmm(&[&["scenario", fit().to_str().unwrap()][..], args].concat())
}

/// Runs a plan of this text; the folder must then hold the plan and nothing else.
fn plan(text: impl AsRef<[u8]>) -> Run {
    let folder = Folder::new().file("plan.csv", text);
    let run = scenario(&folder, &["--plan", "plan.csv"]);
    let files: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|f| f.unwrap().file_name()).collect();
    assert_eq!(files, ["plan.csv"], "nothing is written");
    run
}

fn questions(text: impl AsRef<[u8]>) -> Run {
    scenario(&Folder::new().file("plans.toml", text), &["--file", "plans.toml"])
}

#[test]
fn a_plan_csv_is_told_what_is_wrong_where() {
    let (geos, [first, second]) = known();
    let g = &geos[0];
    let wrong = |text: String, told: &[&str]| {
        plan(text).exits(1).complains(told).complains(&["plan.csv", "hint:"]);
    };
    let cell = |value: &str| format!("date,geo,tv\n{first},{g},{value}\n");
    wrong(cell("-3"), &["row 2, column `tv`: `-3` is negative", "plain numbers"]);
    wrong(cell("NaN"), &["row 2, column `tv`: `NaN`"]);
    wrong(cell("inf"), &["row 2, column `tv`: `inf`"]);
    wrong(cell("1e400"), &["row 2, column `tv`: `1e400`"]);
    wrong(cell("1e300"), &["row 2, column `tv`: `1e300` is too large"]);
    wrong(cell("12 EUR"), &["row 2, column `tv`: `12 EUR`"]);
    wrong(format!("week,geo,tv\n2021-13-01,{g},1\n"), &["row 2, column `week`: `2021-13-01`", "2024-12-31"]);
    wrong(
        format!("date,geo,tv\n1999-01-04,{g},1\n"),
        &["row 2, column `date`: `1999-01-04` begins no", &first],
    );
    wrong(format!("date,geo,tv\n2199-12-29,{g},1\n"), &["`2199-12-29` begins no period", &second]);
    wrong(
        format!("date,geo,tv\n9999-12-27,{g},1\n"),
        &["`9999-12-27` is not a date yyyy-mm-dd between the years"],
    );
    wrong(format!("date,geo,tv\n{first},{}x,1\n", geos[1]), &["column `geo`: there is no geo", "is `"]);
    wrong(format!("date,geo,tv\n{first},,1\n"), &["row 2, column `geo`: the cell is blank"]);
    wrong(format!("date,tv\n{first},1\n"), &["needs a column `geo`", "3 geos"]);
    wrong(format!("date,geo,serch\n{first},{g},1\n"), &["`serch` is no paid channel", "is `search` meant?"]);
    wrong(format!("date,geo,tv,tv_spend\n{first},{g},1,2\n"), &["`tv` and `tv_spend` are both the channel"]);
    wrong(format!("date,geo,tv,tv\n{first},{g},1,2\n"), &["columns 3 and 4 are both `tv`"]);
    wrong(format!("date,geo\n{first},{g}\n"), &["no column of spend"]);
    wrong(format!("geo,tv\n{g},1\n"), &["needs a column", "`date`"]);
    let twice = format!("date,geo,tv\n{first},{g},1\n{second},{g},1\n{first},{g},2\n");
    wrong(twice, &["row 4: repeats the date and geo of row 2"]);
    wrong(format!("date,geo,tv\n{first},{g}\n"), &["2 cells where the header has 3"]);
    wrong(format!("date,geo,tv\n{first},\"{g},1\n"), &["row 2", "quotation mark"]);
    wrong(String::new(), &["the file is empty"]);
    wrong("date,geo,tv\n".into(), &["no rows"]);
    plan(b"\xff\xfed\0").exits(1).complains(&["plan.csv", "UTF-16", "hint:"]);
    scenario(&Folder::new(), &["--plan", "none.csv"]).exits(1).complains(&["none.csv", "hint:"]);
    scenario(&Folder::new(), &["--plan", "."]).exits(1).complains(&["directory", "hint:"]);
}

#[test]
fn a_plan_csv_from_a_spreadsheet_is_read() {
    let (geos, [first, _]) = known();
    let plain = plan(format!("date,geo,tv\n{first},{},500\n", geos[0])).finishes().stdout();
    let windows = format!("\u{feff}Date,GEO,\"tv\"\r\n{first},{},500\r\n", geos[0]);
    assert_eq!(plan(windows).finishes().stdout(), plain);
    let huge = plan(format!("date,geo,tv\n{first},{},9000000000\n", geos[0]));
    huge.finishes().says(&["lies above the largest period in the data"]);
}

#[test]
fn a_scenario_file_is_told_what_is_wrong_where() {
    let wrong = |text: &str, told: &[&str]| {
        questions(text).exits(1).complains(told).complains(&["plans.toml", "hint:"]);
    };
    wrong("", &["holds no scenario"]);
    wrong("set = ['tv=1x']", &["`set` is not a table"]);
    wrong("[a]\nsett = ['tv=1x']", &["unknown key `sett` in [a]", "did you mean `set`"]);
    wrong("[a]\nset = 'tv=1x'", &["[a], key `set`", "set = [\"tv=+20%\"]"]);
    wrong("[a]\nset = ['tv=1x']\nmargin = 'x'", &["[a], key `margin`"]);
    wrong("[a]\n[b]\n[a]\n", &["line 3", "`[a]`"]);
    wrong("['']\nset = ['tv=1x']", &["no name"]);
    wrong(
        "[a]\nset = ['tv=+5%']\nbudget = '+10%'",
        &["scenario [a]", "--budget and --set cannot be combined"],
    );
    wrong("[a]\nset = ['tv=1x', 'tv=2x']", &["scenario [a]", "`tv` is given twice"]);
    wrong(
        "[a]\n[b]\nbound = ['tv=1.9..']\nmax_step = '1%'",
        &["scenario [b]", "cannot be spent within the bounds"],
    );
    wrong("[a]\nbound = ['tv=1.2..1.1']", &["scenario [a]", "must not exceed"]);
    wrong("[a]\ntarget_mroi = nan", &["scenario [a]", "--target-mroi NaN", "above 0"]);
    wrong("[a]\nmargin = -1", &["scenario [a]", "--margin -1"]);
    wrong("[a]\nplan = 'none.csv'", &["scenario [a]", "none.csv"]);
    questions(b"[a]\nset = ['\xff']").exits(1).complains(&["plans.toml, line 2", "UTF-8", "hint:"]);
    scenario(&Folder::new(), &["--file", "."]).exits(1).complains(&["is a directory", "hint:"]);
    scenario(&Folder::new(), &["--file", "none.toml"]).exits(1).complains(&["none.toml", "hint:"]);
    let bom = "\u{feff}[a]\r\nset = ['tv=+10%']\r\n";
    assert_eq!(questions(bom).finishes().stdout(), questions("[a]\nset = ['tv=+10%']\n").finishes().stdout());
}

#[test]
fn flags_are_told_what_is_wrong() {
    let folder = Folder::new();
    let wrong = |args: &[&str], told: &[&str]| {
        scenario(&folder, args).exits(1).complains(told).complains(&["hint:"]);
    };
    // What no fit could make good is bad usage.
    let misused = |args: &[&str], told: &[&str]| {
        scenario(&folder, args).exits(2).complains(told).complains(&["hint:"]);
    };
    misused(&["--set", "tv=NaN"], &["--set tv=NaN", "not a number"]);
    misused(&["--set", "tv=-150%"], &["cannot be negative"]);
    wrong(&["--set", "tv=1e308"], &["outside its response curve (0 to 2)"]);
    assert!(scenario(&folder, &["--set", "tv=1e308"]).stderr().len() < 400, "no number of 300 digits");
    misused(&["--set", "tv@01-06-22..=+1%"], &["`01-06-22..` is no period; write days as yyyy-mm-dd"]);
    misused(&["--set", "tv@2021-02-30..=+1%"], &["`2021-02-30..` is no period"]);
    wrong(&["--bound", "tv=3.."], &["`tv` at 3 times", "between 0 and 2"]);
    wrong(
        &["--bound", "tv=1.2..", "--bound", "search=1.2..", "--bound", "social=1.2.."],
        &["cannot be spent"],
    );
    misused(&["--bound", "tv=0.5..1", "--lock", "tv"], &["given twice"]);
    wrong(&["--group", "x:tv,tv=0..1"], &["`tv` is already in group `x`"]);
    wrong(&["--budget", "0"], &["budget 0 cannot be spent", "--max-step"]);
    misused(&["--min-outcome=-5"], &["an outcome cannot be negative"]);
    misused(&["--target-mroi", "NaN"], &["--target-mroi NaN"]);
    misused(&["--target-roi=-1"], &["--target-roi -1"]);
    misused(&["--flight", "tv", "--max-step", "10%"], &["--max-step and --flight cannot be combined"]);
    let with_file = Folder::new().file("p.toml", "[a]\n");
    scenario(&with_file, &["--file", "p.toml", "--lock", "tv"]).exits(2).complains(&[
        "--lock and --file cannot be combined",
        "into its table",
        "hint:",
    ]);
    scenario(&folder, &["--frontier", "1"]).exits(2);
    scenario(&folder, &["--weeks", "NaN"]).exits(2).complains(&["above 0"]);
}

/// One chain of 40 draws converges on nothing.
#[test]
fn an_answer_from_a_fit_that_did_not_converge_exits_as_the_fit_did() {
    let folder = Folder::new();
    scenario(&folder, &[])
        .exits(3)
        .says(&["WARNING: the fit did not converge", "best allocation of today's"]);
    assert!(scenario(&folder, &["--json"]).exits(3).stdout().contains("\"not_converged\""));
    scenario(&folder, &["--set", "tvv=+10%"]).exits(1);
}

#[test]
fn a_plan_that_moves_nothing_says_so() {
    let folder = Folder::new();
    let told = "fewer than two channels may move";
    scenario(&folder, &["--lock", "tv", "--lock", "search"])
        .finishes()
        .says(&["Fewer than two channels may"]);
    let printed = scenario(&folder, &["--lock", "tv", "--lock", "search", "--json"]).finishes().stdout();
    let answer: serde_json::Value = serde_json::from_str(&printed).unwrap();
    assert!(answer["scenarios"][0]["no_move"].as_str().unwrap().contains(told));
    let printed = scenario(&folder, &["--set", "tv=+0%", "--json"]).finishes().stdout();
    assert!(!printed.contains("no_move"), "what-ifs recommend nothing");
}

#[test]
fn a_damaged_fit_is_named() {
    let folder = Folder::new();
    let copy = folder.path().join("copy");
    std::fs::create_dir(&copy).unwrap();
    std::fs::copy(fit().join("fit.json"), copy.join("fit.json")).unwrap();
    folder.mmm(&["scenario", "copy"]).exits(1).complains(&["curves.parquet"]);
    let bytes = std::fs::read(fit().join("curves.parquet")).unwrap();
    std::fs::write(copy.join("curves.parquet"), &bytes[..bytes.len() / 2]).unwrap();
    folder
        .mmm(&["scenario", "copy/fit.json"])
        .exits(1)
        .complains(&["curves.parquet", "hint: run `mmm fit` again"]);
}

/// SplitMix64: a stream that no library upgrade can change.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 16) as usize % n.max(1)
    }

    /// The text with one or two pieces put in, taken out, doubled or moved.
    fn mutated(&mut self, text: &str) -> String {
        const PIECES: [&str; 26] = [
            "@",
            "=",
            "..",
            ":",
            "%",
            "x",
            "/week",
            "-",
            "+",
            ",",
            "\"",
            "\n",
            "\r\n",
            "\u{feff}",
            "NaN",
            "inf",
            "1e308",
            "-1e308",
            "9999-12-31",
            "0000-00-00",
            "ü",
            "🦀",
            " ",
            "0",
            "1e-320",
            "\t",
        ];
        let mut chars: Vec<char> = text.chars().collect();
        for _ in 0..1 + usize::from(self.below(4) == 0) {
            let at = self.below(chars.len() + 1);
            let end = (at + 1 + self.below(4)).min(chars.len());
            match self.below(4) {
                0 => drop(chars.splice(at..at, PIECES[self.below(PIECES.len())].chars())),
                1 => drop(chars.drain(at..end)),
                2 => {
                    let piece: Vec<char> = chars[at..end].to_vec();
                    drop(chars.splice(at..at, piece));
                }
                _ => drop(chars.splice(at..end, PIECES[self.below(PIECES.len())].chars())),
            }
        }
        // An argument cannot hold a zero byte; no piece brings one.
        chars.into_iter().collect()
    }
}

/// 240 mutated flags, plans and files on the real binary: an answer or an error, never a panic (code 101) or
/// a signal.
#[test]
fn no_text_makes_it_panic() {
    let (geos, [first, second]) = known();
    let flags = [
        ("--set", format!("tv@{}@{first}..{second}=5000/week", geos[0])),
        ("--set", "tv=50000/week".to_owned()),
        ("--shift", format!("search@{first}..:social:10%")),
        ("--shift", "search:social:5000/week".to_owned()),
        ("--pause", format!("tv@{}", geos[1])),
        ("--bound", "tv=-20%..+50%".to_owned()),
        ("--bound", format!("tv@{}=30000/week..", geos[2])),
        ("--group", "video:tv,search=0.8..1.2".to_owned()),
        ("--lock", "tv".to_owned()),
        ("--max-step", "20%".to_owned()),
        ("--budget", "+10%".to_owned()),
        ("--min-outcome", "+5%".to_owned()),
        ("--target-mroi", "0.1".to_owned()),
        ("--risk", "cvar25".to_owned()),
        ("--flight", "social".to_owned()),
    ];
    let csv = format!("date,geo,tv,search\n{first},{},10,20\n{second},{},,3.5\n", geos[0], geos[1]);
    let toml = "[more]\nset = [\"tv=+20%\"]\n[best]\nbudget = \"+5%\"\nmargin = 0.4\nlock = [\"tv\"]\n";
    let mut random = Random(20_261_122);
    let folder = Folder::new();
    for (flag, value) in &flags {
        // What is mutated is accepted as it is, but for a commitment that no budget of today's can keep.
        let code = scenario(&folder, &[&format!("{flag}={value}")]).code();
        assert!(matches!(code, Some(0 | 3)) || value.contains("30000/week"), "{flag}={value}");
    }
    std::fs::write(folder.path().join("input"), &csv).unwrap();
    scenario(&folder, &["--plan=input"]).finishes();
    std::fs::write(folder.path().join("input"), toml).unwrap();
    scenario(&folder, &["--file=input"]).finishes();
    let (mut answered, mut refused) = (0, 0);
    for case in 0..240 {
        let (flag, value) = match case % 4 {
            0 => ("--plan", random.mutated(&csv)),
            1 => ("--file", random.mutated(toml)),
            _ => {
                let (flag, text) = &flags[random.below(flags.len())];
                (*flag, random.mutated(text))
            }
        };
        let argument = if case % 4 < 2 {
            std::fs::write(folder.path().join("input"), &value).unwrap();
            "input".to_owned()
        } else {
            value.clone()
        };
        let run = scenario(&folder, &[&format!("{flag}={argument}")]);
        match run.code() {
            Some(0 | 3) => answered += 1,
            Some(1 | 2) => {
                assert!(run.stderr().starts_with("error: "), "{flag}={value:?}: {}", run.stderr());
                refused += 1;
            }
            code => panic!("{flag}={value:?} ends with {code:?}: {}", run.stderr()),
        }
    }
    assert!(answered >= 8 && refused >= 100, "{answered} answered, {refused} refused");
}
