//! The whole pipeline from Rust: load, check, fit, print each channel's ROI.
//!
//! `cargo run --release --example fit_from_code`

use std::path::Path;

use mmm::config::FitConfig;
use mmm::data::{self, LoadOptions};

fn main() -> Result<(), mmm::Error> {
    let controls = ["price_index", "promo", "holiday", "query_index"].map(String::from).to_vec();
    let options = LoadOptions { controls, ..LoadOptions::default() };
    let (dataset, mut warnings) = data::load(Path::new("data/national/data.csv"), &options)?;
    let config = data::settle(FitConfig::default(), &dataset, &options)?;
    warnings.extend(data::vet(&dataset, &config)?);

    let fit = mmm::fit(&dataset, &config, &())?;
    let report = fit.report(&dataset, &config, warnings)?;
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
