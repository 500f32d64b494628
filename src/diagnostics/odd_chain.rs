//! One chain that went elsewhere, while the others agree.

use super::rhat::rhat;

/// R-hat above which it is asked who is to blame: the chains plainly differ.
const APART: f64 = 1.2;
/// R-hat below which the remaining chains are said to agree.
const TOGETHER: f64 = 1.1;

/// The chain without which the others agree; `None` when all agree, or when no single one is to blame.
///
/// # Source
/// Ours.
pub fn odd_chain(chains: &[&[f64]]) -> Option<usize> {
    if chains.len() < 3 { None } else { odd_chain_at(chains, rhat(chains)?) }
}

/// The same where the R-hat of all chains is known.
pub(super) fn odd_chain_at(chains: &[&[f64]], rhat_of_all: f64) -> Option<usize> {
    if chains.len() < 3 || rhat_of_all < APART {
        return None;
    }
    (0..chains.len())
        .filter_map(|k| {
            let mut others = chains.to_vec();
            others.remove(k);
            rhat(&others).filter(|r| *r < TOGETHER).map(|r| (r, k))
        })
        .min_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, k)| k)
}

#[cfg(test)]
mod tests {
    use super::super::chains::views;
    use super::super::reference::example;
    use super::*;

    #[test]
    fn names_the_chain_that_is_elsewhere_and_only_then() {
        let mut chains = example(4, 200);
        chains[3].iter_mut().for_each(|x| *x -= 0.3);
        assert_eq!(odd_chain(&views(&chains)), None);
        chains[2].iter_mut().for_each(|x| *x += 50.0);
        assert_eq!(odd_chain(&views(&chains)), Some(2));
        chains[2].fill(7.0);
        assert_eq!(odd_chain(&views(&chains)), Some(2), "a chain that never moved");
        chains[0].iter_mut().for_each(|x| *x -= 50.0);
        assert_eq!(odd_chain(&views(&chains)), None, "two strays: no single one is to blame");
    }
}
