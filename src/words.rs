//! The name that was probably meant.

/// The most similar of `known` to `name`, when one is similar at all.
pub(crate) fn nearest<'k>(name: &str, known: impl Iterator<Item = &'k str>) -> Option<&'k str> {
    // 0.75 keeps `revenu` → `revenue` and drops words that only share a few letters.
    const SIMILAR: f64 = 0.75;
    let score = |k: &str| strsim::jaro_winkler(&name.to_lowercase(), &k.to_lowercase());
    let similar = known.map(|k| (score(k), k)).filter(|(s, _)| *s >= SIMILAR);
    similar.max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, k)| k)
}
