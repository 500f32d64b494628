//! Where a draws column such as `geo_factor[tv,north]` belongs: its variable and its place along named dimensions.

use std::collections::BTreeMap;

#[cfg(feature = "netcdf")]
use crate::report::Fit;

/// A dimension's name with the labels along it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Dimension {
    /// Such as `channel`.
    pub name: String,
    /// In order.
    pub labels: Vec<String>,
}

/// A variable with its columns: `columns[i]` is that of the i-th place, row-major over `dimensions`; `None` where the
/// fit has none, such as the return of a channel without spend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Variable {
    /// Such as `roi`.
    pub name: String,
    /// Beside chain and draw.
    pub dimensions: Vec<Dimension>,
    /// Names of the draws columns.
    pub columns: Vec<Option<String>>,
}

/// The names that a fit gives to things.
pub(crate) struct Labels {
    channels: Vec<String>,
    controls: Vec<String>,
    geos: Vec<String>,
}

impl Labels {
    /// Those of a fit.
    #[cfg(feature = "netcdf")]
    pub fn of(fit: &Fit) -> Labels {
        Labels {
            channels: fit.channels.iter().map(|c| c.name.clone()).collect(),
            controls: fit.run.roles.controls.clone(),
            geos: fit.run.data.geo_names.clone(),
        }
    }

    /// Sorts columns into variables, in the order of their names.
    pub fn variables<'a>(&self, columns: impl Iterator<Item = &'a str>) -> Vec<Variable> {
        let mut of: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for column in columns {
            match column.strip_suffix(']').and_then(|c| c.split_once('[')) {
                Some((name, place)) => of.entry(name).or_default().push(place),
                None => of.entry(column).or_default().push(""),
            }
        }
        of.into_iter().map(|(name, places)| self.variable(name, &places)).collect()
    }

    fn variable(&self, name: &str, places: &[&str]) -> Variable {
        if places == [""] {
            return Variable { name: name.into(), dimensions: vec![], columns: vec![Some(name.into())] };
        }
        let dimensions = self.dimensions(name, places);
        let known = |place: &String| places.contains(&place.as_str());
        let columns = combinations(&dimensions)
            .into_iter()
            .map(|place| known(&place).then(|| format!("{name}[{place}]")))
            .collect();
        Variable { name: name.into(), dimensions, columns }
    }

    fn dimensions(&self, name: &str, places: &[&str]) -> Vec<Dimension> {
        let named = |name: &str, labels: &[String]| Dimension { name: name.into(), labels: labels.to_vec() };
        let channel = named("channel", &self.channels);
        let control = named("control", &self.controls);
        let geo = named("geo", &self.geos);
        // Geos, controls and channels may share names: a variable is asked for what it is of.
        let tried = match name {
            "control" => [vec![control.clone()], vec![channel.clone()], vec![geo.clone()]],
            "sigma" => [vec![geo.clone()], vec![channel.clone()], vec![control.clone()]],
            _ => [vec![channel.clone()], vec![control.clone()], vec![geo.clone()]],
        };
        let pairs = [vec![channel, geo.clone()], vec![control, geo]];
        for dimensions in tried.into_iter().chain(pairs) {
            let all = combinations(&dimensions);
            if places.iter().all(|place| all.iter().any(|known| known == place)) {
                return dimensions;
            }
        }
        let own = match name {
            "weekly" => "date".to_owned(),
            "trend" => "trend_knot".to_owned(),
            "season" => "season_term".to_owned(),
            other => format!("{other}_dim"),
        };
        vec![Dimension { name: own, labels: places.iter().map(|place| (*place).to_owned()).collect() }]
    }
}

/// Every place along the dimensions as columns write it, row-major.
fn combinations(dimensions: &[Dimension]) -> Vec<String> {
    let mut all = vec![String::new()];
    for dimension in dimensions {
        let join = |before: &String, label: &String| match before.as_str() {
            "" => label.clone(),
            before => format!("{before},{label}"),
        };
        all = all.iter().flat_map(|before| dimension.labels.iter().map(move |l| join(before, l))).collect();
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels() -> Labels {
        let own = |names: &[&str]| names.iter().map(|n| (*n).to_owned()).collect();
        Labels {
            channels: own(&["tv", "news, print"]),
            controls: own(&["price"]),
            geos: own(&["north", "tv"]),
        }
    }

    #[test]
    fn columns_find_their_places() {
        let columns = [
            "sigma[north]",
            "sigma[tv]",
            "roi[tv]",
            "geo_factor[news, print,tv]",
            "control[price]",
            "weekly[2024-01-01]",
            "weekly[2024-01-08]",
            "trend[1]",
            "intercept",
        ];
        let variables = labels().variables(columns.into_iter());
        let of = |name: &str| variables.iter().find(|v| v.name == name).unwrap();
        let dims = |name: &str| of(name).dimensions.iter().map(|d| d.name.clone()).collect::<Vec<_>>();
        assert_eq!(dims("sigma"), ["geo"]);
        assert_eq!(dims("roi"), ["channel"]);
        assert_eq!(of("roi").columns, [Some("roi[tv]".into()), None]);
        assert_eq!(dims("geo_factor"), ["channel", "geo"]);
        assert_eq!(of("geo_factor").columns[3], Some("geo_factor[news, print,tv]".into()));
        assert_eq!(dims("control"), ["control"]);
        assert_eq!(of("weekly").dimensions[0].labels, ["2024-01-01", "2024-01-08"]);
        assert_eq!(dims("trend"), ["trend_knot"]);
        assert_eq!(dims("intercept"), Vec::<String>::new());
        // None is lost.
        let placed = variables.iter().flat_map(|v| v.columns.iter().flatten()).count();
        assert_eq!(placed, columns.len());
    }
}
