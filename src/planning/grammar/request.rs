//! Planning requests as people type them, turned into checked changes and limits.

use super::amount::{Amount, AmountRange, range};
use super::change::{Change, TypedChange};
use super::request_error::{RequestError, malformed};
use super::target::{Names, Target};

/// The strings of a request, flag by flag.
#[derive(Debug, Clone, Copy, Default)]
pub struct RawRequest<'a> {
    /// `tv=+100%`, `tv=-20%`, `tv=1.5x`, `tv=50000/week`, `tv=2600000` (over the horizon); also of a part of a
    /// channel's spend, `tv@north@2024-10-01..=0`.
    pub set: &'a [String],
    /// `search:social:10%`, `search:social:5000/week`, `search:social:260000`.
    pub shift: &'a [String],
    /// `print`, or `print,radio`.
    pub pause: &'a [String],
    /// `tv=0.5..1.5` or `tv=-20%..+50%` of today's spend, `tv=30000/week..60000/week`; either end may
    /// be left out.
    pub bound: &'a [String],
    /// `video:tv,youtube=0.8..1.2`: limits of several channels together, in the same forms.
    pub group: &'a [String],
    /// `tv`, or `tv,search`: keeps today's spend.
    pub lock: &'a [String],
    /// Whether the changes are about the weeks after the data, even where they name no period.
    pub dated: bool,
}

/// Limits of several channels together.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupRange {
    /// What the group is called.
    pub name: String,
    /// Whose spend.
    pub members: Vec<Target>,
    /// What they may spend together.
    pub range: AmountRange,
}

/// A request whose every name exists and every number makes sense.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PlanRequest {
    /// In the order set, pause, shift.
    pub changes: Vec<TypedChange>,
    /// Bounds asked for; a locked target has equal ones.
    pub bounds: Vec<(Target, AmountRange)>,
    /// Groups with limits of their own.
    pub groups: Vec<GroupRange>,
    /// Whether the changes are about the weeks after the data: one names a period, or that was asked for.
    pub dated: bool,
}

/// The range of a channel that keeps today's spend.
pub(crate) const LOCKED: AmountRange = (Some(Amount::Multiple(1.0)), Some(Amount::Multiple(1.0)));

impl PlanRequest {
    /// Checks every string against the names of a fit.
    ///
    /// # Errors
    /// All that is wrong, in the order of the flags.
    pub fn parse(raw: &RawRequest<'_>, names: &Names<'_>) -> Result<PlanRequest, Vec<RequestError>> {
        let mut errors = Vec::new();
        let mut request = PlanRequest::default();
        let sets = raw.set.iter().map(|text| TypedChange::set(text, names));
        let pauses =
            raw.pause.iter().flat_map(|text| listed("pause", text, names).map(move |name| (text, name)));
        let pauses = pauses.map(|(text, name)| TypedChange::pause(text, name, names));
        let shifts = raw.shift.iter().map(|text| TypedChange::shift(text, names));
        let mut keep = Keep(&mut errors);
        request.changes = keep.all(sets.chain(pauses).chain(shifts));
        let bounds = raw.bound.iter().map(|text| bound(text, names));
        let locks =
            raw.lock.iter().flat_map(|text| listed("lock", text, names).map(move |name| (text, name)));
        let locks = locks.map(|(text, name)| Ok((limited("lock", text, name, names)?, LOCKED)));
        request.bounds = keep.all(bounds.chain(locks));
        request.groups = keep.all(raw.group.iter().map(|text| group(text, names)));
        request.dated = raw.dated || request.targets().any(|target| target.period.is_some());
        errors.extend(request.shifts_to_itself());
        errors.extend(request.repeated(names));
        if errors.is_empty() { Ok(request) } else { Err(errors) }
    }

    /// Every target of a change.
    fn targets(&self) -> impl Iterator<Item = Target> {
        self.changes.iter().flat_map(|typed| typed.change.targets())
    }

    /// Every target that a change or a limit names.
    pub(crate) fn all_targets(&self) -> impl Iterator<Item = Target> {
        let members = self.groups.iter().flat_map(|group| group.members.iter().copied());
        self.targets().chain(self.bounds.iter().map(|bound| bound.0)).chain(members)
    }

    /// In dated weeks a part of the giver may not be the receiver: which of its periods pays?
    fn shifts_to_itself(&self) -> Vec<RequestError> {
        let shared = |typed: &&TypedChange| match typed.change {
            Change::Shift { from, to, .. } => self.dated && from.overlaps(&to),
            Change::Set { .. } => false,
        };
        let told = |typed: &TypedChange| malformed(typed.flag, &typed.text, "giver and receiver share spend");
        self.changes.iter().filter(shared).map(told).collect()
    }

    /// What is said twice. In dated weeks a change is made of what others left, so that none may share spend with
    /// another; over the average week a geo's own change stands above that of its channel.
    fn repeated(&self, names: &Names<'_>) -> Vec<RequestError> {
        let sets = self.changes.iter().filter_map(|typed| match typed.change {
            Change::Set { target, .. } => Some(target),
            Change::Shift { .. } => None,
        });
        let (sets, bounds): (Vec<Target>, Vec<Target>) =
            (sets.collect(), self.bounds.iter().map(|b| b.0).collect());
        let clash = |a: &Target, b: &Target| if self.dated { a.overlaps(b) } else { a == b };
        let twice = |targets: &[Target], clash: &dyn Fn(&Target, &Target) -> bool, flags| {
            let again = |i: &usize| targets[..*i].iter().any(|before| clash(before, &targets[*i]));
            let mut labels: Vec<String> =
                (0..targets.len()).filter(again).map(|i| names.label(&targets[i])).collect();
            labels.dedup();
            labels.into_iter().map(|channel| RequestError::Twice { channel, flags }).collect::<Vec<_>>()
        };
        let mut found = twice(&sets, &clash, "--set or --pause");
        found.extend(twice(&bounds, &|a, b| a == b, "--bound or --lock"));
        found
    }
}

/// Where faults go while what is right is kept.
struct Keep<'a>(&'a mut Vec<RequestError>);

impl Keep<'_> {
    fn all<T>(&mut self, parsed: impl Iterator<Item = Result<T, RequestError>>) -> Vec<T> {
        parsed.filter_map(|one| one.map_err(|error| self.0.push(error)).ok()).collect()
    }
}

/// The names of a comma list; a text that is itself a name is one.
fn listed<'t>(flag: &'static str, text: &'t str, names: &Names<'_>) -> impl Iterator<Item = &'t str> {
    let one = Target::parse(flag, text, text, names).is_ok();
    let names: Vec<&str> = if one { vec![text.trim()] } else { text.split(',').map(str::trim).collect() };
    names.into_iter()
}

/// A target of a limit, which holds over the whole horizon.
fn limited(flag: &'static str, text: &str, name: &str, names: &Names<'_>) -> Result<Target, RequestError> {
    let target = Target::parse(flag, text, name, names)?;
    match target.period {
        None => Ok(target),
        Some(_) => Err(malformed(flag, text, "a limit holds over the whole horizon: leave the period out")),
    }
}

fn bound(text: &str, names: &Names<'_>) -> Result<(Target, AmountRange), RequestError> {
    let (name, value) = text.rsplit_once('=').ok_or_else(|| malformed("bound", text, "there is no `=`"))?;
    Ok((limited("bound", text, name, names)?, range("bound", text, value)?))
}

fn group(text: &str, names: &Names<'_>) -> Result<GroupRange, RequestError> {
    let (members, value) =
        text.rsplit_once('=').ok_or_else(|| malformed("group", text, "there is no `=`"))?;
    let (name, members) =
        members.split_once(':').ok_or_else(|| malformed("group", text, "there is no `:`"))?;
    let members: Result<Vec<Target>, RequestError> =
        members.split(',').map(|member| limited("group", text, member, names)).collect();
    Ok(GroupRange { name: name.trim().into(), members: members?, range: range("group", text, value)? })
}
