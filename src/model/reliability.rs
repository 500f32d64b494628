//! Errors in variables: a control measured with error is replaced by its mean given all that is known.
//!
//! A noisy control w = x + v, v ~ (0, σ_v²), leaves a share of x behind in the outcome, and whatever
//! spend follows x is credited with it. Let O be all other regressors: calendar, other controls, media.
//! With E[x | w, O] linear, the outcome's mean is E[y | w, O] = media + baseline + κ E[x | w, O], so
//! that the regression on
//!
//! ```text
//! x̂ = E[x | w, O] = w − min(1, σ_v² / ρ²) (w − ŵ),   ŵ = E[w | O],   ρ² = Var(w | O)
//! ```
//! is free of the bias; what is left of x, κ(x − x̂), joins the noise. The weight 1 − σ_v²/ρ² is the
//! reliability that w keeps once O is known: with spend close to demand it is far below the nominal one.
//! O holds the periods before and after too, the control's own included: demand lasts, so that they tell of
//! x, and adstock and autocorrelated noise would else carry x − x̂ from one period into the next. This
//! supposes errors v that are independent between periods. What O fits of v by chance is not corrected,
//! so that O has to stay small against the data: the neighbours of spend come in with many cells only.
//!
//! An error that is only assumed is made smaller where the outcome contradicts it ([`super::hausman`]).
//!
//! Several noisy controls have matrices: x̂ = w − D S⁻¹ (w − ŵ), D = diag σ_v², S = Cov(w | O).
//!
//! In a linear regression this is the same estimator as subtracting σ_v² from the crossproducts, but as
//! the likelihood stays that of a regression it stays proper, and costs nothing per gradient.
//!
//! # Source
//! Carroll, Ruppert, Stefanski & Crainiceanu (2006), Measurement Error in Nonlinear Models, ch. 4;
//! Fuller (1987), Measurement Error Models, § 2.2, for the equivalence.

use super::basis::Basis;
use super::design::Design;
use super::hausman::credible_error;
use crate::config::{ControlConfig, FitConfig};
use crate::data::Dataset;
use crate::linalg::Cholesky;

/// Fitted cells per regressor from which O takes the neighbours of spend (Harrell 2015, § 4.4: 10 to 20).
const CELLS_PER_COLUMN: usize = 20;
/// Halvings that find the largest admissible error variance to double precision.
const HALVINGS: usize = 50;

/// What became of one control with a reliability below 1.
#[derive(Debug, Clone, PartialEq)]
pub struct Calibration {
    /// Index of the control.
    pub control: usize,
    /// Reliability as asked.
    pub asked: f64,
    /// Reliability as used: more where the other columns predict more of the control than that, or where it is
    /// assumed and the outcome contradicts.
    pub used: f64,
    /// 1 − σ_v²/ρ²: the weight that the control keeps beside its prediction from the other columns.
    pub conditional: f64,
}

/// Replaces the controls that `config` calls unreliable by their means given everything else.
/// `calendar` holds the shared columns (length T), `controls` the scaled controls (G × T).
pub(super) fn calibrate(
    design: &Design,
    data: &Dataset,
    config: &FitConfig,
    calendar: &[&[f64]],
    controls: &mut [Vec<f64>],
) -> Vec<Calibration> {
    let imperfect = |j: usize| {
        config.controls.get(&data.controls[j].name).copied().filter(|control| control.reliability < 1.0)
    };
    let (noisy, asked): (Vec<usize>, Vec<ControlConfig>) =
        (0..controls.len()).filter_map(|j| Some((j, imperfect(j)?))).unzip();
    if noisy.is_empty() {
        return Vec::new();
    }
    let mut basis = regressors(design, data, calendar, controls, &noisy);
    let residuals =
        |basis: &Basis| -> Vec<Vec<f64>> { noisy.iter().map(|j| basis.residual(&controls[*j])).collect() };
    let without_neighbours = residuals(&basis);
    let outcome = basis.residual(&filled_outcome(design));
    add_neighbours(&mut basis, design, controls, &noisy);
    let residuals = residuals(&basis);
    let (q, freedom) = (noisy.len(), basis.degrees_of_freedom().max(1.0));
    let mut covariance = vec![0.0; q * q];
    for a in 0..q {
        for b in 0..q {
            covariance[a * q + b] = basis.dot(&residuals[a], &residuals[b]) / freedom;
        }
    }
    let within: Vec<f64> = noisy.iter().map(|j| basis.variance_within(&controls[*j])).collect();
    let mut error: Vec<f64> = asked.iter().zip(&within).map(|(c, v)| (1.0 - c.reliability) * v).collect();
    for a in (0..q).filter(|a| asked[*a].assumed) {
        let own = covariance[a * q + a];
        let most = (error[a] / own).min(1.0);
        error[a] = own * credible_error(&basis, &outcome, &without_neighbours[a], &residuals[a], most);
    }
    let share = admissible(&covariance, &error);
    error.iter_mut().for_each(|e| *e *= share);
    // A control that the others determine has nothing of its own left to shrink.
    let Some(inverse) = inverted(&covariance) else { return Vec::new() };
    // A forecast takes a control as it is: beyond the fit ŵ would be the calendar's extrapolation.
    let (n, seen) = (design.n_periods, periods_until_last_fitted(design));
    let mut found = Vec::with_capacity(q);
    for (a, &control) in noisy.iter().enumerate() {
        for (b, residual) in residuals.iter().enumerate() {
            let weight = error[a] * inverse[a * q + b];
            for (series, residual) in controls[control].chunks_exact_mut(n).zip(residual.chunks_exact(n)) {
                series[..seen].iter_mut().zip(residual).for_each(|(w, r)| *w -= weight * r);
            }
        }
        let used = if within[a] > 0.0 { 1.0 - error[a] / within[a] } else { 1.0 };
        let conditional = 1.0 - error[a] * inverse[a * q + a];
        found.push(Calibration { control, asked: asked[a].reliability, used, conditional });
    }
    found
}

fn periods_until_last_fitted(design: &Design) -> usize {
    let series = design.fitted.chunks_exact(design.n_periods);
    series.filter_map(|fitted| fitted.iter().rposition(|f| *f > 0.0)).max().map_or(0, |last| last + 1)
}

/// The scaled outcome, with its mean where it is not fitted.
fn filled_outcome(design: &Design) -> Vec<f64> {
    let cells = design.outcome.iter().zip(&design.fitted);
    cells.map(|(y, fitted)| if *fitted > 0.0 { *y } else { 1.0 }).collect()
}

/// O without the neighbours of the controls that are `noisy`.
fn regressors<'a>(
    design: &'a Design,
    data: &Dataset,
    calendar: &[&[f64]],
    controls: &[Vec<f64>],
    noisy: &[usize],
) -> Basis<'a> {
    let mut basis = Basis::new(design, data);
    if !design.weekly_effect {
        calendar.iter().for_each(|column| basis.add(&column.repeat(design.n_geos)));
    }
    (0..controls.len()).filter(|j| !noisy.contains(j)).for_each(|j| basis.add(&controls[j]));
    let exposure = exposure_columns(design, data);
    exposure.iter().for_each(|column| basis.add(column));
    let columns = basis.len() + 2 * exposure.len() + 2 * noisy.len();
    if design.fitted.iter().sum::<f64>() >= (CELLS_PER_COLUMN * columns) as f64 {
        for column in &exposure {
            neighbours(column, design.n_periods).iter().for_each(|c| basis.add(c));
        }
    }
    basis
}

/// Makes O whole: what the periods before and after tell of the noisy controls.
fn add_neighbours(basis: &mut Basis, design: &Design, controls: &[Vec<f64>], noisy: &[usize]) {
    for j in noisy {
        neighbours(&controls[*j], design.n_periods).iter().for_each(|c| basis.add(c));
    }
}

/// Regressors that stand for media: of each channel ln exposure (0 where off) and whether it is on, per
/// geo over the geo's own active mean. Budgets that follow demand follow it in proportion, so that the
/// logarithm is what is nearest to linear in it.
fn exposure_columns(design: &Design, data: &Dataset) -> Vec<Vec<f64>> {
    let n = design.n_periods;
    let mut columns = Vec::with_capacity(2 * design.n_channels());
    for channel in &data.channels {
        let (mut on, mut log) = (vec![0.0; design.fitted.len()], vec![0.0; design.fitted.len()]);
        for (g, row) in channel.exposure.rows().into_iter().enumerate() {
            let fitted = &design.fitted[g * n..(g + 1) * n];
            let active = || row.iter().zip(fitted).filter(|(x, f)| **x > 0.0 && **f > 0.0);
            let mean = active().map(|(x, _)| x).sum::<f64>() / active().count().max(1) as f64;
            for (t, x) in row.iter().enumerate().filter(|(_, x)| **x > 0.0 && mean > 0.0) {
                (on[g * n + t], log[g * n + t]) = (1.0, (x / mean).ln());
            }
        }
        columns.extend([log, on]);
    }
    columns
}

/// A column of series one period earlier and one later; its mean, 0, beyond the ends.
fn neighbours(column: &[f64], n_periods: usize) -> [Vec<f64>; 2] {
    let (mut before, mut after) = (vec![0.0; column.len()], vec![0.0; column.len()]);
    for i in 1..column.len() {
        if i % n_periods != 0 {
            (before[i], after[i - 1]) = (column[i - 1], column[i]);
        }
    }
    [before, after]
}

/// The largest share t ≤ 1 of the error variances with S − t·D not negative.
fn admissible(covariance: &[f64], error: &[f64]) -> f64 {
    let q = error.len();
    let fits = |share: f64| {
        let mut rest = covariance.to_vec();
        error.iter().enumerate().for_each(|(a, e)| rest[a * q + a] -= share * e);
        Cholesky::new(&rest, q).is_ok()
    };
    if fits(1.0) {
        return 1.0;
    }
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..HALVINGS {
        let middle = 0.5 * (low + high);
        if fits(middle) { low = middle } else { high = middle }
    }
    low
}

/// S⁻¹; `None` when it is singular.
fn inverted(matrix: &[f64]) -> Option<Vec<f64>> {
    Some(Cholesky::new(matrix, matrix.len().isqrt()).ok()?.inverse())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::ModelConfig;
    use crate::data::{Channel, Control, Interval, Outcome, OutcomeKind, Roles, Source};
    use chrono::{Days, NaiveDate};
    use ndarray::Array2;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;
    use rand_distr::{Distribution, StandardNormal};

    const WEEKS: usize = 3000;

    /// Independent standard normal variates.
    fn normals(stream: u64) -> Vec<f64> {
        let mut rng = ChaCha8Rng::seed_from_u64(5);
        rng.set_stream(stream);
        (0..WEEKS).map(|_| StandardNormal.sample(&mut rng)).collect()
    }

    /// One market in which spend follows demand, and demand is seen through noise of variance 0.25 of 1.25.
    fn market() -> Dataset {
        market_of(&normals(1), 0.5)
    }

    /// Spend follows `demand`, which is seen through noise of standard deviation `error_sd`.
    fn market_of(demand: &[f64], error_sd: f64) -> Dataset {
        let [own, error, noise] = [2, 3, 4].map(normals);
        let row = |f: &dyn Fn(usize) -> f64| Array2::from_shape_fn((1, WEEKS), |(_, t)| f(t));
        let spend = row(&|t| (0.3 * demand[t] + 0.1 * own[t]).exp());
        let day = |t: usize| NaiveDate::from_ymd_opt(1970, 1, 5).unwrap() + Days::new(7 * t as u64);
        Dataset {
            source: Source {
                file: "test".into(),
                sha256: String::new(),
                rows: WEEKS,
                from: None,
                to: None,
                exclude: Vec::new(),
            },
            dates: (0..WEEKS).map(day).collect(),
            interval: Interval::Weekly,
            geos: vec!["national".into()],
            outcome: Outcome {
                name: "y".into(),
                kind: OutcomeKind::Revenue,
                values: row(&|t| 100.0 + 5.0 * demand[t] + noise[t]),
                observed: Array2::from_elem((1, WEEKS), true),
                revenue_per_outcome: None,
            },
            present: Array2::from_elem((1, WEEKS), true),
            population: None,
            channels: vec![Channel {
                name: "search".into(),
                spend_column: Some("search_spend".into()),
                exposure_column: "search_spend".into(),
                exposure: spend.clone(),
                spend,
            }],
            controls: vec![Control {
                name: "query".into(),
                values: row(&|t| demand[t] + error_sd * error[t]),
                binary: false,
            }],
            roles: Roles::default(),
        }
    }

    fn config(reliability: Option<f64>) -> FitConfig {
        let model = ModelConfig { trend_knot_weeks: 1e6, seasonality_pairs: 0, ..ModelConfig::default() };
        let controls = reliability.map(|reliability| ("query".to_owned(), ControlConfig::told(reliability)));
        FitConfig { model, controls: controls.into_iter().collect(), ..FitConfig::default() }
    }

    fn design(data: &Dataset, reliability: f64) -> Design {
        Design::new(data, &config(Some(reliability))).unwrap()
    }

    /// The last column, after level and trend.
    fn query(design: &Design) -> Vec<f64> {
        design.baseline[2 * WEEKS..].to_vec()
    }

    fn basis<'a>(design: &'a Design, data: &Dataset) -> Basis<'a> {
        let calendar: Vec<&[f64]> = design.baseline[..2 * WEEKS].chunks_exact(WEEKS).collect();
        let controls = [query(design)];
        let mut basis = regressors(design, data, &calendar, &controls, &[0]);
        add_neighbours(&mut basis, design, &controls, &[0]);
        basis
    }

    #[test]
    fn in_a_linear_regression_it_is_the_moment_correction() {
        let data = market();
        let (plain, calibrated) = (design(&data, 1.0), design(&data, 0.8));
        let (others, w) = (basis(&plain, &data), query(&plain));
        // Least-squares coefficient of x beside all the others (Frisch & Waugh).
        let coefficient = |x: &[f64]| {
            let rest = others.residual(x);
            others.dot(&rest, &plain.outcome) / others.dot(&rest, x)
        };
        let (naive, got) = (coefficient(&w), coefficient(&query(&calibrated)));
        // κ = rᵀy / (rᵀr − dof σ_v²) with r the control less what the others predict (Fuller 1987, 2.2.11).
        let r = others.residual(&w);
        let square = others.dot(&r, &r);
        let want = naive * square / (square - others.degrees_of_freedom() * 0.2);
        assert!((got / want - 1.0).abs() < 1e-9, "{got} {want}");
        // 5 % of the outcome per unit of demand, √1.25 units to the control's sd; most of it is lost else.
        let truth = 0.05 * 1.25_f64.sqrt();
        assert!((got / truth - 1.0).abs() < 0.1 && naive < 0.4 * truth, "{got} {naive}");
    }

    #[test]
    fn the_share_kept_is_what_the_other_columns_leave() {
        let data = market();
        let found = design(&data, 0.8).calibrations[0].clone();
        assert_eq!((found.control, found.asked), (0, 0.8));
        assert!((found.used - 0.8).abs() < 1e-12);
        // Var(demand | ln spend) = 1 − 0.9 = 0.1, beside an error of 0.25: 0.1 / 0.35.
        assert!((found.conditional - 0.1 / 0.35).abs() < 0.03, "{found:?}");
    }

    #[test]
    fn no_less_reliable_than_its_prediction() {
        let found = design(&market(), 0.3).calibrations[0].clone();
        // The others predict 0.9 of 1.25.
        assert!(found.conditional.abs() < 1e-9 && (found.used - 0.72).abs() < 0.03, "{found:?}");
    }

    /// Demand that lasts, so that the periods before and after tell of it, seen through noise of `error_sd`.
    fn assumed(error_sd: f64, holdout_weeks: usize) -> (Design, Design) {
        let mut demand = normals(1);
        for t in 1..WEEKS {
            demand[t] = 0.9 * demand[t - 1] + 0.19_f64.sqrt() * demand[t];
        }
        let data = market_of(&demand, error_sd);
        let mut config = config(Some(0.8));
        config.model.holdout_weeks = holdout_weeks;
        config.controls.get_mut("query").unwrap().assumed = true;
        let calibrated = Design::new(&data, &config).unwrap();
        config.controls.clear();
        (calibrated, Design::new(&data, &config).unwrap())
    }

    #[test]
    fn an_assumed_error_stands_unless_the_outcome_contradicts() {
        let found = |error_sd: f64| assumed(error_sd, 0).0.calibrations[0].clone();
        assert!((found(0.5).used - 0.8).abs() < 0.03, "{:?}", found(0.5));
        // Without any error the outcome moves with what is new in the control as with what is not.
        assert!(found(0.0).conditional > 0.9, "{:?}", found(0.0));
    }

    #[test]
    fn beyond_the_fit_a_control_is_taken_as_it_is() {
        let (calibrated, plain) = assumed(0.5, 400);
        let (calibrated, plain) = (query(&calibrated), query(&plain));
        let fitted = WEEKS - 400;
        assert_eq!(calibrated[fitted..], plain[fitted..]);
        assert!(calibrated[..fitted].iter().zip(&plain).any(|(a, b)| (a - b).abs() > 0.1));
    }

    #[test]
    fn nothing_happens_without_error() {
        let data = market();
        let plain = Design::new(&data, &config(None)).unwrap();
        assert_eq!(design(&data, 1.0).calibrations, []);
        assert_eq!(query(&design(&data, 1.0)), query(&plain));
    }

    #[test]
    fn two_errors_stay_within_the_joint_covariance() {
        // The smallest eigenvalue of [[2, 1], [1, 2]] is 1, and 3 t = 1 there.
        assert!((admissible(&[2.0, 1.0, 1.0, 2.0], &[3.0, 3.0]) - 1.0 / 3.0).abs() < 1e-9);
        assert_eq!(admissible(&[2.0, 1.0, 1.0, 2.0], &[0.9, 0.9]), 1.0);
        let inverse = inverted(&[2.0, 1.0, 1.0, 2.0]).unwrap();
        assert!((inverse[0] - 2.0 / 3.0).abs() < 1e-12 && (inverse[1] + 1.0 / 3.0).abs() < 1e-12);
        assert_eq!(inverted(&[1.0, 1.0, 1.0, 1.0]), None);
    }
}
