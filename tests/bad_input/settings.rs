//! Settings.

use super::*;

#[cfg(unix)]
#[test]
fn a_file_of_settings_is_as_readable_as_any() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new().file("data.csv", sheet().text());
    folder.mmm(&["init", "data.csv"]).exits(0);
    let mode = |name: &str| {
        std::fs::metadata(folder.path().join(name)).expect("a file").permissions().mode() & 0o777
    };
    assert_eq!(mode("mmm.toml"), mode("data.csv"));
}

#[test]
fn fewer_rows_than_parameters() {
    let lines: Vec<usize> = (14..122).collect();
    let run = sheet().without_lines(&lines).check(&[]);
    run.exits(1).says(&[
        "blocking: data.csv: fewer rows than parameters: 12 rows with an outcome to fit 13 parameters",
        "hint: ",
    ]);
}

#[test]
fn a_carry_over_is_chosen_by_channel_and_refused_by_what_is_wrong_with_it() {
    let folder = Folder::new().file("data.csv", sheet().text());
    let fit = ["fit", "data.csv", "--warmup", "30", "--draws", "8", "--chains", "2", "--quiet", "--adstock"];
    folder.mmm(&[&fit[..], &["tv=weibull_pdf:2:8"]].concat()).finishes();
    let stored = std::fs::read_to_string(folder.path().join("mmm-out/fit.json")).expect("fit.json");
    let fitted: serde_json::Value = serde_json::from_str(&stored).expect("JSON");
    let channels = fitted["channels"].as_array().expect("channels");
    let kind =
        |name: &str| &channels.iter().find(|c| c["name"] == name).expect("a channel")["adstock"]["kind"];
    assert_eq!((kind("tv"), kind("search")), (&"weibull_pdf".into(), &"geometric".into()));
    for (wrong, said) in [
        ("weibull_pdf:0:8", "`0` is not a shape, a number above 0"),
        ("weibull_pdf:99:8", "model.adstock.shape is 99; it must be between 0.1 and 10"),
        ("weibull_cdf:1:500", "model.adstock.max_lag is 500; it must be below the 120 periods of the data"),
        ("weibull:1:8", "expected geometric, geometric:MAX_LAG"),
    ] {
        let run = folder.mmm(&[&fit[..], &[wrong]].concat());
        assert!(run.stderr().contains(said), "{wrong}: {}", run.stderr());
    }
}

#[test]
fn unknown_key_of_the_config() {
    let folder =
        Folder::new().file("data.csv", sheet().text()).file("mmm.toml", "[data]\noutcme = 'revenue'\n");
    let run = folder.mmm(&["check", "data.csv", "--config", "mmm.toml"]).exits(1);
    assert_eq!(
        run.stderr(),
        "error: mmm.toml, line 2: unknown key `outcme` in [data]\nhint: did you mean `outcome`?\n"
    );
}

#[test]
fn settings_that_do_not_fit_the_data() {
    let toml = "[channels.telly]\nslope = 1\n[channels.serch]\nslope = 1\n[model]\nscaling = 'population'\nholdout_weeks = 119\n";
    let folder = Folder::new().file("data.csv", sheet().text()).file("mmm.toml", toml);
    folder.mmm(&["check", "data.csv", "--config", "mmm.toml"]).exits(1).complains(&[
        "4 settings do not fit the data",
        "there is no channel `telly`",
        "the channels are `tv`, `search`",
        "did you mean `search`?",
        "no column gives the population",
        "holdout_weeks is 119 of 120 weeks",
    ]);
}

#[test]
fn settings_of_a_channel_left_out_on_purpose_are_dropped() {
    let toml = "[channels.tv]\nspend = 'tv_spend'\nslope = 1\n";
    let folder = Folder::new().file("data.csv", sheet().text()).file("mmm.toml", toml);
    folder.mmm(&["check", "data.csv", "--config", "mmm.toml", "--exclude", "tv_spend"]).exits(0);
}

#[test]
fn values_out_of_range() {
    let run = sheet().check(&["--prior", "tv:roi=3..1"]).exits(2);
    run.complains(&["error: channels.tv.prior.roi: high is 1; it must be above low (3)", "hint: "]);
    // A flag stands above the file, on another scale too.
    let toml = "[channels.tv]\nprior.share = { low = 0.01, high = 0.02 }\n";
    let folder = Folder::new().file("data.csv", sheet().text()).file("mmm.toml", toml);
    folder.mmm(&["check", "data.csv", "--config", "mmm.toml", "--prior", "tv:roi=1..3"]).exits(0);
}

#[test]
fn usage_errors_exit_2() {
    sheet().check(&["--outcom", "revenue"]).exits(2).complains(&["--outcome"]);
    sheet().check(&["--prior", "tv=3"]).exits(2).complains(&["CHANNEL:SCALE=LOW..HIGH"]);
    sheet().check(&["--noise", "pink"]).exits(2).complains(&["expected `white` or `ar1`"]);
    sheet().check(&["--from", "04/01/2021"]).exits(2).complains(&["--from"]);
}

#[test]
fn names_given_to_channels_are_unique() {
    let toml = "[channels.a]\nspend = 'tv_spend'\n[channels.b]\nspend = 'tv_spend'\n[data]\nchannels = ['*_spend']\n";
    let folder = Folder::new().file("data.csv", sheet().text()).file("mmm.toml", toml);
    let run = folder.mmm(&["check", "data.csv", "--config", "mmm.toml"]).exits(1);
    run.complains(&["error: channels.a and channels.b both have the column `tv_spend`", "hint: "]);
    let toml = "[channels.search]\nspend = 'tv_spend'\n";
    let folder = Folder::new().file("data.csv", sheet().text()).file("mmm.toml", toml);
    let run = folder.mmm(&["check", "data.csv", "--config", "mmm.toml"]).exits(0);
    run.says(&["search        13908    2021-01-11", "search_spend   7217"]);
}
