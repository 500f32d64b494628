//! What a world was asked for, channel by channel, and what is wrong with it.

use std::collections::BTreeSet;

use super::{AdstockShape, GeoTest, NoiseLevel, Of, SpendRule, World};
use crate::simulate::roster::{Role, geo_name, member};
use crate::words::nearest;

/// Geos that must stay untreated for a test to be read at all.
const UNTREATED: usize = 3;

impl World {
    /// Whether latent demand moves the spend of channel `c`.
    pub(in crate::simulate) fn follows_demand(&self, c: usize) -> bool {
        let (name, role) = member(c);
        match &self.confounded {
            None => role == Role::Search && self.spend_rule(c).is_none(),
            Some(names) => names.contains(&name),
        }
    }

    /// Whether the driver that is no column moves the spend of channel `c`.
    pub(in crate::simulate) fn follows_unseen_driver(&self, c: usize) -> bool {
        self.unseen_driver.contains(&member(c).0)
    }

    /// The rule that sets the budget of channel `c`.
    pub(in crate::simulate) fn spend_rule(&self, c: usize) -> Option<SpendRule> {
        wish(&self.spend_rules, c)
    }

    /// Whether something that no column shows drives both the spend of channel `c` and the outcome.
    pub(in crate::simulate) fn is_confounded(&self, c: usize) -> bool {
        self.follows_demand(c) && self.confounding > 0.0
            || self.follows_unseen_driver(c)
            || self.spend_rule(c) == Some(SpendRule::SalesShare)
    }

    /// The asked true return of channel `c`.
    pub(in crate::simulate) fn asked_roi(&self, c: usize) -> Option<f64> {
        wish(&self.roi, c)
    }

    /// The asked half-life of the carry-over of channel `c`, in weeks.
    pub(in crate::simulate) fn asked_half_life(&self, c: usize) -> Option<f64> {
        wish(&self.half_life, c)
    }

    /// The effect of channel `c` at the end of the data over that at the start.
    pub(in crate::simulate) fn asked_drift(&self, c: usize) -> f64 {
        wish(&self.drift, c).unwrap_or(1.0)
    }

    /// Whether `tests.csv` has a test of channel `c`.
    pub(in crate::simulate) fn is_tested(&self, c: usize) -> bool {
        self.tests.as_ref().is_none_or(|names| names.contains(&member(c).0))
    }

    /// What is wrong with the wishes, one line each.
    pub(in crate::simulate) fn problems_of_wishes(&self) -> Vec<String> {
        let mut problems = Vec::new();
        self.check_names(&mut problems);
        self.check_values(&mut problems);
        self.check_steering(&mut problems);
        if let Some(test) = &self.geo_test {
            self.check_geo_test(test, &mut problems);
        }
        problems
    }

    /// Every named channel exists and is named once.
    fn check_names(&self, problems: &mut Vec<String>) {
        let known: Vec<String> = (0..self.channels).map(|c| member(c).0).collect();
        let mut ask = |option: &str, names: Vec<&String>| {
            let mut seen = BTreeSet::new();
            for name in names {
                if !known.contains(name) {
                    let hint = match nearest(name, known.iter().map(String::as_str)) {
                        Some(near) => format!("did you mean `{near}`?"),
                        None => format!("the channels are {}", known.join(", ")),
                    };
                    problems.push(format!("{option} names `{name}`, which is no channel\nhint: {hint}"));
                } else if !seen.insert(name) {
                    problems.push(format!("{option} names `{name}` twice; keep one"));
                }
            }
        };
        ask("--confounded", self.confounded.iter().flatten().collect());
        ask("--unseen-driver", self.unseen_driver.iter().collect());
        ask("--spend-rule", self.spend_rules.iter().map(|w| &w.channel).collect());
        ask("--roi", self.roi.iter().map(|w| &w.channel).collect());
        ask("--half-life", self.half_life.iter().map(|w| &w.channel).collect());
        ask("--drift", self.drift.iter().map(|w| &w.channel).collect());
        ask("--tests", self.tests.iter().flatten().collect());
        ask("--geo-test", self.geo_test.iter().map(|t| &t.channel).collect());
    }

    fn check_values(&self, problems: &mut Vec<String>) {
        let mut within = |option: &str, wish: &Of<f64>, low: f64, high: f64| {
            if !(low..=high).contains(&wish.value) {
                let Of { channel, value } = wish;
                problems.push(format!("{option} of {channel} is {value}; it must be {low} to {high}"));
            }
        };
        self.roi.iter().for_each(|wish| within("--roi", wish, 0.0, 100.0));
        self.half_life.iter().for_each(|wish| within("--half-life", wish, 0.1, 104.0));
        self.drift.iter().for_each(|wish| within("--drift", wish, 0.05, 20.0));
        if let Some(se) = self.test_se.filter(|se| !(0.001..=5.0).contains(se)) {
            problems.push(format!("--test-se is {se}; it must be 0.001 to 5"));
        }
        let has_half_life = matches!(self.adstock, AdstockShape::Geometric | AdstockShape::Dual);
        if !self.half_life.is_empty() && !has_half_life {
            problems.push("--half-life needs --adstock geometric or dual: the others have none".to_owned());
        }
        let returns = (0..self.channels).any(|c| self.asked_roi(c).unwrap_or(1.0) > 0.0);
        if self.media_share.is_some() && !returns {
            problems.push("--media-share cannot hold when --roi is 0 for every channel".to_owned());
        }
    }

    /// No channel's spend follows two masters.
    fn check_steering(&self, problems: &mut Vec<String>) {
        if self.unseen_driver.len() == 1 {
            problems.push("--unseen-driver names one channel; it must be two or more".to_owned());
        }
        for Of { channel, value } in &self.spend_rules {
            let confounded = self.confounded.iter().flatten();
            if confounded.chain(&self.unseen_driver).any(|name| name == channel) {
                problems.push(format!(
                    "--spend-rule sets the budget of {channel}, and --confounded or --unseen-driver moves it; choose one"
                ));
            }
            let in_lockstep = [0, 2].iter().any(|c| member(*c).0 == *channel);
            if self.collinear && in_lockstep {
                problems.push(format!(
                    "--spend-rule sets the budget of {channel}, which --collinear ties to another; choose one"
                ));
            }
            if *value == SpendRule::SalesShare && matches!(self.noise, NoiseLevel::Signal(_)) {
                problems.push(format!(
                    "--signal cannot size the noise of sales that set the budget of {channel}; use --noise"
                ));
            }
        }
    }

    fn check_geo_test(&self, test: &GeoTest, problems: &mut Vec<String>) {
        let GeoTest { dose, geos, first_week, weeks, .. } = test;
        if !(0.0..=20.0).contains(dose) || *dose == 1.0 {
            problems.push(format!("--geo-test has dose {dose}; it must be 0 to 20 and not 1"));
        }
        if *geos == 0 || geos.saturating_add(UNTREATED) > self.geos {
            problems.push(format!(
                "--geo-test treats {geos} of {} geos; it must be at least 1 and leave {UNTREATED} untreated",
                self.geos
            ));
        }
        let mut seen = BTreeSet::new();
        for name in &test.named {
            if !(0..self.geos).any(|g| geo_name(g) == *name) {
                let (first, last) = (geo_name(0), geo_name(self.geos.saturating_sub(1)));
                problems.push(format!("--geo-test names geo `{name}`; they are {first} to {last}"));
            } else if !seen.insert(name) {
                problems.push(format!("--geo-test names geo `{name}` twice; once is enough"));
            }
        }
        if *weeks == 0 || first_week.saturating_add(*weeks) > self.weeks {
            problems.push(format!(
                "--geo-test runs for {weeks} weeks from week {first_week}; it must lie within the {} weeks of the data, counted from 0",
                self.weeks
            ));
        }
    }
}

fn wish<T: Copy>(wishes: &[Of<T>], c: usize) -> Option<T> {
    let name = member(c).0;
    wishes.iter().find(|wish| wish.channel == name).map(|wish| wish.value)
}
