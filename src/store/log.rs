//! `log.json`: times, threads and machine, which must not be in `fit.json`.

use std::time::{Duration, Instant, SystemTime};

use crate::report::{Fit, schema_of};
use crate::sampler::Chain;
use crate::sha256;
use crate::store::error::OutputError;
use crate::store::json::to_json;
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

/// Schema name of every log. Within it keys are only ever added.
pub const LOG_SCHEMA: &str = "mmm.log/1";

/// How a fit ran.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[schemars(title = "mmm.log/1")]
pub struct Log {
    /// `mmm.log/1`.
    #[schemars(extend("const" = LOG_SCHEMA))]
    pub schema: String,
    /// Version of mmm.
    pub version: String,
    /// What was fitted, and how: enough to tell two runs apart, or to repeat one.
    pub provenance: Provenance,
    /// Start of the run, UTC, RFC 3339.
    pub started: String,
    /// Wall time of the whole run, seconds.
    pub total_seconds: f64,
    /// Wall time by phase, in the order they ran.
    pub phases: Vec<Phase>,
    /// Worker threads.
    pub threads: usize,
    /// The machine.
    pub machine: Machine,
    /// Vector instructions in use, such as `avx2`.
    pub instruction_set: String,
    /// What the sampling cost, whatever the machine.
    pub gradients: Gradients,
    /// Where trajectories diverged after the warm-up, the first 16 of each chain.
    pub divergences: Vec<DivergenceLog>,
}

/// JSON Schema (draft 2020-12) of [`Log`].
pub fn log_schema() -> Value {
    schema_of::<Log>(LOG_SCHEMA)
}

/// A step of a trajectory that left its level set.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct DivergenceLog {
    /// Chain, from 0.
    pub chain: usize,
    /// Transition of the chain after its warm-up, from 0.
    pub transition: usize,
    /// Energy after the step less that of the trajectory's start; null where there is none.
    pub energy_error: Option<f64>,
    /// What was not a finite number after the step, where that is the cause.
    pub not_finite: Option<String>,
    /// The parameter that went astray.
    pub worst: String,
    /// The twelve parameters farthest from their posterior means when the step began, the farthest first.
    pub parameters: Vec<ParameterAt>,
}

/// A parameter before and after a diverging step.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct ParameterAt {
    /// Such as `roi[tv]`.
    pub parameter: String,
    /// Before; null where it is not a finite number.
    pub start: Option<f64>,
    /// After; null where it is not a finite number.
    pub end: Option<f64>,
}

/// Evaluations of the log density with its gradient, all chains together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Gradients {
    /// In the pilot chain of a panel.
    pub pilot: u64,
    /// In the warm-up.
    pub warmup: u64,
    /// In the draws.
    pub draws: u64,
}

impl Gradients {
    /// Of a fit's pilot and chains.
    pub fn of(pilot: u64, chains: &[Chain]) -> Gradients {
        Gradients {
            pilot,
            warmup: chains.iter().map(|c| c.leapfrogs_warmup).sum(),
            draws: chains.iter().map(|c| c.leapfrogs).sum(),
        }
    }
}

/// What was fitted, and how.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Provenance {
    /// Schema of the `fit.json` beside.
    pub fit_schema: String,
    /// SHA-256 of the `fit.json` beside, lower-case hex.
    pub fit_sha256: String,
    /// Data file as given.
    pub data_file: String,
    /// SHA-256 of the data file.
    pub data_sha256: String,
    /// SHA-256 of the column roles and the resolved configuration, as JSON in the order of `fit.json`.
    pub config_sha256: String,
    /// Seed of every random stream.
    pub seed: u64,
}

impl Provenance {
    /// Of a fit.
    ///
    /// # Errors
    /// When it cannot be serialised.
    pub fn of(fit: &Fit) -> Result<Provenance, OutputError> {
        let run = &fit.run;
        Ok(Provenance {
            fit_schema: fit.schema.clone(),
            fit_sha256: sha256::of(&fit.to_json()?),
            data_file: run.data.file.clone(),
            data_sha256: run.data.sha256.clone(),
            config_sha256: sha256::of(&to_json(&(&run.roles, &run.config))?),
            seed: run.seed,
        })
    }
}

/// Wall time of one phase.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Phase {
    /// Such as `load`, `pilot`, `warmup`, `sampling`, `summaries`, `plans`, `writing`.
    pub name: String,
    /// Wall time, seconds.
    pub seconds: f64,
}

/// The machine a fit ran on.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Machine {
    /// Operating system, such as `linux`.
    pub os: String,
    /// Architecture, such as `x86_64`.
    pub arch: String,
    /// Processor model; null where the system does not tell.
    pub cpu: Option<String>,
    /// Hardware threads available to the process.
    pub cpus: usize,
}

impl Machine {
    /// This machine.
    pub fn here() -> Machine {
        Machine {
            os: std::env::consts::OS.into(),
            arch: std::env::consts::ARCH.into(),
            cpu: cpu_model(),
            cpus: std::thread::available_parallelism().map_or(1, usize::from),
        }
    }
}

fn cpu_model() -> Option<String> {
    let info = std::fs::read_to_string("/proc/cpuinfo").ok()?;
    let line = info.lines().find(|l| l.starts_with("model name"))?;
    line.split_once(':').map(|(_, model)| model.trim().to_owned())
}

/// Stopwatch of a run.
#[derive(Debug, Clone)]
pub struct PhaseClock {
    wall: SystemTime,
    start: Instant,
    lap: Instant,
    phases: Vec<Phase>,
}

impl PhaseClock {
    /// Starts the run and its first phase.
    pub fn start() -> PhaseClock {
        let now = Instant::now();
        PhaseClock { wall: SystemTime::now(), start: now, lap: now, phases: Vec::new() }
    }

    /// Ends the running phase, giving it a name, and starts the next.
    pub fn finish(&mut self, name: &str) {
        let now = Instant::now();
        self.phases.push(Phase { name: name.into(), seconds: (now - self.lap).as_secs_f64() });
        self.lap = now;
    }

    /// Ends the running phase, of which parts have names and times of their own; what is left of it is `rest`,
    /// and came first.
    pub fn finish_in_parts(&mut self, rest: &str, parts: &[(&str, Duration)]) {
        self.finish(rest);
        let named: Duration = parts.iter().map(|(_, time)| *time).sum();
        if let Some(phase) = self.phases.last_mut() {
            phase.seconds = (phase.seconds - named.as_secs_f64()).max(0.0);
        }
        let part =
            |(name, time): &(&str, Duration)| Phase { name: (*name).into(), seconds: time.as_secs_f64() };
        self.phases.extend(parts.iter().map(part));
    }

    /// The log of the run so far.
    ///
    /// # Errors
    /// When the fit cannot be serialised.
    pub fn log(
        &self,
        fit: &Fit,
        threads: usize,
        instruction_set: &str,
        (gradients, divergences): (Gradients, Vec<DivergenceLog>),
    ) -> Result<Log, OutputError> {
        Ok(Log {
            schema: LOG_SCHEMA.into(),
            provenance: Provenance::of(fit)?,
            version: env!("CARGO_PKG_VERSION").into(),
            started: DateTime::<Utc>::from(self.wall).to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
            total_seconds: self.start.elapsed().as_secs_f64(),
            phases: self.phases.clone(),
            threads,
            machine: Machine::here(),
            instruction_set: instruction_set.into(),
            gradients,
            divergences,
        })
    }
}

impl Log {
    /// The bytes of `log.json`.
    ///
    /// # Errors
    /// When it cannot be serialised.
    pub fn to_json(&self) -> Result<Vec<u8>, OutputError> {
        to_json(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phases_add_up_to_no_more_than_the_total() {
        let mut clock = PhaseClock::start();
        clock.finish("read");
        std::thread::sleep(std::time::Duration::from_millis(5));
        clock.finish_in_parts(
            "scale",
            &[("warmup", Duration::from_millis(1)), ("sampling", Duration::from_millis(3))],
        );
        let at = ParameterAt { parameter: "roi[tv]".into(), start: Some(2.0), end: None };
        let divergence = DivergenceLog {
            chain: 1,
            transition: 9,
            energy_error: Some(1234.5),
            not_finite: None,
            worst: "roi[tv]".into(),
            parameters: vec![at],
        };
        let sampled = (Gradients { pilot: 3, warmup: 7, draws: 30 }, vec![divergence]);
        let log = clock.log(&crate::report::testdata::fit(), 2, "avx2", sampled).unwrap();
        assert_eq!(log.provenance.fit_sha256.len(), 64);
        let names: Vec<&str> = log.phases.iter().map(|p| p.name.as_str()).collect();
        assert_eq!(names, ["read", "scale", "warmup", "sampling"]);
        assert!(log.phases[1].seconds >= 0.001 && log.phases[3].seconds == 0.003);
        assert!(log.phases.iter().map(|p| p.seconds).sum::<f64>() <= log.total_seconds);
        let json: serde_json::Value = serde_json::from_slice(&log.to_json().unwrap()).unwrap();
        assert_eq!((&json["threads"], &json["instruction_set"]), (&2.into(), &"avx2".into()));
        assert_eq!(json["gradients"], serde_json::json!({ "pilot": 3, "warmup": 7, "draws": 30 }));
        assert_eq!(json["divergences"][0]["parameters"][0]["start"], 2.0);
        assert!(json["divergences"][0]["parameters"][0]["end"].is_null());
        assert!(DateTime::parse_from_rfc3339(json["started"].as_str().unwrap()).is_ok());
    }
}
