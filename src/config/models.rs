//! A file of models: settings that differ, a table each.

use serde::Deserialize;

use super::keys;
use super::raw::RawConfig;
use crate::error::Error;

/// Reads a file whose every table, `[NAME]`, has the keys of settings files below it; `file` is its name in messages.
///
/// # Errors
/// When the text is not TOML, and for keys that do not exist or hold the wrong type.
pub fn parse_models(file: &str, text: &str) -> Result<Vec<(String, RawConfig)>, Error> {
    keys::check_named(file, text)?;
    let tables: toml::Table = toml::from_str(text).map_err(|error| keys::located(file, text, &error))?;
    let read = |(name, value): (String, toml::Value)| match RawConfig::deserialize(value) {
        Ok(raw) => Ok((name, raw)),
        Err(error) => Err(Error::Config {
            file: Some(file.to_owned()),
            line: None,
            problem: format!("model `{name}`: {}", error.message().trim_end().replace('\n', "; ")),
            hint: None,
        }),
    };
    tables.into_iter().map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Adstock, SaturationFamily};

    #[test]
    fn every_table_is_a_model_in_its_order() {
        let text =
            "[late.model]\nadstock = { kind = 'pascal', r = 2 }\n[a.channels.tv]\nsaturation = 'root:0.5'\n";
        let models = parse_models("models.toml", text).unwrap();
        let names: Vec<&str> = models.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["late", "a"]);
        assert_eq!(models[0].1.model.adstock, Some(Adstock::Pascal { r: 2 }));
        assert_eq!(models[1].1.channels["tv"].saturation, Some(SaturationFamily::Root { p: 0.5 }));
    }

    #[test]
    fn what_no_model_can_say_is_refused_by_its_place() {
        let says = |text: &str| {
            let error = parse_models("models.toml", text).unwrap_err();
            format!("{error}; {}", error.hint().unwrap_or_default())
        };
        let unknown = says("[late.model]\nadstok = 1\n");
        assert!(unknown.contains("adstok") && unknown.contains("did you mean `adstock`?"), "{unknown}");
        assert!(unknown.contains('2'), "the line: {unknown}");
        assert!(says("late = 3").contains("`late` is no table"));
        let family = says("[late.model]\nsaturation = 'logistc'\n");
        assert!(family.contains("model `late`") && family.contains("did you mean `logistic`?"), "{family}");
    }
}
