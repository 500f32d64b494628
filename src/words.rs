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

/// A word as a shell takes it.
pub(crate) fn quote(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ',' | '=');
    if word.chars().all(plain) {
        word.to_owned()
    } else if word.contains(['"', '$', '`', '\\', '!']) {
        format!("'{}'", word.replace('\'', r"'\''"))
    } else {
        format!("\"{word}\"")
    }
}

/// A name as a key of `mmm.toml`: bare where TOML allows it.
pub(crate) fn toml_key(name: &str) -> String {
    let bare = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    match !name.is_empty() && name.chars().all(bare) {
        true => name.to_owned(),
        false => serde_json::Value::from(name).to_string(),
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
    fn a_shell_takes_a_quoted_word_as_it_is() {
        assert_eq!(quote("tv_spend=tv,b"), "tv_spend=tv,b");
        assert_eq!(quote("TV Spend"), "\"TV Spend\"");
        assert_eq!((toml_key("tv_1"), toml_key("TV Spend")), ("tv_1".to_owned(), "\"TV Spend\"".to_owned()));
        assert_eq!(quote("it's $5"), r"'it'\''s $5'");
    }

    #[test]
    fn one_of_what_is_counted_has_a_name() {
        assert_eq!((one_of("Orders"), one_of("kpi")), ("order".to_owned(), "unit of kpi".to_owned()));
    }
}
