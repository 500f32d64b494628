//! Which response curves answer a request: a channel that is named with a geo is planned geo by geo.

use super::amount::Amount;
use super::change::Change;
use super::placed::{Placed, PlacedGroup, Step};
use super::request::{LOCKED, PlanRequest};
use super::request_error::RequestError;
use super::target::{Names, Target};

/// What one response curve stands for; by index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slot {
    /// A channel in all geos.
    Channel(usize),
    /// A channel in one geo.
    Geo(usize, usize),
}

impl Slot {
    /// The channel.
    pub fn channel(self) -> usize {
        match self {
            Slot::Channel(c) | Slot::Geo(c, _) => c,
        }
    }
}

/// Which channels are planned by geo.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Split {
    /// Those that a question names with a geo.
    #[default]
    AsAsked,
    /// All of them.
    All,
}

impl Names<'_> {
    /// One curve for each of the channels `planned`, or one a geo for those that some request names with a geo.
    /// `split` asks for all of them.
    pub fn slots(&self, planned: &[usize], requests: &[&PlanRequest], split: Split) -> Vec<Slot> {
        let mut by_geo = vec![split == Split::All && !self.geos.is_empty(); self.channels.len()];
        let named = requests.iter().flat_map(|request| request.all_targets());
        named.filter(|target| target.geo.is_some()).for_each(|target| by_geo[target.channel] = true);
        let of = |&c: &usize| -> Vec<Slot> {
            if by_geo[c] {
                (0..self.geos.len()).map(|g| Slot::Geo(c, g)).collect()
            } else {
                vec![Slot::Channel(c)]
            }
        };
        planned.iter().flat_map(of).collect()
    }

    /// What a request says of these slots. What is said of a channel that is planned by geo holds for its geos
    /// together: changes are split by today's spend, bounds become a group, a lock holds in every geo.
    /// `spend` is today's spend of each slot.
    ///
    /// # Errors
    /// [`RequestError::NoSpend`] for a channel that no slot is about.
    pub fn place(
        &self,
        request: &PlanRequest,
        slots: &[Slot],
        spend: &[f64],
    ) -> Result<Placed, RequestError> {
        let of = |target: Target| {
            let members = Members::of(target, slots, spend);
            let nothing = || RequestError::NoSpend { channel: self.label(&target) };
            if members.slots.is_empty() { Err(nothing()) } else { Ok(members) }
        };
        let mut placed = Placed::default();
        for typed in &request.changes {
            match typed.change {
                Change::Set { target, to } => placed.steps.extend(
                    of(target)?.shares().map(|(curve, share)| Step::Set { curve, to: part(to, share) }),
                ),
                Change::Shift { from, to, amount } => {
                    let receivers = of(to)?;
                    for (from, given) in of(from)?.shares() {
                        for (to, taken) in receivers.shares() {
                            let amount = match amount {
                                Amount::Multiple(share) => Amount::Multiple(share * taken),
                                other => part(part(other, given), taken),
                            };
                            placed.steps.push(Step::Shift { from, to, amount });
                        }
                    }
                }
            }
        }
        for &(target, range) in &request.bounds {
            match &of(target)?.slots[..] {
                [one] => placed.bounds.push((*one, range)),
                all if range == LOCKED => placed.bounds.extend(all.iter().map(|slot| (*slot, range))),
                all => placed.groups.push(PlacedGroup {
                    name: format!("{}, all geos", self.channels[target.channel]),
                    curves: all.to_vec(),
                    range,
                }),
            }
        }
        for group in &request.groups {
            let mut curves = Vec::new();
            for member in &group.members {
                curves.extend(of(*member)?.slots);
            }
            placed.groups.push(PlacedGroup { name: group.name.clone(), curves, range: group.range });
        }
        Ok(placed)
    }
}

/// The slots that a target stands for, with today's spend of each.
struct Members {
    slots: Vec<usize>,
    spend: Vec<f64>,
}

impl Members {
    fn of(wanted: Target, slots: &[Slot], spend: &[f64]) -> Members {
        let meant = |slot: &Slot| match wanted.geo {
            None => slot.channel() == wanted.channel,
            Some(geo) => *slot == Slot::Geo(wanted.channel, geo),
        };
        let slots: Vec<usize> = (0..slots.len()).filter(|i| meant(&slots[*i])).collect();
        Members { spend: slots.iter().map(|i| spend[*i]).collect(), slots }
    }

    /// Each slot that spends, with its share; the only slot whatever it spends.
    fn shares(&self) -> impl Iterator<Item = (usize, f64)> {
        let total: f64 = self.spend.iter().sum();
        let only = self.slots.len() == 1;
        let shares = self.slots.iter().zip(&self.spend);
        shares
            .map(move |(slot, spend)| (*slot, if only { 1.0 } else { spend / total }))
            .filter(|(_, share)| *share > 0.0)
    }
}

/// A share of an amount of currency; multiples are of each slot's own spend.
fn part(amount: Amount, share: f64) -> Amount {
    match amount {
        Amount::Multiple(m) => Amount::Multiple(m),
        Amount::PerWeek(x) => Amount::PerWeek(x * share),
        Amount::Total(x) => Amount::Total(x * share),
    }
}

#[cfg(test)]
mod tests {
    use super::super::request::RawRequest;
    use super::*;

    const GEOS: [&str; 2] = ["north", "south"];

    fn placed(raw: &RawRequest<'_>, split: Split) -> (Vec<Slot>, Placed) {
        let names = Names { channels: vec!["tv", "search"], geos: GEOS.to_vec() };
        let request = PlanRequest::parse(raw, &names).unwrap();
        let slots = names.slots(&[0, 1], &[&request], split);
        let spend: Vec<f64> = (0..slots.len()).map(|i| (i + 1) as f64).collect();
        let placed = names.place(&request, &slots, &spend).unwrap();
        (slots, placed)
    }

    fn list(text: &str) -> Vec<String> {
        vec![text.to_owned()]
    }

    #[test]
    fn only_what_is_named_by_geo_is_split() {
        let (set, pause) = (list("tv@south=+50%"), list("search"));
        let raw = RawRequest { set: &set, pause: &pause, ..RawRequest::default() };
        let (slots, placed) = placed(&raw, Split::AsAsked);
        assert_eq!(slots, [Slot::Geo(0, 0), Slot::Geo(0, 1), Slot::Channel(1)]);
        let set = |curve, m| Step::Set { curve, to: Amount::Multiple(m) };
        assert_eq!(placed.steps, [set(1, 1.5), set(2, 0.0)]);
    }

    #[test]
    fn what_is_said_of_a_channel_holds_for_its_geos_together() {
        // Spends 1, 2 (tv) and 3, 4 (search).
        let (set, bound, lock) = (list("tv=30/week"), list("search=0.9..1.1"), list("tv"));
        let raw = RawRequest { set: &set, bound: &bound, lock: &lock, ..RawRequest::default() };
        let (slots, placed) = placed(&raw, Split::All);
        assert_eq!(slots.len(), 4);
        let set = |curve, x| Step::Set { curve, to: Amount::PerWeek(x) };
        assert_eq!(placed.steps, [set(0, 10.0), set(1, 20.0)]);
        assert_eq!(placed.bounds.iter().map(|b| b.0).collect::<Vec<_>>(), [0, 1]);
        let group = &placed.groups[0];
        assert_eq!((group.name.as_str(), &group.curves[..]), ("search, all geos", &[2, 3][..]));
    }

    #[test]
    fn a_shift_between_channels_moves_what_was_asked() {
        let shift = list("tv:search:10%");
        let (_, placed) = placed(&RawRequest { shift: &shift, ..RawRequest::default() }, Split::All);
        let moved: f64 = placed
            .steps
            .iter()
            .map(|step| match step {
                Step::Shift { from, amount: Amount::Multiple(m), .. } => m * (*from as f64 + 1.0),
                _ => f64::NAN,
            })
            .sum();
        assert!((moved - 0.1 * 3.0).abs() < 1e-12);
    }

    #[test]
    fn a_channel_without_a_curve_is_named() {
        let names = Names { channels: vec!["tv", "gone"], geos: Vec::new() };
        let set = list("gone=1.2x");
        let request = PlanRequest::parse(&RawRequest { set: &set, ..RawRequest::default() }, &names).unwrap();
        let slots = names.slots(&[0], &[&request], Split::AsAsked);
        assert_eq!(
            names.place(&request, &slots, &[1.0]),
            Err(RequestError::NoSpend { channel: "gone".into() })
        );
    }
}
