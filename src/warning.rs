//! Something the user should know that does not stop the run.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One warning; what `fit.json` lists under `run.warnings`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Warning {
    /// Stable name in snake_case, such as `columns_left_out`.
    pub code: String,
    /// What was noticed, in lower case without a final dot.
    pub message: String,
    /// What to do about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

impl Warning {
    /// A warning with a hint.
    pub fn new(code: &str, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Warning { code: code.to_owned(), message: message.into(), hint: Some(hint.into()) }
    }
}
