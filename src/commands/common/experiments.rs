//! The file of lift tests as the commands use it.

use std::path::Path;

use mmm::Warning;
use mmm::config::FitConfig;
use mmm::data::{
    Dataset, Estimand, Experiment, ExperimentFile, Experiments, read_experiments, resolve_experiments,
};

use super::documents::{CheckedTest, CheckedTests};

/// Tests as read and as resolved.
pub struct Tests {
    /// The file.
    pub file: ExperimentFile,
    /// Its rows against the data.
    pub resolved: Experiments,
}

impl Tests {
    /// Reads and checks a file, when there is one.
    ///
    /// # Errors
    /// Everything that is wrong with the file.
    pub fn read(
        file: Option<&Path>,
        data: &Dataset,
        config: &FitConfig,
        warnings: &mut Vec<Warning>,
    ) -> Result<Option<Tests>, mmm::Error> {
        let Some(file) = file else { return Ok(None) };
        Tests::resolve(read_experiments(file)?, data, config, warnings).map(Some)
    }

    /// Checks the rows of a file.
    ///
    /// # Errors
    /// Everything that is wrong with them.
    pub fn resolve(
        file: ExperimentFile,
        data: &Dataset,
        config: &FitConfig,
        warnings: &mut Vec<Warning>,
    ) -> Result<Tests, mmm::Error> {
        let (resolved, found) = resolve_experiments(&file, data, config)?;
        warnings.extend(found);
        Ok(Tests { file, resolved })
    }
}

impl Tests {
    /// The tests as `mmm check --json` lists them.
    pub fn document(&self, data: &Dataset) -> CheckedTests {
        let test = |test: &Experiment| {
            let reading = test.reading();
            let of = |what| reading.filter(|r| r.what == what).map(|r| r.estimate);
            CheckedTest {
                row: test.row,
                label: test.label.clone(),
                kind: if reading.is_some() { "reading" } else { "contrast" },
                channels: test.channels.iter().map(|c| data.channels[*c].name.clone()).collect(),
                geos: test.geos.iter().map(|g| data.geos[*g].clone()).collect(),
                start: test.start.to_string(),
                end: test.end.to_string(),
                readout_end: test.readout_end.to_string(),
                spend_change: test.spend_change,
                lift: of(Estimand::Lift),
                roi: of(Estimand::Roi),
                se: reading.map(|r| r.se),
                population_share: test.population_share,
                cells_in_data: test.in_data,
            }
        };
        CheckedTests {
            file: self.file.file.clone(),
            sha256: self.file.sha256.clone(),
            tests: self.resolved.tests.iter().map(test).collect(),
        }
    }
}
