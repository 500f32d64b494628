//! Why a tool gives no answer.

use rmcp::model::CallToolResult;
use serde_json::json;

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Stable name in snake_case.
    pub code: String,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub hints: Vec<String>,
    /// Of the command, where one ran.
    pub exit_code: Option<i32>,
}

impl Fault {
    /// A fault without hints.
    pub fn new(code: &str, message: impl Into<String>) -> Fault {
        Fault { code: code.into(), message: message.into(), hints: Vec::new(), exit_code: None }
    }

    /// The same with a hint.
    pub fn hint(mut self, hint: impl Into<String>) -> Fault {
        self.hints.push(hint.into());
        self
    }

    /// As a tool's result.
    pub fn result(self) -> CallToolResult {
        CallToolResult::structured_error(json!({
            "error": {
                "code": self.code,
                "message": self.message,
                "hints": self.hints,
                "exit_code": self.exit_code,
            }
        }))
    }
}
