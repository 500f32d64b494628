//! The same data with more periods or geos: which cell of the data each cell of a world is made of.

use ndarray::{Array2, Axis};

use crate::data::{Dataset, Interval};

/// Years that are added, and the most of the data's own that they repeat.
pub(super) const YEARS: usize = 2;

/// Where the cells of a world come from.
#[derive(Debug, Clone)]
pub(super) struct Cells {
    /// Period of the data that each period of the world repeats; the data's own come first, in order.
    pub periods: Vec<usize>,
    /// Geo of the data that each geo of the world repeats; the data's own come first.
    pub geos: Vec<usize>,
    /// Periods after which the repeated ones begin again.
    pub cycle: usize,
}

impl Cells {
    /// Those of the data.
    pub fn own(data: &Dataset) -> Cells {
        Cells {
            periods: (0..data.n_periods()).collect(),
            geos: (0..data.n_geos()).collect(),
            cycle: data.n_periods(),
        }
    }

    /// Two more years, which repeat the last two of the data, or the last one of shorter data. `None` of less than
    /// a year, whose season is not known.
    pub fn two_more_years(data: &Dataset) -> Option<Cells> {
        let year = match data.interval {
            Interval::Daily => 364,
            Interval::Weekly => 52,
            Interval::Monthly => 12,
        };
        let n = data.n_periods();
        let cycle = year * (n / year).min(YEARS);
        let later = |j: usize| n - cycle + j % cycle;
        let own = Cells::own(data);
        (cycle > 0).then(|| Cells {
            periods: own.periods.iter().copied().chain((0..YEARS * year).map(later)).collect(),
            cycle,
            ..own
        })
    }

    /// Every geo twice. `None` of a single market.
    pub fn twice_the_geos(data: &Dataset) -> Option<Cells> {
        let own = Cells::own(data);
        (data.n_geos() > 1).then(|| Cells { geos: [&own.geos[..], &own.geos[..]].concat(), ..own })
    }

    /// The data with these cells; the outcome is repeated like the rest.
    pub fn arrange(&self, data: &Dataset) -> Dataset {
        let mut world = data.clone();
        let n = data.n_periods();
        let last = data.dates[n - 1];
        let beyond = (1..=self.periods.len() - n).filter_map(|k| data.interval.later(last, k as u32));
        world.dates.extend(beyond);
        world.geos =
            self.geos.iter().enumerate().map(|(i, g)| name(&data.geos[*g], i / data.n_geos())).collect();
        world.population = data.population.as_ref().map(|n| self.geos.iter().map(|g| n[*g]).collect());
        self.pick(&mut world.outcome.values);
        self.pick(&mut world.outcome.observed);
        self.pick(&mut world.present);
        world.outcome.revenue_per_outcome.iter_mut().for_each(|values| self.pick(values));
        for channel in &mut world.channels {
            self.pick(&mut channel.spend);
            self.pick(&mut channel.exposure);
        }
        world.controls.iter_mut().chain(&mut world.unused).for_each(|control| self.pick(&mut control.values));
        world
    }

    fn pick<T: Clone>(&self, matrix: &mut Array2<T>) {
        *matrix = matrix.select(Axis(0), &self.geos).select(Axis(1), &self.periods);
    }
}

fn name(geo: &str, copy: usize) -> String {
    if copy == 0 { geo.to_owned() } else { format!("{geo} ({})", copy + 1) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::testdata;

    #[test]
    fn added_years_repeat_the_last_ones_and_added_geos_the_own() {
        let mut data = testdata::dataset();
        let n = data.n_periods();
        assert!(n < 52 && Cells::two_more_years(&data).is_none(), "{n}");
        data.interval = Interval::Monthly;
        let cells = Cells::two_more_years(&data).unwrap();
        let cycle = 12 * (n / 12).min(2);
        assert_eq!(cells.periods.len(), n + 24);
        assert_eq!((cells.periods[n], cells.periods[n + 23]), (n - cycle, n - cycle + 23 % cycle));
        let longer = cells.arrange(&data);
        assert_eq!(longer.dates.len(), n + 24);
        assert_eq!(longer.channels[0].spend[[0, n]], data.channels[0].spend[[0, n - cycle]]);
        assert!(longer.dates.windows(2).all(|d| d[0] < d[1]));

        let more = Cells::twice_the_geos(&data).unwrap().arrange(&data);
        assert_eq!(more.n_geos(), 2 * data.n_geos());
        assert_eq!(more.geos[data.n_geos()], format!("{} (2)", data.geos[0]));
        assert_eq!(more.outcome.values.row(data.n_geos()), data.outcome.values.row(0));
    }
}
