//! What the sampler promises of seeds and threads, its chains, their starts and its progress.

#[path = "common/posteriors.rs"]
mod posteriors;

use std::io;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use mmm::sampler::Length::{AsNeeded, Fixed};
use mmm::sampler::{
    Adapted, Chain, Collector, DensityError, LogDensity, Progress, Record, SamplerError, Settings, Sink,
    Tick, sample, sample_into,
};
use posteriors::{Target, eight_schools, jitter, run, settings};
use rand_chacha::ChaCha8Rng;

#[test]
fn same_seed_same_bytes_at_any_number_of_threads() {
    let short = Settings { warmup: Fixed(100), draws: Fixed(100), ..settings(8) };
    let on = |threads: usize, settings: Settings| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        pool.install(|| run(&eight_schools(), settings))
    };
    let one = on(1, short);
    assert_eq!(one, on(2, short));
    assert_eq!(one, on(8, short));
    assert_eq!(one[..2], on(2, Settings { chains: 2, ..short }), "other chains do not matter");
    assert_ne!(one, on(1, Settings { seed: 9, ..short }));
    assert_ne!(one[0].positions, one[1].positions);
}

#[test]
fn a_chain_holds_what_it_promises() {
    let short = Settings { warmup: Fixed(60), draws: Fixed(40), thin: 3, chains: 2, ..settings(10) };
    let density = eight_schools();
    let every = run(&density, Settings { draws: Fixed(120), thin: 1, ..short });
    for (chain, every) in run(&density, short).iter().zip(&every) {
        assert_eq!((chain.dim, chain.positions.len(), chain.positions.capacity()), (10, 400, 400));
        assert_eq!(chain.log_density.len(), 40);
        let lengths = [chain.energy.len(), chain.depth.len(), chain.accept.len(), chain.divergent.len()];
        assert_eq!(lengths, [120; 4]);
        for (i, (q, value)) in chain.positions.chunks_exact(10).zip(&chain.log_density).enumerate() {
            assert_eq!((density.function)(q, &mut [0.0; 10]), *value);
            assert!(chain.energy[3 * i + 2] > -value, "kinetic energy is positive");
            assert_eq!(q, &every.positions[10 * (3 * i + 2)..][..10], "every third is kept");
        }
        assert_eq!((&chain.energy, chain.leapfrogs), (&every.energy, every.leapfrogs));
        assert!(chain.leapfrogs >= 120 && chain.leapfrogs_warmup >= 60 && chain.step_size > 0.0);
    }
}

#[test]
fn starts_are_tried_a_hundred_times() {
    let function = |q: &[f64], g: &mut [f64]| {
        g[0] = -q[0];
        if q[0].abs() > 4.0 { f64::NAN } else { -0.5 * q[0] * q[0] }
    };
    let density = Target { dim: 1, order: 1, function };
    let tries = AtomicUsize::new(0);
    let short = Settings { warmup: Fixed(20), draws: Fixed(20), chains: 2, ..settings(11) };
    let nowhere = |chain: usize, _: &mut ChaCha8Rng| {
        tries.fetch_add(chain, Ordering::Relaxed);
        vec![if chain == 1 { 9.0 } else { 0.0 }]
    };
    let refused = sample(&density, nowhere, &short, &()).expect_err("chain 1 has no start");
    assert!(matches!(refused, SamplerError::NoStart { chain: 1, tries: 100 }), "{refused}");
    assert_eq!(tries.into_inner(), 100);
    let calls = AtomicUsize::new(0);
    let at_last = |_: usize, _: &mut ChaCha8Rng| vec![9.0 - calls.fetch_add(1, Ordering::Relaxed) as f64];
    let chains = sample(&density, at_last, &Settings { chains: 1, ..short }, &())
        .expect("the sixth start will do")
        .chains;
    assert_eq!((chains[0].log_density.len(), calls.into_inner()), (20, 6));
}

/// Notes every tick, and cancels after some of them.
struct Watch {
    ticks: Mutex<Vec<Tick>>,
    patience: usize,
}

impl Progress for Watch {
    fn advance(&self, tick: Tick) {
        self.ticks.lock().expect("no panic under the lock").push(tick);
    }

    fn cancelled(&self) -> bool {
        self.ticks.lock().expect("no panic under the lock").len() >= self.patience
    }
}

#[test]
fn progress_is_told_of_every_iteration_and_can_end_the_run() {
    let short = Settings { warmup: Fixed(30), draws: Fixed(20), chains: 1, ..settings(12) };
    let watch = Watch { ticks: Mutex::new(Vec::new()), patience: usize::MAX };
    let chains = sample(&eight_schools(), jitter(10), &short, &watch).expect("finite everywhere").chains;
    let ticks = watch.ticks.into_inner().expect("no panic under the lock");
    assert_eq!(ticks.iter().map(|t| t.iteration).collect::<Vec<_>>(), (1..=50).collect::<Vec<_>>());
    assert_eq!(ticks.iter().filter(|t| t.warmup).count(), 30);
    assert_eq!(ticks[49].step_size, chains[0].step_size);
    assert_eq!(ticks[49].divergences, chains[0].divergent.iter().filter(|d| **d).count());

    let watch = Watch { ticks: Mutex::new(Vec::new()), patience: 7 };
    let ended = sample(&eight_schools(), jitter(10), &short, &watch);
    assert!(matches!(ended, Err(SamplerError::Cancelled)), "{ended:?}");
    assert_eq!(watch.ticks.into_inner().expect("no panic under the lock").len(), 7);
}

/// Notes what a sink is asked, and refuses a transition.
struct Notes {
    chain: Chain,
    calls: String,
    refused: usize,
}

impl Sink for Notes {
    type Kept = (String, Chain);

    fn record(&mut self, record: Record<'_>) -> io::Result<()> {
        if self.calls.len() == self.refused {
            return Err(io::Error::other("the disk is full"));
        }
        self.calls.push(if record.kept { 'k' } else { 'b' });
        self.chain.record(record)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.calls.push('f');
        self.chain.flush()
    }

    fn finish(self, adapted: Adapted) -> io::Result<(String, Chain)> {
        Ok((self.calls, self.chain.finish(adapted)?))
    }
}

/// Sinks that take notes; so many draws are enough.
struct Noted<'a> {
    settings: &'a Settings,
    refused: usize,
    enough: usize,
}

impl Collector for Noted<'_> {
    type Sink = Notes;

    fn sink(&self, _: usize) -> Notes {
        let chain = Chain::with_capacity(10, self.settings);
        Notes { chain, calls: String::new(), refused: self.refused }
    }

    fn is_enough(&self, sinks: &[&Notes]) -> bool {
        sinks.iter().all(|sink| sink.chain.log_density.len() >= self.enough)
    }
}

#[test]
fn a_sink_is_told_of_every_transition_in_order_and_may_end_the_run() {
    let short = Settings { warmup: Fixed(30), draws: Fixed(4), thin: 2, chains: 2, ..settings(13) };
    let density = eight_schools();
    let into = |refused: usize| {
        let noted = Noted { settings: &short, refused, enough: 0 };
        sample_into(&density, jitter(10), &short, &noted, &())
    };
    let (calls, chains): (Vec<String>, Vec<Chain>) =
        into(usize::MAX).expect("nothing is refused").chains.into_iter().unzip();
    assert_eq!(calls, ["bkbkbkbkf"; 2]);
    assert_eq!(chains, run(&density, short));
    let full = into(5).expect_err("the sixth is refused");
    assert!(matches!(full, SamplerError::Sink { chain: 0, .. }), "{full}");
}

#[test]
fn a_run_of_the_length_it_needs_is_the_run_of_that_length() {
    let open = Settings { warmup: AsNeeded, draws: AsNeeded, chains: 3, ..settings(15) };
    let density = eight_schools();
    let on = |threads: usize, enough: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        let noted = Noted { settings: &open, refused: usize::MAX, enough };
        let run = pool.install(|| sample_into(&density, jitter(10), &open, &noted, &())).expect("finite");
        let chains: Vec<Chain> = run.chains.into_iter().map(|(_, chain)| chain).collect();
        (run.warmup, run.draws, chains)
    };
    let (warmup, draws, chains) = on(1, 300);
    assert_eq!((warmup, draws), (200, 500), "an easy posterior, 250 draws are too few");
    assert_eq!(on(2, 300), (warmup, draws, chains.clone()));
    assert_eq!(run(&density, Settings { warmup: Fixed(200), draws: Fixed(500), ..open }), chains);
    assert_eq!(on(2, 0).1, 250, "asked at the first check");
    assert_eq!(on(2, usize::MAX).1, 2000, "the cap");
}

/// Chains that start at two modes far apart never come to the same place.
#[test]
fn a_warm_up_goes_on_where_chains_are_apart() {
    let function = |q: &[f64], g: &mut [f64]| {
        let distance = q[0].abs() - 30.0;
        g[0] = -distance * q[0].signum();
        -0.5 * distance * distance
    };
    let density = Target { dim: 1, order: 1, function };
    let open = Settings { warmup: AsNeeded, draws: Fixed(20), chains: 2, ..settings(16) };
    let either = |chain: usize, _: &mut ChaCha8Rng| vec![if chain == 0 { -30.0 } else { 30.0 }];
    let watch = Watch { ticks: Mutex::new(Vec::new()), patience: usize::MAX };
    sample(&density, either, &open, &watch).expect("finite");
    let ticks = watch.ticks.into_inner().expect("no panic under the lock");
    assert_eq!(ticks.iter().filter(|t| t.warmup && t.chain == 0).count(), 1000);
}

#[test]
fn a_density_that_fails_ends_the_run_with_its_reason() {
    struct Broken;
    impl LogDensity for Broken {
        type Workspace = ();
        fn dim(&self) -> usize {
            1
        }
        fn workspace(&self) {}
        fn value_and_gradient(&self, _: &[f64], _: &mut [f64], (): &mut ()) -> Result<f64, DensityError> {
            Err(DensityError::Failed("no such file".into()))
        }
    }
    let tries = AtomicUsize::new(0);
    let start = |_: usize, _: &mut ChaCha8Rng| vec![tries.fetch_add(1, Ordering::Relaxed) as f64];
    let failed = sample(&Broken, start, &Settings { chains: 1, ..settings(14) }, &()).expect_err("it fails");
    let SamplerError::Density { chain: 0, source: DensityError::Failed(reason) } = failed else {
        panic!("{failed}")
    };
    assert_eq!((reason.to_string(), tries.into_inner()), ("no such file".into(), 1));
}
