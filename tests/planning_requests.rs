//! Planning requests as typed on the command line: what they mean, and what they are told when wrong.

use mmm::planning::{
    Amount, Bounds, Change, ChannelCurve, Names, Placed, PlanRequest, RawRequest, RequestError, Slot, Target,
};
use ndarray::Array2;

const NAMES: [&str; 5] = ["tv", "search", "social", "print", "yt:brand"];

fn curves() -> Vec<ChannelCurve> {
    let spends = [1000.0, 500.0, 200.0, 100.0, 0.0];
    let values = Array2::from_shape_vec((1, 3), vec![0.0, 1.0, 2.0]).unwrap();
    let build = |(name, spend): (&&str, f64)| {
        ChannelCurve::new(name, spend, &[0.0, 1.0, 2.0], values.clone(), 2.0).unwrap()
    };
    NAMES.iter().zip(spends).map(build).collect()
}

fn strings(values: &[&str]) -> Vec<String> {
    values.iter().map(|v| (*v).to_owned()).collect()
}

fn parse(
    set: &[&str],
    shift: &[&str],
    pause: &[&str],
    bound: &[&str],
) -> Result<PlanRequest, Vec<RequestError>> {
    let (set, shift, pause, bound) = (strings(set), strings(shift), strings(pause), strings(bound));
    let raw = RawRequest { set: &set, shift: &shift, pause: &pause, bound: &bound, ..RawRequest::default() };
    PlanRequest::parse(&raw, &names(&NAMES))
}

fn names<'a>(channels: &[&'a str]) -> Names<'a> {
    Names::new(channels.to_vec(), &[])
}

fn placed(request: &PlanRequest) -> Placed {
    let slots: Vec<Slot> = (0..NAMES.len()).map(Slot::Channel).collect();
    let spend: Vec<f64> = curves().iter().map(ChannelCurve::spend).collect();
    names(&NAMES).place(request, &slots, &spend).unwrap()
}

fn plan(set: &[&str], shift: &[&str], pause: &[&str]) -> Vec<f64> {
    placed(&parse(set, shift, pause, &[]).unwrap()).multipliers(&curves(), 10.0).unwrap()
}

fn only_error(set: &[&str], shift: &[&str], pause: &[&str], bound: &[&str]) -> RequestError {
    let mut errors = parse(set, shift, pause, bound).unwrap_err();
    assert_eq!(errors.len(), 1, "{errors:?}");
    errors.remove(0)
}

#[test]
fn every_form_means_what_it_says() {
    assert_eq!(plan(&["tv=+100%", "search=-20%"], &[], &[]), [2.0, 0.8, 1.0, 1.0, 1.0]);
    assert_eq!(plan(&["tv=1.5x", "social=30/week"], &[], &[]), [1.5, 1.0, 1.5, 1.0, 1.0]);
    assert_eq!(plan(&[" search = 250 "], &[], &["print"]), [1.0, 0.5, 1.0, 0.0, 1.0]);
    assert_eq!(plan(&[], &["search:social:10%"], &[]), [1.0, 0.9, 1.25, 1.0, 1.0]);
    assert_eq!(plan(&[], &["tv:print:5/week", "tv:search:100"], &[]), [0.85, 1.2, 1.0, 1.5, 1.0]);
}

#[test]
fn names_may_hold_a_colon() {
    let request = parse(&[], &["yt:brand:tv:0%"], &[], &[]).unwrap();
    assert_eq!(placed(&request).multipliers(&curves(), 10.0).unwrap(), [1.0; 5]);
}

#[test]
fn a_name_with_a_comma_is_no_list() {
    let channels = ["brand,tv", "brand", "tv"];
    let paused = |text: &str| {
        let pause = strings(&[text]);
        let raw = RawRequest { pause: &pause, ..RawRequest::default() };
        let changes = PlanRequest::parse(&raw, &names(&channels)).unwrap().changes;
        changes.iter().map(|typed| typed.change).collect::<Vec<_>>()
    };
    let whole = |channel| Target { channel, geo: None, period: None };
    let stop = |channel| Change::Set { target: whole(channel), to: Amount::Multiple(0.0) };
    assert_eq!(paused("brand,tv"), [stop(0)]);
    assert_eq!(paused("tv, brand"), [stop(2), stop(1)]);
}

#[test]
fn bounds_replace_the_default_ones() {
    let request = parse(&[], &[], &[], &["tv=0.5..1.5"]).unwrap();
    let limits = placed(&request).limits(&curves(), 10.0, 0.3);
    assert_eq!(limits.bounds[0], Bounds { lo: 0.5, hi: 1.5 });
    assert_eq!(limits.bounds[1], Bounds { lo: 0.7, hi: 1.3 });
}

#[test]
fn an_end_left_open_keeps_its_usual_limit() {
    let bounds = |text: &str| {
        let request = parse(&[], &[], &[], &[text]).unwrap();
        placed(&request).limits(&curves(), 10.0, 0.3).bounds[0]
    };
    assert_eq!(bounds("tv=0.9.."), Bounds { lo: 0.9, hi: 1.3 });
    assert_eq!(bounds("tv=..1.1"), Bounds { lo: 0.7, hi: 1.1 });
    // Beyond the usual limit, the response curve is the end.
    assert_eq!(bounds("tv=1.5.."), Bounds { lo: 1.5, hi: 2.0 });
    assert_eq!(bounds("tv=..0.5"), Bounds { lo: 0.0, hi: 0.5 });
    assert_eq!(bounds("tv=.."), Bounds { lo: 0.0, hi: 2.0 });
}

#[test]
fn an_unknown_channel_is_told_the_nearest() {
    let error = only_error(&["serach=+10%"], &[], &[], &[]);
    assert_eq!(error.to_string(), "--set serach=+10%: there is no paid channel `serach`");
    assert_eq!(error.hint().unwrap(), "did you mean `search`?");
    let error = only_error(&[], &[], &["TV"], &[]);
    assert_eq!(error.hint().unwrap(), "did you mean `tv`?");
    let error = only_error(&[], &[], &[], &["zzz=0..1"]);
    assert_eq!(error.hint().unwrap(), "the channels are tv, search, social, print, yt:brand");
    assert!(matches!(only_error(&[], &["tv:socal:10%"], &[], &[]),
        RequestError::UnknownChannel { name, .. } if name == "socal"));
}

#[test]
fn forms_that_are_not_clear_are_refused() {
    for (set, reason) in [
        ("tv=50%", "could be a change or a level"),
        ("tv", "there is no `=`"),
        ("tv=", "`` is not a number"),
        ("tv=+inf%", "`+inf` is not a number"),
        ("tv=-120%", "spend cannot be negative"),
        ("tv=+5", "could be a change or a level"),
        ("tv=-5", "spend cannot be negative"),
        ("tv=50/fortnight", "`/fortnight` is not `/week`"),
        ("tv=1,000", "`1,000` is not a number"),
    ] {
        let error = only_error(&[set], &[], &[], &[]);
        assert!(error.to_string().contains(reason), "{error}");
        assert!(error.hint().unwrap().contains("--set tv="));
    }
    for (shift, reason) in [
        ("tv:10%", "three parts"),
        ("tv", "three parts"),
        ("tv:tv:10%", "same channel"),
        ("tv:search:120%", "between nothing and all"),
        ("tv:search:-5", "between nothing and all"),
    ] {
        assert!(only_error(&[], &[shift], &[], &[]).to_string().contains(reason), "{shift}");
    }
    for (bound, reason) in [
        ("tv=0.5", "no `..`"),
        ("tv=1.5..0.5", "must not exceed"),
        ("tv=-1..1", "cannot be negative"),
        ("tv=a..1", "`a`"),
    ] {
        assert!(only_error(&[], &[], &[], &[bound]).to_string().contains(reason), "{bound}");
    }
}

#[test]
fn all_problems_come_in_one_go() {
    let errors = parse(&["tvv=1x", "tv=50%"], &["tv:search"], &["nobody"], &["tv=1"]).unwrap_err();
    assert_eq!(errors.len(), 5, "{errors:?}");
    let twice = only_error(&["print=+10%"], &[], &["print"], &[]);
    assert_eq!(twice, RequestError::Twice { channel: "print".into(), flags: "--set or --pause" });
}

#[test]
fn plans_that_cannot_be_are_refused() {
    let refuse = |set: &[&str], shift: &[&str]| {
        placed(&parse(set, shift, &[], &[]).unwrap()).multipliers(&curves(), 10.0).unwrap_err()
    };
    assert_eq!(refuse(&["yt:brand=100"], &[]), RequestError::NoSpend { channel: "yt:brand".into() });
    let shifts = ["print:tv:60%", "print:search:60%"];
    assert_eq!(refuse(&[], &shifts), RequestError::Overdrawn { channel: "print".into() });
}
