//! The whole pipeline from Rust: load, check, fit, print each channel's ROI.
//!
//! `cargo run --release --example fit_from_code`

use std::path::Path;

use mmm::config::{FitConfig, LoadOptions};
use mmm::run::Checked;

fn main() -> Result<(), mmm::Error> {
    let controls = ["price_index", "promo", "holiday", "query_index"].map(String::from).to_vec();
    let options = LoadOptions { controls, ..LoadOptions::default() };
    let checked = Checked::read(Path::new("data/national/data.csv"), &options, FitConfig::default())?;
    let fit = checked.fit(&())?;
    let report = checked.report(&fit)?;
    println!("convergence: {:?}", report.diagnostics.verdict);
    for channel in &report.channels {
        match channel.roi {
            Some(roi) => {
                println!("{:<8} ROI {:.2} ({:.2} to {:.2})", channel.name, roi.mean, roi.q05, roi.q95)
            }
            None => println!("{:<8} has no spend", channel.name),
        }
    }
    Ok(())
}
