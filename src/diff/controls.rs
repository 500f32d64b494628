//! Reliabilities of controls that differ between two fits, in words.

use super::inputs::Difference;

/// The control whose reliability a setting is about, or whether it was assumed.
pub(crate) fn control_of(d: &Difference) -> Option<(&str, &str)> {
    d.key.strip_prefix("controls.")?.rsplit_once('.')
}

/// Reliabilities that differ, one line a control: whether one was assumed belongs to its number.
pub(crate) fn reliabilities(config: &[Difference]) -> Vec<String> {
    let mut lines = Vec::new();
    let mut seen = Vec::new();
    for (control, _) in config.iter().filter_map(control_of) {
        if seen.contains(&control) {
            continue;
        }
        seen.push(control);
        let find = |what: &str| config.iter().find(|d| control_of(d) == Some((control, what)));
        let side = |of: fn(&Difference) -> Option<&String>| {
            let number = find("reliability").and_then(of).map(String::as_str);
            let assumed = find("assumed").and_then(of).is_some_and(|told| told == "true");
            (number, assumed)
        };
        let words = |(number, assumed): (Option<&str>, bool)| match (find("reliability"), number) {
            (None, _) => if assumed { "assumed" } else { "given" }.to_owned(),
            (_, None) => "not set".to_owned(),
            (_, Some(number)) => format!("{number}{}", if assumed { " (assumed)" } else { "" }),
        };
        let (old, new) = (words(side(|d| d.old.as_ref())), words(side(|d| d.new.as_ref())));
        lines.push(format!("reliability of control {control}: {old} before, now {new}"));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(differences: &[(&str, Option<&str>, Option<&str>)]) -> Vec<String> {
        let of = |(key, old, new): &(&str, Option<&str>, Option<&str>)| Difference {
            key: format!("controls.{key}"),
            old: old.map(str::to_owned),
            new: new.map(str::to_owned),
        };
        reliabilities(&differences.iter().map(of).collect::<Vec<_>>())
    }

    #[test]
    fn a_reliability_is_told_with_whether_it_was_assumed() {
        let line = |words: &str| vec![format!("reliability of control query_index: {words}")];
        let (assumed, number) = ("query_index.assumed", "query_index.reliability");
        assert_eq!(told(&[(assumed, Some("true"), None)]), line("assumed before, now given"));
        assert_eq!(
            told(&[(assumed, Some("true"), None), (number, Some("0.8"), Some("0.9"))]),
            line("0.8 (assumed) before, now 0.9")
        );
        assert_eq!(
            told(&[(assumed, None, Some("true")), (number, None, Some("0.8"))]),
            line("not set before, now 0.8 (assumed)")
        );
        assert_eq!(told(&[(number, Some("0.7"), Some("0.9"))]), line("0.7 before, now 0.9"));
    }
}
