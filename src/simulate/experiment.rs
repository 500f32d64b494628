//! Lift tests: a channel switched off for some weeks, or its spend changed in some geos, read with noise.

use std::ops::Range;

use super::baseline::Panel;
use super::channel::{Channel, Treatment};
use super::random::{Part, Stream};
use super::world::{GeoTest, World};
use crate::Error;

/// Standard error of a test as a share of its true effect, when none is asked for.
const USUAL_ERROR: f64 = 0.25;

/// True ROI below which a standard error no longer shrinks: no test is exact about nothing.
const LEAST_ROI: f64 = 0.2;

/// Weeks after the treatment whose outcome still counts.
const READOUT: usize = 4;

/// All tests of a market.
pub(super) struct Tests {
    /// Search and television, each in its busiest weeks: `experiments.csv`.
    pub(super) two: Vec<Experiment>,
    /// One a channel, in weeks of its own: `tests.csv`.
    pub(super) each: Vec<Experiment>,
    /// The one inside the panel.
    pub(super) geo: Option<GeoExperiment>,
}

/// A channel switched off in all geos, as a study beside the data would read it.
pub(super) struct Experiment {
    /// Index of the channel.
    pub(super) channel: usize,
    /// Weeks switched off.
    pub(super) weeks: Range<usize>,
    /// Week after the last one whose outcome counts.
    pub(super) readout_end: usize,
    /// Outcome lost until then per unit of money saved.
    pub(super) true_roi: f64,
    /// What the test reads, rounded as in the file.
    pub(super) estimate: f64,
    /// Its standard error.
    pub(super) error: f64,
}

/// A channel's spend changed in some geos of the data.
pub(super) struct GeoExperiment {
    /// Index of the channel.
    pub(super) channel: usize,
    /// Treated geos, ascending.
    pub(super) geos: Vec<usize>,
    /// Weeks treated.
    pub(super) weeks: Range<usize>,
    /// Week after the last one whose outcome counts.
    pub(super) readout_end: usize,
    /// Actual less usual spend.
    pub(super) spend_change: f64,
    /// Outcome gained in the treated weeks, with the readout, and to the end of the data.
    pub(super) lifts: [f64; 3],
    /// What a reading of it says, rounded as in the file.
    pub(super) estimate: f64,
    /// Its standard error.
    pub(super) error: f64,
}

impl Tests {
    /// Draws the tests of all channels.
    ///
    /// # Errors
    /// [`Error::InvalidOptions`] when the geo test changes nothing.
    pub(super) fn draw(world: &World, panel: &Panel, channels: &[Channel]) -> Result<Self, Error> {
        let each = channels.iter().enumerate().filter(|(_, channel)| world.is_tested(channel.member));
        let geo = world.geo_test.as_ref().map(|test| read_geo_test(world, test, panel, channels));
        Ok(Tests {
            two: the_usual_two(world, panel, channels),
            each: each.map(|(c, channel)| one(world, panel, c, channel)).collect(),
            geo: geo.transpose()?.flatten(),
        })
    }
}

/// Tests of the second and the first channel of the roster: search and television.
fn the_usual_two(world: &World, panel: &Panel, channels: &[Channel]) -> Vec<Experiment> {
    let mut stream = Stream::new(world.seed, Part::Experiments);
    let mut tests: Vec<Experiment> = [(1, 0.3), (0, 0.25)]
        .into_iter()
        .filter_map(|(member, usual)| {
            let c = channels.iter().position(|channel| channel.member == member)?;
            let weeks = busiest_window(panel, &channels[c]);
            Some(read(panel, (c, &channels[c]), weeks, world.test_se.unwrap_or(usual), &mut stream))
        })
        .collect();
    tests.sort_by_key(|test| test.channel);
    tests
}

/// A test in weeks drawn from those in which the channel spends much.
fn one(world: &World, panel: &Panel, c: usize, channel: &Channel) -> Experiment {
    let mut stream = Stream::new(world.seed, Part::Test(channel.member));
    let length = length(panel);
    let spends = window_spends(panel, channel);
    let most = spends.iter().copied().fold(0.0, f64::max);
    let busy: Vec<usize> = (0..spends.len()).filter(|start| spends[*start] >= 0.6 * most).collect();
    let start = busy[stream.integer(0, busy.len() - 1)];
    let share = world.test_se.unwrap_or(USUAL_ERROR);
    read(panel, (c, channel), start..start + length, share, &mut stream)
}

/// What a switch-off in those weeks reads.
fn read(
    panel: &Panel,
    (c, channel): (usize, &Channel),
    weeks: Range<usize>,
    share: f64,
    stream: &mut Stream,
) -> Experiment {
    let readout_end = (weeks.end + READOUT).min(panel.weeks);
    let true_roi = switch_off(panel, channel, &weeks, readout_end);
    let error = round(share * true_roi.max(LEAST_ROI));
    let estimate = round(true_roi + error * stream.normal());
    Experiment { channel: c, weeks, readout_end, true_roi, estimate, error }
}

fn round(x: f64) -> f64 {
    (x * 1e4).round() / 1e4
}

/// Weeks that a channel is switched off.
fn length(panel: &Panel) -> usize {
    8.min(panel.weeks / 4)
}

/// Spend of the window that starts in each week.
fn window_spends(panel: &Panel, channel: &Channel) -> Vec<f64> {
    panel.weekly(&channel.spend).windows(length(panel)).map(|weeks| weeks.iter().sum()).collect()
}

/// The window with most spend in the middle half of the data, or, where short data have a pause there, anywhere.
fn busiest_window(panel: &Panel, channel: &Channel) -> Range<usize> {
    let length = length(panel);
    let spends = window_spends(panel, channel);
    let busiest = |starts: std::ops::RangeInclusive<usize>| {
        starts.max_by(|a, b| spends[*a].total_cmp(&spends[*b])).unwrap_or(0)
    };
    let middle = busiest(panel.weeks / 4..=3 * panel.weeks / 4 - length);
    let start = if spends[middle] > 0.0 { middle } else { busiest(0..=panel.weeks - length) };
    start..start + length
}

/// Outcome lost from the first week off until `readout_end` over spend saved.
fn switch_off(panel: &Panel, channel: &Channel, weeks: &Range<usize>, readout_end: usize) -> f64 {
    let off: Vec<f64> =
        panel.rows(|g, t| if weeks.contains(&t) { 0.0 } else { channel.spend[g * panel.weeks + t] });
    let saved: f64 = channel.spend.iter().zip(&off).map(|(with, without)| with - without).sum();
    gained(panel, channel, &off, weeks.start..readout_end) / saved
}

/// Outcome that the channel's spend causes in `weeks` beyond what `other` would.
fn gained(panel: &Panel, channel: &Channel, other: &[f64], weeks: Range<usize>) -> f64 {
    let (with, without) = (channel.contribution(panel), channel.response_to(panel, other));
    let rows = with.iter().zip(&without).enumerate();
    rows.filter(|(row, _)| weeks.contains(&(row % panel.weeks))).map(|(_, (a, b))| a - b).sum()
}

fn read_geo_test<'c>(
    world: &World,
    test: &GeoTest,
    panel: &Panel,
    channels: &'c [Channel],
) -> Result<Option<GeoExperiment>, Error> {
    let treated = |(c, channel): (usize, &'c Channel)| Some((c, channel, channel.geo_test.as_ref()?));
    let Some((c, channel, Treatment { geos, usual_spend })) = channels.iter().enumerate().find_map(treated)
    else {
        return Ok(None);
    };
    let spend_change: f64 = channel.spend.iter().zip(usual_spend).map(|(now, usual)| now - usual).sum();
    if spend_change == 0.0 {
        let problem = format!(
            "--geo-test changes no spend: {} spends nothing in the treated geos in {} weeks from week {}; choose other weeks",
            test.channel, test.weeks, test.first_week
        );
        return Err(Error::InvalidOptions { problems: vec![problem] });
    }
    let weeks = test.first_week..test.first_week + test.weeks;
    let readout_end = (weeks.end + READOUT).min(panel.weeks);
    let lifts = [weeks.end, readout_end, panel.weeks]
        .map(|end| gained(panel, channel, usual_spend, weeks.start..end));
    let mut stream = Stream::new(world.seed, Part::Test(world.channels + c));
    let least = LEAST_ROI * spend_change.abs();
    let error = (world.test_se.unwrap_or(USUAL_ERROR) * lifts[1].abs().max(least)).round().max(1.0);
    let estimate = (lifts[1] + error * stream.normal()).round();
    let geos = geos.clone();
    Ok(Some(GeoExperiment { channel: c, geos, weeks, readout_end, spend_change, lifts, estimate, error }))
}
