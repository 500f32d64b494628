//! The diagnostics against ArviZ 0.23.4 (NumPy 2.4.6, SciPy 1.17.1) on chains given by a formula.

use super::chains::{map, mean, views};
use super::{ebfmi, ess_bulk, ess_mean, ess_tail, mcse_mean, mcse_quantile, mcse_sd, rhat};

/// First-order autoregressive chains (0.5) on a quasi-random noise, chain c shifted by c/10.
pub(super) fn example(n_chains: usize, n_draws: usize) -> Vec<Vec<f64>> {
    let noise =
        |k: f64| (k * 0.618_033_988_749_894_9).fract() + (k * k * 0.414_213_562_373_095).fract() - 1.0;
    (0..n_chains)
        .map(|c| {
            let mut state = 0.0;
            let draw = |t| {
                state = 0.5 * state + noise((c * n_draws + t) as f64);
                state + 0.1 * c as f64
            };
            (0..n_draws).map(draw).collect()
        })
        .collect()
}

/// Relative agreement to 10⁻⁶; NaN in `want` stands for what ArviZ does not give.
fn assert_equal(name: &str, got: Option<f64>, want: f64) {
    let got = got.expect("not constant");
    assert!(want.is_nan() || (got / want - 1.0).abs() < 1e-6, "{name}: {got} against {want}");
}

#[test]
fn all_diagnostics_at_four_sizes() {
    // chains, draws, az.rhat, az.ess bulk, tail, mean, az.mcse mean, sd, quantile 0.1, az.bfmi of the first chain
    let cases = [
        (
            4,
            200,
            [1.037_573_516_149_511_7, 269.405_842_486_006, 495.271_943_967_888_03, 264.459_175_301_928_6],
            [
                0.026_835_151_719_311_626,
                0.010_616_012_707_603_826,
                0.026_536_000_752_627_29,
                1.278_127_974_046_313_2,
            ],
        ),
        (
            2,
            51,
            [1.015_051_746_452_891_6, 41.710_469_460_305, 63.490_179_789_948_38, 40.767_801_732_972_65],
            [
                0.073_294_265_112_742_74,
                0.038_306_667_262_410_85,
                0.049_449_110_127_057_94,
                1.219_220_657_295_902_6,
            ],
        ),
        (
            1,
            1000,
            [f64::NAN, 485.961_631_008_911_35, 731.247_607_599_586_3, 488.320_959_298_197_24],
            [
                0.019_094_335_666_767_662,
                0.008_833_867_535_426_062,
                0.023_072_201_372_264_345,
                1.360_872_867_306_650_4,
            ],
        ),
        (
            4,
            8,
            [1.220_442_412_350_418, 48.164_799_306_236_99, 48.164_799_306_236_99, 48.164_799_306_236_99],
            [
                0.076_253_059_620_095_3,
                0.038_340_254_849_714_706,
                0.239_503_136_024_970_7,
                1.353_243_590_737_296,
            ],
        ),
    ];
    for (n_chains, n_draws, [r, bulk, tail, plain], [mean, sd, quantile, energy]) in cases {
        let chains = example(n_chains, n_draws);
        let draws = views(&chains);
        assert_equal("R-hat", rhat(&draws), r);
        assert_equal("bulk", ess_bulk(&draws), bulk);
        assert_equal("tail", ess_tail(&draws), tail);
        assert_equal("mean", ess_mean(&draws), plain);
        assert_equal("mcse mean", mcse_mean(&draws), mean);
        assert_equal("mcse sd", mcse_sd(&draws), sd);
        assert_equal("mcse quantile", mcse_quantile(&draws, 0.1), quantile);
        assert_equal("E-BFMI", ebfmi(draws[0]), energy);
    }
}

#[test]
fn slow_chains_that_disagree() {
    let chains = example(4, 200);
    let centre = mean(&chains.concat());
    let walk: Vec<Vec<f64>> = chains
        .iter()
        .map(|chain| {
            let mut sum = 0.0;
            chain
                .iter()
                .map(|x| {
                    sum += x - centre;
                    sum
                })
                .collect()
        })
        .collect();
    let draws = views(&walk);
    assert_equal("R-hat", rhat(&draws), 3.263_846_965_802_715);
    assert_equal("bulk", ess_bulk(&draws), 4.613_958_705_463_518);
    assert_equal("tail", ess_tail(&draws), 11.696_859_924_785_645);
    assert_equal("mcse mean", mcse_mean(&draws), 6.926_315_627_358_585);
    assert_equal("mcse sd", mcse_sd(&draws), 4.776_363_189_435_26);
}

#[test]
fn heavy_tail() {
    let chains = example(4, 200);
    let heavy = map(&views(&chains), |x| (2.0 * x).exp());
    let draws = views(&heavy);
    assert_equal("R-hat", rhat(&draws), 1.037_573_516_149_511_7);
    assert_equal("mcse mean", mcse_mean(&draws), 0.089_914_757_648_348_08);
    assert_equal("mcse sd", mcse_sd(&draws), 0.084_392_509_793_008_95);
    assert_equal("mcse quantile", mcse_quantile(&draws, 0.95), 0.397_086_481_326_910_16);
}

#[test]
fn antithetic_and_tied_draws() {
    let chains = example(4, 200);
    let alternating: Vec<Vec<f64>> = chains
        .iter()
        .map(|chain| {
            let draw = |(t, x): (usize, &f64)| if t % 2 == 0 { 1.0 + 0.1 * x } else { -1.0 + 0.1 * x };
            chain.iter().enumerate().map(draw).collect()
        })
        .collect();
    let draws = views(&alternating);
    assert_equal("R-hat", rhat(&draws), 1.008_711_776_644_759);
    assert_equal("bulk", ess_bulk(&draws), 979.799_023_402_911_8);
    assert_equal("tail", ess_tail(&draws), 822.288_182_144_582_1);
    let tied = map(&views(&chains), |x| (2.0 * x).round_ties_even() / 2.0);
    let draws = views(&tied);
    assert_equal("R-hat", rhat(&draws), 1.032_563_817_566_244_6);
    assert_equal("bulk", ess_bulk(&draws), 298.626_814_392_920_9);
    assert_equal("tail", ess_tail(&draws), 316.628_074_223_526);
}

#[test]
fn constant_quantities_have_no_value() {
    let draws: [&[f64]; 2] = [&[3.0; 20], &[3.0; 20]];
    let all = [rhat, ess_bulk, ess_tail, ess_mean, mcse_mean, mcse_sd].map(|diagnostic| diagnostic(&draws));
    assert_eq!(all, [None; 6]);
    assert_eq!(mcse_quantile(&draws, 0.5), None);
    assert_eq!(ebfmi(draws[0]), None);
}

#[test]
fn half_of_the_draws_at_the_upper_end_leave_the_lower_tail() {
    let chains = example(2, 100);
    let capped = map(&views(&chains), |x| x.min(0.0));
    let tail = ess_tail(&views(&capped)).expect("the lower tail varies");
    assert!(tail.is_finite() && tail > 10.0, "{tail}");
}
