//! Lift tests: a channel switched off for some weeks, read with noise.

use chrono::NaiveDate;

use super::baseline::Panel;
use super::channel::Channel;
use super::random::{Part, Stream};
use super::world::World;

/// A switch-off test in all geos, first to last week inclusive.
pub(super) struct Experiment {
    /// Index of the channel.
    pub(super) channel: usize,
    pub(super) start: NaiveDate,
    pub(super) end: NaiveDate,
    /// Outcome lost to the end of the window per unit of money saved.
    pub(super) true_roi: f64,
    /// What the test reads, rounded as in the file.
    pub(super) estimate: f64,
    /// Its standard error.
    pub(super) error: f64,
}

/// Tests of the second and the first channel: search and television.
pub(super) fn draw_experiments(world: &World, panel: &Panel, channels: &[Channel]) -> Vec<Experiment> {
    let mut stream = Stream::new(world.seed, Part::Experiments);
    let length = 8.min(panel.weeks / 4);
    let tested = [(1, 0.3), (0, 0.25)].into_iter().filter(|(c, _)| *c < channels.len());
    let mut experiments = Vec::new();
    for (c, relative_error) in tested {
        let channel = &channels[c];
        let start = busiest_window(panel, channel, length);
        let window = start..start + length;
        let true_roi = switch_off(panel, channel, &window);
        let error = round(relative_error * true_roi);
        experiments.push(Experiment {
            channel: c,
            start: panel.dates[start],
            end: panel.dates[start + length - 1],
            true_roi,
            estimate: round(true_roi + error * stream.normal()),
            error,
        });
    }
    experiments
}

fn round(x: f64) -> f64 {
    (x * 1e4).round() / 1e4
}

/// First week of the window with most spend in the middle half of the data, or, where short data
/// have a pause there, anywhere.
fn busiest_window(panel: &Panel, channel: &Channel, length: usize) -> usize {
    let weekly = panel.weekly(&channel.spend);
    let spend = |start: usize| weekly[start..start + length].iter().sum::<f64>();
    let busiest = |starts: std::ops::RangeInclusive<usize>| {
        starts.max_by(|a, b| spend(*a).total_cmp(&spend(*b))).unwrap_or(0)
    };
    let middle = busiest(panel.weeks / 4..=3 * panel.weeks / 4 - length);
    if spend(middle) > 0.0 { middle } else { busiest(0..=panel.weeks - length) }
}

/// Outcome lost inside the window over spend saved.
fn switch_off(panel: &Panel, channel: &Channel, window: &std::ops::Range<usize>) -> f64 {
    let inside = |row: usize| window.contains(&(row % panel.weeks));
    let off: Vec<f64> =
        channel.spend.iter().enumerate().map(|(row, s)| if inside(row) { 0.0 } else { *s }).collect();
    let saved: f64 = channel.spend.iter().zip(&off).map(|(with, without)| with - without).sum();
    let (with, without) = (channel.contribution(panel), channel.response_to(panel, &off));
    let lost: f64 =
        with.iter().zip(&without).enumerate().filter(|(row, _)| inside(*row)).map(|(_, (a, b))| a - b).sum();
    lost / saved
}
