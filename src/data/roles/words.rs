//! Conventional column names and the roles they stand for.

/// Names that stand for one role, compared without regard to case.
#[derive(Clone, Copy)]
pub(crate) struct Words(pub(crate) &'static [&'static str]);

impl Words {
    /// Whether `name` is one of the words.
    pub(crate) fn fits(self, name: &str) -> bool {
        self.0.iter().any(|word| word.eq_ignore_ascii_case(name))
    }
}

/// Outcome columns.
pub(crate) const OUTCOME: Words =
    Words(&["revenue", "sales", "orders", "conversions", "signups", "kpi", "outcome", "y"]);
/// Outcomes that are currency by their name.
pub(crate) const REVENUE: Words = Words(&["revenue", "sales", "outcome", "y"]);
/// Outcomes that are counts by their name.
pub(crate) const COUNT: Words = Words(&["orders", "conversions", "signups"]);
/// Geo columns.
pub(crate) const GEO: Words = Words(&["geo", "region", "dma", "market", "state", "country", "territory"]);
/// Population columns.
pub(crate) const POPULATION: Words = Words(&["population", "pop"]);
/// Date columns, to choose by when a number may be a date.
pub(crate) const DATE: Words =
    Words(&["date", "day", "week", "month", "time", "ds", "period", "date_week", "week_start"]);

/// Words that make a column a control when one of its parts is one of them, in singular or plural.
const CONTROL_WORDS: [&str; 7] =
    ["price", "promo", "promotion", "discount", "holiday", "event", "competitor"];

const SPEND_AFFIXES: [&str; 2] = ["spend", "cost"];
const EXPOSURE_SUFFIXES: [&str; 3] = ["_impressions", "_clicks", "_grps"];

/// `name` without `suffix`, whatever the case; `None` when nothing would be left.
fn without_suffix<'n>(name: &'n str, suffix: &str) -> Option<&'n str> {
    let cut = name.len().checked_sub(suffix.len()).filter(|cut| *cut > 0)?;
    let end = name.get(cut..)?;
    end.eq_ignore_ascii_case(suffix).then(|| &name[..cut])
}

fn without_prefix<'n>(name: &'n str, prefix: &str) -> Option<&'n str> {
    let start = name.get(..prefix.len())?;
    (start.eq_ignore_ascii_case(prefix) && name.len() > prefix.len()).then(|| &name[prefix.len()..])
}

/// The channel's name in a spend column: `tv_spend` → `tv`.
///
/// Totals and unit costs (`total_spend`, `cost_per_click`) are no channels.
pub(crate) fn spend_stem(name: &str) -> Option<&str> {
    let stem = SPEND_AFFIXES.iter().find_map(|affix| {
        without_suffix(name, &format!("_{affix}")).or_else(|| without_prefix(name, &format!("{affix}_")))
    })?;
    let lower = stem.to_lowercase();
    let is_total = matches!(lower.as_str(), "total" | "all" | "media" | "total_media" | "marketing" | "unit");
    (!is_total && !lower.starts_with("per_")).then_some(stem)
}

/// The channel's name in an exposure column: `tv_grps` → `tv`.
pub(crate) fn exposure_stem(name: &str) -> Option<&str> {
    EXPOSURE_SUFFIXES.iter().find_map(|suffix| without_suffix(name, suffix))
}

/// Whether the name says control.
pub(crate) fn is_control(name: &str) -> bool {
    let lower = name.to_lowercase();
    if without_prefix(&lower, "control_").is_some() || without_suffix(&lower, "_control").is_some() {
        return true;
    }
    lower.split(|c: char| !c.is_alphanumeric()).any(|part| {
        let part = part.trim_end_matches(|c: char| c.is_ascii_digit());
        CONTROL_WORDS.iter().any(|word| part == *word || part.strip_suffix('s') == Some(*word))
    })
}

/// The role that a column would get by its name alone where channels and controls are found by name:
/// `spend` or `control`.
pub fn unasked_role(name: &str) -> Option<&'static str> {
    match spend_stem(name) {
        Some(_) => Some("spend"),
        None => is_control(name).then_some("control"),
    }
}

/// Whether a lower-case name looks like the value of one outcome unit; a suggestion, never a role.
pub(crate) fn is_revenue_per_outcome(lower: &str) -> bool {
    lower.starts_with("revenue_per_") || lower.starts_with("value_per_") || lower == "aov"
}

/// Whether a lower-case name looks like spend; a suggestion, never a role.
pub(crate) fn looks_like_spend(lower: &str) -> bool {
    ["spend", "cost", "budget"].iter().any(|word| lower.contains(word)) || lower.ends_with("_s")
}

/// Whether a lower-case name looks like exposure; a suggestion, never a role.
pub(crate) fn looks_like_exposure(lower: &str) -> bool {
    let words = ["impression", "click", "grp", "views", "reach", "sends", "newsletter"];
    words.iter().any(|word| lower.contains(word)) || lower.ends_with("_i")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stems() {
        for name in ["tv_spend", "spend_tv", "tv_cost", "cost_tv", "tv_SPEND"] {
            assert_eq!(spend_stem(name), Some("tv"), "{name}");
        }
        assert_eq!(spend_stem("fernsehen_für_kinder_spend"), Some("fernsehen_für_kinder"));
        for name in ["spend", "_spend", "spend_", "tv_spends", "tv_S", "total_spend", "cost_per_click", "é"]
        {
            assert_eq!(spend_stem(name), None, "{name}");
        }
        assert_eq!(exposure_stem("TV_GRPs"), Some("TV"));
        assert_eq!(exposure_stem("tv_impression"), None);
    }

    #[test]
    fn controls_by_word_not_by_letters() {
        for name in [
            "price",
            "price_index",
            "Promo",
            "events",
            "event_1",
            "event2",
            "competitor_sales_B",
            "x_control",
        ] {
            assert!(is_control(name), "{name}");
        }
        for name in ["enterprise", "preventive", "t", "dayofyear", "control"] {
            assert!(!is_control(name), "{name}");
        }
    }
}
