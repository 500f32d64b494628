//! The columns of the file that have a meaning.

/// Columns that mean something.
pub(super) const KNOWN: [&str; 17] = [
    "channel",
    "start",
    "end",
    "readout_end",
    "geos",
    "multiplier",
    "spend_change",
    "usual_spend",
    "lift",
    "roi",
    "se",
    "low",
    "high",
    "level",
    "population_share",
    "id",
    "method",
];

/// A known column by its own spelling, any other as written.
pub(super) fn spelling(name: &str) -> String {
    let known = KNOWN.iter().find(|known| known.eq_ignore_ascii_case(name.trim()));
    known.map_or_else(|| name.trim().to_owned(), |known| (*known).to_owned())
}
