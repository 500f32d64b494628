//! Questions by geo: a channel that is named with one is planned geo by geo.

use super::question::Question;
use super::request::{Amount, Change, GroupRange, PlanRequest};

/// The names that questions may use: every channel, and every `channel@geo` of a panel.
#[derive(Debug, Clone, PartialEq)]
pub struct Cells {
    channels: Vec<String>,
    geos: Vec<String>,
}

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

impl Cells {
    /// For channels and geos of a fit; one geo is none.
    pub fn new(channels: Vec<String>, geos: &[String]) -> Cells {
        Cells { channels, geos: if geos.len() > 1 { geos.to_vec() } else { Vec::new() } }
    }

    /// Names in the order of the indices that [`Cells::slots`] and [`Cells::place`] understand.
    pub fn names(&self) -> Vec<String> {
        let cells = self.channels.iter().flat_map(|c| self.geos.iter().map(move |g| format!("{c}@{g}")));
        self.channels.iter().cloned().chain(cells).collect()
    }

    fn slot(&self, name: usize) -> Slot {
        match name.checked_sub(self.channels.len()) {
            None => Slot::Channel(name),
            Some(cell) => Slot::Geo(cell / self.geos.len(), cell % self.geos.len()),
        }
    }

    /// One curve a channel, or one a geo for the channels that some question names with a geo. `split` asks
    /// for all of them.
    pub fn slots(&self, questions: &[&Question], split: Split) -> Vec<Slot> {
        let mut by_geo = vec![split == Split::All && !self.geos.is_empty(); self.channels.len()];
        for name in questions.iter().flat_map(|q| names_used(&q.request)) {
            if let Slot::Geo(c, _) = self.slot(name) {
                by_geo[c] = true;
            }
        }
        let of = |c: usize| -> Vec<Slot> {
            if by_geo[c] {
                (0..self.geos.len()).map(|g| Slot::Geo(c, g)).collect()
            } else {
                vec![Slot::Channel(c)]
            }
        };
        (0..self.channels.len()).flat_map(of).collect()
    }

    /// The question about these slots. What is said of a channel that is planned by geo holds for its geos
    /// together: changes are split by today's spend, bounds become a group, a lock holds in every geo.
    /// `spend` is today's spend of each slot.
    pub fn place(&self, question: &Question, slots: &[Slot], spend: &[f64]) -> Question {
        let of = |name: usize| Members::of(self.slot(name), slots, spend);
        let mut request = PlanRequest::default();
        for change in &question.request.changes {
            match *change {
                Change::Set { channel, to } => request.changes.extend(
                    of(channel)
                        .shares()
                        .map(|(slot, share)| Change::Set { channel: slot, to: part(to, share) }),
                ),
                Change::Shift { from, to, amount } => {
                    let receivers = of(to);
                    for (from, given) in of(from).shares() {
                        for (to, taken) in receivers.shares() {
                            let amount = match amount {
                                Amount::Multiple(share) => Amount::Multiple(share * taken),
                                other => part(part(other, given), taken),
                            };
                            request.changes.push(Change::Shift { from, to, amount });
                        }
                    }
                }
            }
        }
        for &(name, range) in &question.request.bounds {
            let members = of(name);
            let locked = range == (Some(Amount::Multiple(1.0)), Some(Amount::Multiple(1.0)));
            match &members.slots[..] {
                [one] => request.bounds.push((*one, range)),
                all if locked => request.bounds.extend(all.iter().map(|slot| (*slot, range))),
                all => request.groups.push(GroupRange {
                    name: format!("{}, all geos", self.channels[self.slot(name).channel()]),
                    channels: all.to_vec(),
                    range,
                }),
            }
        }
        for group in &question.request.groups {
            let channels = group.channels.iter().flat_map(|c| of(*c).slots).collect();
            request.groups.push(GroupRange { channels, ..group.clone() });
        }
        Question { request, ..question.clone() }
    }
}

/// Which channels are planned by geo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Split {
    /// Those that a question names with a geo.
    AsAsked,
    /// All of them.
    All,
}

/// The slots that a name stands for, with today's spend of each.
struct Members {
    slots: Vec<usize>,
    spend: Vec<f64>,
}

impl Members {
    fn of(wanted: Slot, slots: &[Slot], spend: &[f64]) -> Members {
        let meant = |slot: &Slot| match wanted {
            Slot::Channel(c) => slot.channel() == c,
            cell => *slot == cell,
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

fn names_used(request: &PlanRequest) -> Vec<usize> {
    let changes = request.changes.iter().flat_map(|change| match change {
        Change::Set { channel, .. } => vec![*channel],
        Change::Shift { from, to, .. } => vec![*from, *to],
    });
    let bounds = request.bounds.iter().map(|b| b.0);
    changes.chain(bounds).chain(request.groups.iter().flat_map(|g| g.channels.clone())).collect()
}

#[cfg(test)]
mod tests {
    use super::super::question::RawQuestion;
    use super::*;

    fn cells() -> Cells {
        Cells::new(vec!["tv".into(), "search".into()], &["north".to_owned(), "south".to_owned()])
    }

    fn placed(raw: RawQuestion, split: Split) -> (Vec<Slot>, PlanRequest) {
        let cells = cells();
        let names = cells.names();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let question = Question::parse(&raw, &names).unwrap();
        let slots = cells.slots(&[&question], split);
        let spend: Vec<f64> = (0..slots.len()).map(|i| (i + 1) as f64).collect();
        let request = cells.place(&question, &slots, &spend).request;
        (slots, request)
    }

    #[test]
    fn only_what_is_named_by_geo_is_split() {
        let raw = RawQuestion {
            set: vec!["tv@south=+50%".into()],
            pause: vec!["search".into()],
            ..Default::default()
        };
        let (slots, request) = placed(raw, Split::AsAsked);
        assert_eq!(slots, [Slot::Geo(0, 0), Slot::Geo(0, 1), Slot::Channel(1)]);
        let set = |channel, m| Change::Set { channel, to: Amount::Multiple(m) };
        assert_eq!(request.changes, [set(1, 1.5), set(2, 0.0)]);
    }

    #[test]
    fn what_is_said_of_a_channel_holds_for_its_geos_together() {
        // Spends 1, 2 (tv) and 3, 4 (search).
        let raw = RawQuestion {
            set: vec!["tv=30/week".into()],
            bound: vec!["search=0.9..1.1".into()],
            lock: vec!["tv".into()],
            optimise: true,
            ..Default::default()
        };
        let (slots, request) = placed(raw, Split::All);
        assert_eq!(slots.len(), 4);
        let set = |channel, x| Change::Set { channel, to: Amount::PerWeek(x) };
        assert_eq!(request.changes, [set(0, 10.0), set(1, 20.0)]);
        assert_eq!(request.bounds.iter().map(|b| b.0).collect::<Vec<_>>(), [0, 1]);
        assert_eq!(
            (request.groups[0].name.as_str(), &request.groups[0].channels[..]),
            ("search, all geos", &[2, 3][..])
        );
    }

    #[test]
    fn a_shift_between_channels_moves_what_was_asked() {
        let raw = RawQuestion { shift: vec!["tv:search:10%".into()], ..Default::default() };
        let (_, request) = placed(raw, Split::All);
        let moved: f64 = request
            .changes
            .iter()
            .map(|change| match change {
                Change::Shift { from, amount: Amount::Multiple(m), .. } => m * (*from as f64 + 1.0),
                _ => f64::NAN,
            })
            .sum();
        assert!((moved - 0.1 * 3.0).abs() < 1e-12);
    }
}
