//! What a look at the data finds, and how much it matters.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::Serialize;

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The result would be meaningless.
    Blocking,
    /// The result will be weak or misleading somewhere.
    Warning,
    /// Good to know.
    Note,
}

/// One thing noticed in the data.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Finding {
    /// How much it matters.
    pub severity: Severity,
    /// Stable name in snake_case.
    pub code: Cow<'static, str>,
    /// What was noticed, in lower case without a final dot.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

/// What was noticed so far.
#[derive(Default)]
pub(super) struct Findings(pub(super) Vec<Finding>);

impl Findings {
    pub(super) fn add(
        &mut self,
        severity: Severity,
        code: &'static str,
        message: String,
        hint: Option<String>,
    ) {
        self.0.push(Finding { severity, code: code.into(), message, hint });
    }

    pub(super) fn warn(&mut self, code: &'static str, message: String, hint: impl Into<String>) {
        self.add(Severity::Warning, code, message, Some(hint.into()));
    }

    pub(super) fn note(&mut self, code: &'static str, message: String, hint: impl Into<String>) {
        self.add(Severity::Note, code, message, Some(hint.into()));
    }
}
