//! Three budget questions from Rust: is a change worth it, the best plan of 10 % more, and how far budget pays.
//!
//! `cargo run --release --example plan_from_code`

use mmm::ask::{Questions, ask};
use mmm::config::{FitConfig, LoadOptions};
use mmm::planning::RawQuestion;

fn main() -> Result<(), mmm::Error> {
    let controls = ["price_index", "promo", "holiday", "query_index"].map(String::from).to_vec();
    let options = LoadOptions { controls, ..LoadOptions::default() };
    let out = std::env::temp_dir().join("mmm-plan-from-code");
    mmm::run("data/national/data.csv".as_ref(), &options, FitConfig::default(), &out)?;

    let more_tv = RawQuestion { set: vec!["tv=+20%".into()], ..RawQuestion::default() };
    let more_budget = RawQuestion { budget: Some("+10%".into()), ..RawQuestion::default() };
    let as_far_as_it_pays = RawQuestion { target_mroi: Some(1.0), ..RawQuestion::default() };
    for own in [more_tv, more_budget, as_far_as_it_pays] {
        let report = ask(&out, &Questions { own, ..Questions::default() })?;
        let plan = &report.scenarios[0].scenario;
        println!(
            "{}: budget {:.0}, gain {:.0} ({:.0} to {:.0})",
            plan.name, plan.budget, plan.gain.mean, plan.gain.q05, plan.gain.q95
        );
    }
    Ok(())
}
