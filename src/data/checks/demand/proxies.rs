//! Findings on controls that may stand for what drives both spend and outcome: what they measure badly of it
//! is credited to the channels.

use super::following::{Follower, followers};
use crate::config::{ControlConfig, FitConfig};
use crate::data::checks::finding::{Finding, Severity};
use crate::data::dataset::Dataset;
use crate::words::quote;

/// A warning for each channel that follows a control closely, and a note for each control that others follow
/// and that is taken for an imperfect proxy therefore.
pub(in crate::data::checks) fn proxies(data: &Dataset, config: &FitConfig) -> Vec<Finding> {
    let followers = followers(data, config.model.weekly_effect);
    let mut findings = Vec::new();
    for control in data.controls.iter().map(|c| c.name.as_str()) {
        let config = config.controls.get(control).copied().unwrap_or_default();
        let (close, loose): (Vec<&Follower>, Vec<&Follower>) =
            followers.iter().filter(|f| f.control == control).partition(|f| f.is_close());
        findings.extend(close.iter().map(|f| follows(f, config)));
        if close.is_empty() && !loose.is_empty() && config.assumed {
            findings.push(moves(control, &loose, config));
        }
    }
    findings
}

fn follows(Follower { channel, control, correlation }: &Follower, config: ControlConfig) -> Finding {
    let message = format!(
        "channel `{channel}` follows control `{control}` (r = {correlation:.2}): what drives both is credited \
         to the channel as far as the control misses it; {}",
        told(config)
    );
    finding(Severity::Warning, "spend_follows_control", message, control)
}

fn moves(control: &str, followers: &[&Follower], config: ControlConfig) -> Finding {
    let one = |f: &&Follower| format!("`{}` (r = {:.2})", f.channel, f.correlation);
    let channels: Vec<String> = followers.iter().map(one).collect();
    let message = format!(
        "control `{control}` moves with {}: {}, lest what it misses of a common cause be credited to media",
        channels.join(", "),
        told(config)
    );
    finding(Severity::Note, "spend_moves_with_control", message, control)
}

fn told(config: ControlConfig) -> String {
    let ControlConfig { reliability, assumed } = config;
    if assumed {
        format!("a reliability of {reliability} is assumed")
    } else if reliability < 1.0 {
        format!("its reliability is given as {reliability}")
    } else {
        "the control is taken to measure it without error".to_owned()
    }
}

fn finding(severity: Severity, code: &'static str, message: String, control: &str) -> Finding {
    let hint = format!(
        "say how well it is measured with --reliability {} (1: without error), see how much hangs \
         on it with --sensitivity; an experiment settles it",
        quote(&format!("{control}=0.9"))
    );
    Finding { severity, code: code.into(), message, hint: Some(hint) }
}
