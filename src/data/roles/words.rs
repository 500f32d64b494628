//! Conventional column names and the roles they stand for.

use crate::config::OutcomeKind;

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

/// Words of columns that count things.
const COUNTED: [&str; 31] = [
    "account",
    "application",
    "booking",
    "client",
    "contract",
    "conversion",
    "count",
    "customer",
    "deal",
    "download",
    "enquiry",
    "inquiry",
    "install",
    "installation",
    "lead",
    "order",
    "policy",
    "purchase",
    "qty",
    "quantity",
    "quote",
    "registration",
    "session",
    "signup",
    "subscriber",
    "subscription",
    "ticket",
    "transaction",
    "unit",
    "user",
    "visit",
];
/// Words of columns that are money, whatever else stands beside them.
const MONEY: [&str; 12] = [
    "amount", "billing", "gmv", "income", "margin", "profit", "revenue", "takings", "turnover", "umsatz",
    "value", "proceeds",
];
/// Currency codes and signs that only name a unit.
const UNITS: [&str; 10] = ["eur", "euro", "usd", "dollar", "gbp", "pound", "chf", "jpy", "cad", "aud"];

/// Whether a word is one of a list, in singular or plural.
fn is_one_of(word: &str, list: &[&str]) -> bool {
    let singular = word.strip_suffix("ies").map(|stem| format!("{stem}y"));
    list.iter().any(|known| {
        word == *known || word.strip_suffix('s') == Some(*known) || singular.as_deref() == Some(*known)
    })
}

/// The words of a name in lower case, without what stands in brackets and without currencies.
pub(crate) fn parts(name: &str) -> Vec<String> {
    let mut depth = 0_usize;
    let outside = |c: char| {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            _ => return if depth == 0 { c } else { ' ' },
        }
        ' '
    };
    let plain: String = name.chars().map(outside).collect::<String>().to_lowercase();
    let words = plain.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty());
    words.filter(|word| !is_one_of(word, &UNITS)).map(str::to_owned).collect()
}

/// What an outcome's name says of its unit; `None` when it says nothing.
pub(crate) fn outcome_kind(name: &str) -> Option<OutcomeKind> {
    let parts = parts(name);
    let has = |list: &[&str]| parts.iter().any(|part| is_one_of(part, list));
    if has(&MONEY) {
        Some(OutcomeKind::Revenue)
    } else if has(&COUNTED) || COUNT.fits(name) || all_words(name).iter().any(|w| is_one_of(w, &COUNTED)) {
        Some(OutcomeKind::Count)
    } else if has(&["sale"]) {
        Some(OutcomeKind::Revenue)
    } else {
        None
    }
}

/// Whether a name says that a column holds money, as `revenue` does and `sales` does not.
pub(crate) fn says_money(name: &str) -> bool {
    let all = all_words(name);
    all.iter().any(|word| is_one_of(word, &MONEY) || is_one_of(word, &UNITS))
}

/// Every word of a name in lower case, also those in brackets.
fn all_words(name: &str) -> Vec<String> {
    name.to_lowercase().split(|c: char| !c.is_alphanumeric()).map(str::to_owned).collect()
}

/// Whether the words of a name, none of which a role is known by exactly, are those of an outcome.
pub(crate) fn is_outcome_by_words(name: &str) -> bool {
    let parts = parts(name);
    let lower = name.to_lowercase();
    let is_rate =
        parts.iter().any(|part| matches!(part.as_str(), "per" | "rate" | "avg" | "average" | "index"));
    let is_other = is_rate || is_control(name) || looks_like_spend(&lower) || looks_like_exposure(&lower);
    !is_other && outcome_kind(name).is_some() && !is_revenue_per_outcome(&lower)
}

/// Words of spend that is no media: a competitor's, and what goods cost.
const NO_MEDIA: [&str; 19] = [
    "cogs",
    "competition",
    "competitor",
    "delivery",
    "freight",
    "fulfillment",
    "fulfilment",
    "goods",
    "labor",
    "labour",
    "logistics",
    "material",
    "packaging",
    "personnel",
    "product",
    "production",
    "rent",
    "shipping",
    "staff",
];

/// Whether the stem of a spend column says that it is not one's own media.
fn is_no_media(parts: &[String]) -> bool {
    let competes = parts.iter().any(|part| is_one_of(part, &["competitor", "competition"]));
    let is_media = parts.iter().any(|part| MEDIA.contains(&part.as_str()));
    competes || (!is_media && parts.iter().any(|part| is_one_of(part, &NO_MEDIA)))
}

/// Whether a column of spend is not one's own media by its name.
pub(crate) fn is_other_spend(name: &str) -> bool {
    is_no_media(&parts(name))
}

/// Words of figures made from the outcome, or from others of the file: explained by them, they explain nothing.
const DERIVED: [&str; 12] =
    ["acos", "cac", "cpa", "cpc", "cpm", "ctr", "cvr", "fitted", "forecast", "predicted", "roas", "yhat"];
/// Words of a place in the file or in the calendar, which the model has already.
const PLACES: [&str; 16] = [
    "day", "dow", "id", "index", "iso", "month", "no", "number", "of", "quarter", "row", "trend", "unnamed",
    "week", "weekday", "year",
];

/// Whether a column without a role is none to suggest one for.
pub(crate) fn is_no_role(name: &str) -> bool {
    let parts = parts(name);
    let is_place =
        |part: &String| PLACES.contains(&part.as_str()) || part.chars().all(|c| c.is_ascii_digit());
    parts.iter().any(|part| DERIVED.contains(&part.as_str())) || parts.iter().all(is_place)
}

/// Whether a name says that a column adds up others.
pub(crate) fn is_total(name: &str) -> bool {
    parts(name).iter().any(|part| matches!(part.as_str(), "total" | "totals" | "all" | "overall"))
}

/// The channel in the words of a spend column: `TV Spend (EUR)` → `tv`, `Google Ads Cost` → `google_ads`.
pub(crate) fn spend_stem_by_words(name: &str) -> Option<String> {
    let parts = parts(name);
    let is_affix =
        |word: &String| matches!(word.as_str(), "spend" | "spends" | "spending" | "cost" | "costs");
    let rest = match (parts.first(), parts.last()) {
        (_, Some(last)) if is_affix(last) => &parts[..parts.len() - 1],
        (Some(first), _) if is_affix(first) => &parts[1..],
        _ => return None,
    };
    let is_total = rest.iter().any(|w| matches!(w.as_str(), "total" | "all" | "per" | "unit"))
        || matches!(rest, [one] if matches!(one.as_str(), "media" | "marketing" | "ad" | "advertising"));
    (!rest.is_empty() && !is_total && !is_no_media(rest)).then(|| rest.join("_"))
}

/// The channel in the words of an exposure column: `TV GRPs` → `tv`.
pub(crate) fn exposure_stem_by_words(name: &str) -> Option<String> {
    let parts = parts(name);
    let (last, rest) = parts.split_last()?;
    (!rest.is_empty() && is_one_of(last, &["impression", "click", "grp"])).then(|| rest.join("_"))
}

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
    (!is_total && !lower.starts_with("per_") && !is_no_media(&parts(stem))).then_some(stem)
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

/// Words of media.
const MEDIA: [&str; 25] = [
    "ad",
    "ads",
    "adwords",
    "affiliate",
    "affiliates",
    "bing",
    "display",
    "facebook",
    "google",
    "influencer",
    "instagram",
    "meta",
    "ooh",
    "podcast",
    "print",
    "programmatic",
    "radio",
    "sem",
    "snapchat",
    "social",
    "tiktok",
    "tv",
    "video",
    "youtube",
    "pinterest",
];

/// Whether a name speaks of media without saying whether it is spend or exposure; a suggestion, never a role.
pub(crate) fn looks_like_media(name: &str) -> bool {
    let parts = parts(name);
    let is_measure =
        parts.iter().any(|p| matches!(p.as_str(), "index" | "trend" | "trends" | "query" | "volume"));
    !is_measure && !is_control(name) && parts.iter().any(|part| MEDIA.contains(&part.as_str()))
}

/// Whether a lower-case name looks like exposure; a suggestion, never a role.
pub(crate) fn looks_like_exposure(lower: &str) -> bool {
    let words = ["impression", "click", "grp", "views", "reach", "sends", "newsletter"];
    words.iter().any(|word| lower.contains(word)) || lower.ends_with("_i")
}

/// Words of columns that media bring about on the way to the outcome.
const ON_THE_WAY: [&str; 13] = [
    "awareness",
    "branded",
    "clicks",
    "engagement",
    "followers",
    "footfall",
    "installs",
    "leads",
    "searches",
    "sessions",
    "traffic",
    "visits",
    "visitors",
];

/// Whether a name says that media bring the column about.
pub(crate) fn is_on_the_way(name: &str) -> bool {
    let lower = name.to_lowercase();
    lower.split(|c: char| !c.is_alphanumeric()).any(|part| ON_THE_WAY.contains(&part))
}

/// Whether a column without a role may be something that drives the outcome: neither media, nor what media bring
/// about, nor another outcome.
pub(crate) fn is_driver_by_name(name: &str) -> bool {
    let lower = name.to_lowercase();
    let is_media = looks_like_spend(&lower) || looks_like_exposure(&lower);
    !(is_media || is_on_the_way(name) || OUTCOME.fits(name) || is_outcome_by_words(name))
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
    fn what_others_spend_and_what_goods_cost_is_no_channel() {
        for name in
            ["competitor_spend", "Competitor Ad Spend", "product_cost", "shipping_cost", "cost_of_goods"]
        {
            assert_eq!((spend_stem(name), spend_stem_by_words(name)), (None, None), "{name}");
        }
        assert!(is_control("competitor_spend") && !is_control("shipping_cost"));
        assert_eq!(spend_stem("google_product_cost"), Some("google_product"));
        for name in ["Unnamed: 0", "week_number", "year", "trend", "roas", "yhat", "cpc_search"] {
            assert!(is_no_role(name), "{name}");
        }
        for name in ["query_index", "weather", "month_end_sale", "daylight"] {
            assert!(!is_no_role(name), "{name}");
        }
    }

    #[test]
    fn roles_by_words_whatever_case_and_spaces() {
        let stem = |name: &str| spend_stem_by_words(name);
        assert_eq!(stem("TV Spend (EUR)").as_deref(), Some("tv"));
        assert_eq!(stem("Google Ads Cost").as_deref(), Some("google_ads"));
        assert_eq!(stem("Costs: Paid Social [USD]").as_deref(), Some("paid_social"));
        for name in ["Cost per Click", "Total Media Spend", "Spend", "Marketing Spend", "Unit Cost", "price"]
        {
            assert_eq!(stem(name), None, "{name}");
        }
        assert_eq!(exposure_stem_by_words("TV GRPs").as_deref(), Some("tv"));
        for name in
            ["Net Sales", "app_downloads", "New Customers", "lead_created_count", "Gross Revenue (EUR)"]
        {
            assert!(is_outcome_by_words(name), "{name}");
        }
        for name in ["competitor_sales_B", "revenue_per_order", "Order Rate", "search_clicks", "weather"] {
            assert!(!is_outcome_by_words(name), "{name}");
        }
    }

    #[test]
    fn a_name_tells_money_from_counts_or_nothing() {
        for name in [
            "installs",
            "Leads",
            "bookings",
            "units_sold",
            "customers",
            "transactions",
            "app_downloads",
            "inquiries",
            "unit_sales",
        ] {
            assert_eq!(outcome_kind(name), Some(OutcomeKind::Count), "{name}");
        }
        for name in ["revenue", "Net Sales", "order_value", "umsatz_eur", "gross_margin"] {
            assert_eq!(outcome_kind(name), Some(OutcomeKind::Revenue), "{name}");
        }
        for name in ["kpi", "y", "outcome", "target"] {
            assert_eq!(outcome_kind(name), None, "{name}");
        }
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
