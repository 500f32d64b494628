//! What is left of a series beside others: least squares by orthogonal columns.

/// Columns at right angles, each of length 1.
#[derive(Debug, Clone, Default)]
pub(super) struct Projection(Vec<Vec<f64>>);

/// Length of a column beside those before it, relative to its own, below which it adds nothing to them.
const NOTHING: f64 = 1e-9;

impl Projection {
    /// Adds a column; one that lies within those there are is left out. Modified Gram–Schmidt.
    pub fn add(&mut self, mut column: Vec<f64>) {
        let before = length(&column);
        self.take_out(&mut column);
        let left = length(&column);
        if left > NOTHING * before {
            column.iter_mut().for_each(|x| *x /= left);
            self.0.push(column);
        }
    }

    /// Takes out of `values` their part along the columns.
    pub fn take_out(&self, values: &mut [f64]) {
        for unit in &self.0 {
            let along: f64 = values.iter().zip(unit).map(|(a, b)| a * b).sum();
            values.iter_mut().zip(unit).for_each(|(a, b)| *a -= along * b);
        }
    }

    /// What is left of `values`.
    pub fn rest(&self, values: &[f64]) -> Vec<f64> {
        let mut rest = values.to_vec();
        self.take_out(&mut rest);
        rest
    }

    /// How many columns there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }
}

fn length(values: &[f64]) -> f64 {
    values.iter().map(|x| x * x).sum::<f64>().sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rest_is_that_of_least_squares() {
        let mut known = Projection::default();
        known.add(vec![1.0; 4]);
        known.add(vec![0.0, 1.0, 2.0, 3.0]);
        known.add(vec![5.0, 7.0, 9.0, 11.0]);
        assert_eq!(known.len(), 2, "the third is made of the others");
        // Of 0, 1, 4, 9 the line is −1 + 3 t.
        for (got, want) in known.rest(&[0.0, 1.0, 4.0, 9.0]).iter().zip([1.0, -1.0, -1.0, 1.0]) {
            assert!((got - want).abs() < 1e-12, "{got} {want}");
        }
    }
}
