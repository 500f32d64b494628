//! Can data like these tell? The answer in tables and words, within 80 columns.

use crate::report::{DataReport, Recovered, Recovery, WhatIf, WhatIfKind};
use crate::show::table::{layout, wrap};
use crate::words::numbers::{clean, percent, ratio};

/// Share told below which a return stays an assumption, as in a fit's verdict `prior`.
const LITTLE: f64 = 0.36;

/// Blocks of lines.
pub(super) fn blocks(found: &Recovery, data: &DataReport) -> Vec<Vec<String>> {
    let mut blocks = vec![header(found, data), by_channel(found)];
    if !found.what_ifs.is_empty() {
        blocks.push(what_ifs(found));
    }
    blocks.push(words(found));
    blocks
}

fn header(found: &Recovery, data: &DataReport) -> Vec<String> {
    let text = format!(
        "{}: {} worlds drawn from the fit, with your spend and controls, and fitted again. They obey the model: what \
         it lacks, such as demand no column shows, comes on top of these errors.",
        clean(&data.file),
        found.worlds
    );
    wrap("", 0, &text)
}

fn share(x: Option<f64>) -> String {
    x.map_or("–".into(), percent)
}

fn by_channel(found: &Recovery) -> Vec<String> {
    let mut rows = vec![
        ["Channel", "True return", "Error", "Told by the data", "Inside 90 %"].map(str::to_owned).to_vec(),
    ];
    rows.extend(found.channels.iter().map(|c| {
        let inside = format!("{} of {}", c.covered, found.worlds);
        vec![clean(&c.channel), ratio(c.truth), share(c.error), share(c.told), inside]
    }));
    layout(&rows)
}

fn title(what_if: &WhatIf) -> String {
    match what_if.kind {
        WhatIfKind::TwoMoreYears => "2 more years".into(),
        WhatIfKind::TwiceTheGeos => "twice the geos".into(),
        WhatIfKind::OneTest => "one test".into(),
    }
}

fn what_ifs(found: &Recovery) -> Vec<String> {
    let mut header = vec!["Told, error".to_owned(), "as it is".into()];
    header.extend(found.what_ifs.iter().map(title));
    let cell = |c: &Recovered| format!("{}, {}", share(c.told), share(c.error));
    let mut rows = vec![header];
    for (i, channel) in found.channels.iter().enumerate() {
        let mut row = vec![clean(&channel.channel), cell(channel)];
        row.extend(found.what_ifs.iter().map(|w| cell(&w.channels[i])));
        rows.push(row);
    }
    layout(&rows)
}

fn words(found: &Recovery) -> Vec<String> {
    let mut lines = vec![
        "Error is how far the estimate is from the truth, on average, as a share of the mean truth. Told is the share \
         of the variance of what was believed of the return (its logarithm) that the data take away."
            .to_owned(),
    ];
    let little: Vec<String> = found
        .channels
        .iter()
        .filter(|c| c.told.is_some_and(|told| told < LITTLE))
        .map(|c| clean(&c.channel))
        .collect();
    if !little.is_empty() {
        lines.push(format!(
            "Data like these cannot tell what {} return: that stays mostly assumption.",
            little.join(", ")
        ));
    }
    let tested = found.what_ifs.iter().find(|w| w.kind == WhatIfKind::OneTest);
    if let Some(channel) = tested.and_then(|w| w.channel.as_ref()) {
        lines.push(format!(
            "The test is of {}, whose value is known least, and measures its ROI to ±15 %.",
            clean(channel)
        ));
    }
    if found.not_converged > 0 {
        lines.push(format!("The chains of {} of {} refits disagree.", found.not_converged, found.worlds));
    }
    lines.iter().flat_map(|line| wrap("- ", 2, line)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::testdata;
    use crate::show::table::width;

    fn recovered(name: &str, told: f64) -> Recovered {
        Recovered { channel: name.into(), truth: 1.5, error: Some(0.4), covered: 18, told: Some(told) }
    }

    #[test]
    fn every_line_fits_and_a_channel_that_stays_assumed_is_named() {
        let channels =
            vec![recovered("tv", 0.7), recovered("a channel with a name of forty characters", 0.1)];
        let what_if = |kind, channel| WhatIf { kind, channel, not_converged: 0, channels: channels.clone() };
        let found = Recovery {
            worlds: 20,
            not_converged: 1,
            channels: channels.clone(),
            what_ifs: vec![
                what_if(WhatIfKind::TwoMoreYears, None),
                what_if(WhatIfKind::TwiceTheGeos, None),
                what_if(WhatIfKind::OneTest, Some("tv".into())),
            ],
        };
        let data = testdata::Parts::new().fit().run.data;
        let lines: Vec<String> = blocks(&found, &data).concat();
        let text = lines.join("\n");
        assert!(lines.iter().all(|l| l.chars().count() <= width()), "{text}");
        let said = "cannot tell what a channel with a name";
        assert!(text.contains(said) && !text.contains("what tv return"), "{text}");
        assert!(text.contains("18 of 20") && text.contains("1 of 20 refits"), "{text}");
        assert!(text.contains("twice the geos") && text.contains("The test is of tv"), "{text}");
    }
}
