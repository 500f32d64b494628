//! A short fingerprint of each period, by which a later file is searched for restated history.

use sha2::{Digest, Sha256};

use super::dataset::Dataset;
use crate::sha256;

/// Hex digits of a fingerprint: 2⁻⁴⁸ is the chance that a restated period goes unnoticed.
const DIGITS: usize = 12;

/// One fingerprint per period of everything that a fit reads of it: outcome, worth of an outcome, spend,
/// exposure and controls of every geo, by name, whatever the order of rows and columns.
pub fn period_digests(data: &Dataset) -> Vec<String> {
    let mut geos: Vec<usize> = (0..data.n_geos()).collect();
    geos.sort_by_key(|g| &data.geos[*g]);
    let mut channels: Vec<_> = data.channels.iter().collect();
    channels.sort_by_key(|c| &c.name);
    let mut controls: Vec<_> = data.controls.iter().collect();
    controls.sort_by_key(|c| &c.name);
    let one = |t: usize| {
        let mut hash = Sha256::new();
        for &g in geos.iter().filter(|g| data.present[[**g, t]]) {
            let cell = [g, t];
            name(&mut hash, &data.geos[g]);
            number(&mut hash, data.population.as_ref().map_or(0.0, |n| n[g]));
            let known = data.outcome.observed[cell];
            number(&mut hash, if known { data.outcome.values[cell] } else { f64::NAN });
            number(&mut hash, data.value_per_outcome(g, t));
            for channel in &channels {
                name(&mut hash, &channel.name);
                number(&mut hash, channel.spend[cell]);
                number(&mut hash, channel.exposure[cell]);
            }
            for control in &controls {
                name(&mut hash, &control.name);
                number(&mut hash, control.values[cell]);
            }
        }
        sha256::hex(hash)[..DIGITS].to_owned()
    };
    (0..data.n_periods()).map(one).collect()
}

fn name(hash: &mut Sha256, text: &str) {
    hash.update((text.len() as u64).to_le_bytes());
    hash.update(text.as_bytes());
}

fn number(hash: &mut Sha256, value: f64) {
    // −0 and 0 are the same spend.
    hash.update((value + 0.0).to_bits().to_le_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::testdata;

    #[test]
    fn only_the_restated_period_changes_and_order_does_not_matter() {
        let data = testdata::dataset();
        let before = period_digests(&data);
        assert!(before.iter().all(|d| d.len() == DIGITS));
        let mut restated = data.clone();
        restated.channels[1].spend[[0, 4]] += 1.0;
        let after = period_digests(&restated);
        let changed: Vec<usize> = (0..before.len()).filter(|t| before[*t] != after[*t]).collect();
        assert_eq!(changed, [4]);
        let mut turned = data.clone();
        turned.channels.reverse();
        assert_eq!(period_digests(&turned), before);
        turned.outcome.observed[[0, 0]] = !turned.outcome.observed[[0, 0]];
        assert_ne!(period_digests(&turned)[0], before[0]);
    }
}
