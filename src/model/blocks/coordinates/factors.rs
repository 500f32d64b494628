//! Coordinates of one channel's geo factors: ln factor = η z with z ~ N(0, 1) in every geo.

use super::rotation::Rotation;

/// A normal approximation of the likelihood of one ln geo factor b: its log is −I b²/2 + (I b̂) b.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct FactorInformation {
    /// I.
    pub information: f64,
    /// I b̂.
    pub pull: f64,
}

/// The map q → z = m(η) + s(η) ∘ H q, with the mean m and sd s of z given η under the approximation.
///
/// The likelihood knows the factors only up to a common one, for the effect fixes their total. Where it
/// says much of each, that common direction is the longest by far, and no scale per geo describes it: H
/// makes it the first coordinate.
#[derive(Debug, Clone)]
pub struct FactorCoordinates {
    information: Vec<FactorInformation>,
    /// H, whose first column is along 1/s at the η it was learnt at.
    common: Rotation,
}

impl FactorCoordinates {
    /// Where nothing is known of `n_geos` geos.
    pub fn unknown(n_geos: usize) -> FactorCoordinates {
        FactorCoordinates::learnt(vec![FactorInformation::default(); n_geos], 0.0)
    }

    /// From what the likelihood is thought to say, one entry a geo, and a typical `spread` η.
    pub fn learnt(information: Vec<FactorInformation>, spread: f64) -> FactorCoordinates {
        let along: Vec<f64> = information.iter().map(|i| Conditional::new(i, spread).sd.recip()).collect();
        FactorCoordinates { information, common: Rotation::new([&along[..]].into_iter()) }
    }

    /// z of every geo at the coordinates `q` and the spread η.
    pub(crate) fn decode(&self, q: &[f64], spread: f64, z: &mut [f64]) {
        z.copy_from_slice(q);
        self.common.apply(z);
        for (z, information) in z.iter_mut().zip(&self.information) {
            let given = Conditional::new(information, spread);
            *z = given.mean + given.sd * *z;
        }
    }

    /// The coordinates of `z`, in its place.
    pub(crate) fn encode(&self, spread: f64, z: &mut [f64]) {
        for (z, information) in z.iter_mut().zip(&self.information) {
            let given = Conditional::new(information, spread);
            *z = (*z - given.mean) / given.sd;
        }
        self.common.transpose(z);
    }

    /// Log prior of z with the Jacobian, up to a constant, and the derivative of all by ln η.
    ///
    /// `by_ln_factor` is the likelihood's derivative by each ln factor; `grad` receives the one by the
    /// coordinates of prior and likelihood.
    pub(crate) fn prior_and_chain_rule(
        &self,
        z: &[f64],
        spread: f64,
        by_ln_factor: &[f64],
        grad: &mut [f64],
    ) -> (f64, f64) {
        let (mut log_density, mut by_ln_spread) = (0.0, 0.0);
        for (((z, by), grad), information) in
            z.iter().zip(by_ln_factor).zip(&mut *grad).zip(&self.information)
        {
            let given = Conditional::new(information, spread);
            let by_factor = spread * by;
            let by_z = by_factor - z;
            log_density += given.sd.ln() - 0.5 * z * z;
            *grad = by_z * given.sd;
            by_ln_spread += by_factor * z + by_z * given.slope(*z) - given.weight;
        }
        self.common.transpose(grad);
        (log_density, by_ln_spread)
    }
}

/// Mean and sd of z given η, with the likelihood taken for normal: standardised by them, z depends little
/// on η, be it known from the data or from the prior.
#[derive(Debug, Clone, Copy)]
struct Conditional {
    mean: f64,
    sd: f64,
    /// κ = η² I / (1 + η² I), the likelihood's share of the information on z.
    weight: f64,
}

impl Conditional {
    fn new(known: &FactorInformation, spread: f64) -> Conditional {
        let FactorInformation { information, pull } = *known;
        let precision = 1.0 + spread * spread * information;
        Conditional {
            mean: spread * pull / precision,
            sd: precision.sqrt().recip(),
            weight: 1.0 - precision.recip(),
        }
    }

    /// ∂z/∂ln η at the coordinate of z, held fixed.
    fn slope(&self, z: f64) -> f64 {
        self.mean * (1.0 - 2.0 * self.weight) - (z - self.mean) * self.weight
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_common_change_of_the_factors_is_the_first_coordinate() {
        let information: Vec<_> = (0..5)
            .map(|g| FactorInformation { information: 40.0 * g as f64, pull: 3.0 - g as f64 })
            .collect();
        let coordinates = FactorCoordinates::learnt(information, 0.3);
        let q = [0.4, -1.0, 0.2, 1.3, -0.7];
        let mut z = [0.0; 5];
        coordinates.decode(&q, 0.3, &mut z);
        let mut back = z;
        coordinates.encode(0.3, &mut back);
        assert!(back.iter().zip(&q).all(|(a, b)| (a - b).abs() < 1e-12), "{back:?}");
        let mut shifted = z.map(|z| z + 0.6);
        coordinates.encode(0.3, &mut shifted);
        assert!((shifted[0] - q[0]).abs() > 0.6);
        assert!(shifted[1..].iter().zip(&q[1..]).all(|(a, b)| (a - b).abs() < 1e-12), "{shifted:?}");
    }
}
