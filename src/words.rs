//! The name that was probably meant, and shares as people read them.

pub(crate) mod numbers;

/// The most similar of `known` to `name`, when one is similar at all.
pub(crate) fn nearest<'k>(name: &str, known: impl Iterator<Item = &'k str>) -> Option<&'k str> {
    // 0.75 keeps `revenu` → `revenue` and drops words that only share a few letters.
    const SIMILAR: f64 = 0.75;
    let score = |k: &str| strsim::jaro_winkler(&name.to_lowercase(), &k.to_lowercase());
    let similar = known.map(|k| (score(k), k)).filter(|(s, _)| *s >= SIMILAR);
    similar.max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, k)| k)
}

/// A share of 1 as a percentage: `0.4 %`, `12 %`.
pub(crate) fn percent(share: f64) -> String {
    let p = share * 100.0;
    // 9.95 rounds to 10.0 at one decimal, and reads as 10.
    let text = if p == 0.0 || p.abs() >= 9.95 { format!("{p:.0}") } else { format!("{p:.1}") };
    format!("{} %", without_negative_zero(text))
}

/// A rounded number without the sign of a zero.
pub(crate) fn without_negative_zero(text: String) -> String {
    match text.strip_prefix('-') {
        Some(rest) if rest.chars().all(|c| matches!(c, '0' | '.')) => rest.to_owned(),
        _ => text,
    }
}

/// One of what an outcome column counts, in words: `order` for `orders`, `unit of kpi` for `kpi`.
pub(crate) fn one_of(outcome: &str) -> String {
    match outcome.to_lowercase().as_str() {
        plural @ ("orders" | "sales" | "conversions" | "signups") => plural.trim_end_matches('s').to_owned(),
        _ => format!("unit of {outcome}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_of_what_is_counted_has_a_name() {
        assert_eq!((one_of("Orders"), one_of("kpi")), ("order".to_owned(), "unit of kpi".to_owned()));
    }
}
