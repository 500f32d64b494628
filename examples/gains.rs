//! Whether P(gain) holds: plans of simulated markets against what they truly bring, a panel for each kind of world.
//!
//! Fits DIR/WORLD/MARKET/data.csv (`examples/worlds.sh` makes them) without roles, as `mmm fit data.csv` does, and sets the
//! probability told for the recommended plan against the share of plans that gain by truth.json.
//!
//! `cargo run --release --example gains -- gains.svg DIR WORLD…`

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use mmm::config::{FitConfig, LoadOptions};
use mmm::run::Checked;
use serde_json::Value;

/// Plans whose told probabilities are next to each other and make one point.
const TOGETHER: usize = 8;
/// Pixels of a panel's side, and around it.
const SIDE: f64 = 220.0;
const GAP: f64 = 44.0;
/// The least probability drawn.
const LEAST: f64 = 0.3;
/// Of the interval of a share, in standard errors: 90 %.
const WIDTH: f64 = 1.645;

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [picture, dir, worlds @ ..] = arguments.as_slice() else {
        return Err("usage: gains PICTURE.svg DIR WORLD…".into());
    };
    let mut panels = String::new();
    for (i, world) in worlds.iter().enumerate() {
        let mut plans =
            markets(&Path::new(dir).join(world))?.iter().map(|m| plan(m)).collect::<Result<Vec<_>, _>>()?;
        plans.sort_by(|a, b| a.told.total_cmp(&b.told));
        let points: Vec<Point> = plans.chunks(TOGETHER).map(Point::of).collect();
        let all = Point::of(&plans);
        println!(
            "{world:<16} {} plans: told {:.2}, {:.2} gain ({:.2} to {:.2})",
            all.n, all.told, all.gained, all.low, all.high
        );
        panel(&mut panels, GAP + i as f64 * (SIDE + GAP), world, &points)?;
    }
    let (width, height) = (GAP + worlds.len() as f64 * (SIDE + GAP), SIDE + 2.0 * GAP);
    let svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
         font-family=\"sans-serif\" font-size=\"11\">\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n{panels}</svg>\n"
    );
    std::fs::write(picture, svg)?;
    Ok(())
}

/// Folders with a market each, in order.
fn markets(world: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut all = std::fs::read_dir(world)?.map(|e| Ok(e?.path())).collect::<Result<Vec<_>, Failure>>()?;
    all.sort();
    Ok(all)
}

/// A recommended plan.
struct Plan {
    /// P(gain) that was told.
    told: f64,
    /// Whether it gains.
    gains: bool,
}

fn plan(market: &Path) -> Result<Plan, Failure> {
    let options = LoadOptions::default();
    let checked = Checked::read(&market.join("data.csv"), &options, FitConfig::default())?;
    let report = serde_json::to_value(checked.report(&checked.fit(&())?)?)?;
    let truth: Value = serde_json::from_str(&std::fs::read_to_string(market.join("truth.json"))?)?;
    let scenarios = report["scenarios"].as_array().ok_or("no scenarios")?;
    let plan = scenarios.iter().find(|s| s["kind"] == "optimal_same_budget").ok_or("no plan")?;
    let gain = plan["allocation"]
        .as_array()
        .ok_or("no allocation")?
        .iter()
        .map(|a| {
            let channel = a["channel"].as_str().ok_or("a channel without a name")?;
            let curve = truth["channels"][channel]["response_curve"].as_array().ok_or("no curve")?;
            let number = |key: &str| a[key].as_f64().ok_or("no number");
            let (current, proposed) = (number("current")?, number("proposed")?);
            Ok(response(curve, proposed / current)? - response(curve, 1.0)?)
        })
        .sum::<Result<f64, Failure>>()?;
    Ok(Plan { told: plan["p_gain"].as_f64().ok_or("no probability")?, gains: gain > 0.0 })
}

/// The true response at a multiple of spend, between the points of truth.json on a straight line.
fn response(curve: &[Value], multiple: f64) -> Result<f64, Failure> {
    let point = |p: &Value| Some((p[0].as_f64()?, p[1].as_f64()?));
    let points: Vec<(f64, f64)> = curve.iter().map(point).collect::<Option<_>>().ok_or("no curve")?;
    let pair = points.windows(2).find(|pair| multiple <= pair[1].0).ok_or("beyond the true curve")?;
    let [(x0, y0), (x1, y1)] = [pair[0], pair[1]];
    Ok(y0 + (y1 - y0) * (multiple - x0) / (x1 - x0))
}

/// Plans together: what was told of them on average, and the share that gains with its 90 % interval (Wilson's).
struct Point {
    n: usize,
    told: f64,
    gained: f64,
    low: f64,
    high: f64,
}

impl Point {
    fn of(plans: &[Plan]) -> Point {
        let n = plans.len() as f64;
        let told = plans.iter().map(|p| p.told).sum::<f64>() / n;
        let gained = plans.iter().filter(|p| p.gains).count() as f64 / n;
        let z = WIDTH * WIDTH / n;
        let middle = (gained + z / 2.0) / (1.0 + z);
        let half = (z * (gained * (1.0 - gained) + z / 4.0)).sqrt() / (1.0 + z);
        Point { n: plans.len(), told, gained, low: middle - half, high: middle + half }
    }
}

fn panel(out: &mut String, left: f64, world: &str, points: &[Point]) -> std::fmt::Result {
    let at = |p: f64| SIDE * (p - LEAST) / (1.0 - LEAST);
    let (x, y) = (|p: f64| left + at(p), |p: f64| GAP + SIDE - at(p.max(LEAST)));
    let bottom = GAP + SIDE;
    writeln!(out, r##"<text x="{left}" y="{:.1}" font-weight="bold">{world}</text>"##, GAP - 8.0)?;
    writeln!(
        out,
        r##"<rect x="{left}" y="{GAP}" width="{SIDE}" height="{SIDE}" fill="none" stroke="#bbb"/>"##
    )?;
    writeln!(
        out,
        r##"<path d="M{left} {bottom}L{} {GAP}" stroke="#bbb" stroke-dasharray="4"/>"##,
        left + SIDE
    )?;
    for tick in [0.4, 0.6, 0.8, 1.0] {
        writeln!(
            out,
            r##"<text x="{:.1}" y="{:.1}" text-anchor="middle">{tick}</text>"##,
            x(tick),
            bottom + 14.0
        )?;
        writeln!(
            out,
            r##"<text x="{:.1}" y="{:.1}" text-anchor="end">{tick}</text>"##,
            left - 4.0,
            y(tick) + 4.0
        )?;
    }
    writeln!(
        out,
        r##"<text x="{:.1}" y="{:.1}" text-anchor="middle">P(gain) told</text>"##,
        left + SIDE / 2.0,
        bottom + 30.0
    )?;
    for Point { n, told, gained, low, high } in points {
        writeln!(
            out,
            r##"<g stroke="#2c5f8a" fill="#2c5f8a"><title>{n} plans: told {told:.2}, {gained:.2} gain ({low:.2} to {high:.2})</title><path d="M{0:.1} {1:.1}V{2:.1}"/><circle cx="{0:.1}" cy="{3:.1}" r="3.5"/></g>"##,
            x(*told),
            y(*low),
            y(*high),
            y(*gained)
        )?;
    }
    Ok(())
}
