//! `mmm mcp`: the commands as tools for agents, over stdin and stdout (Model Context Protocol).
//!
//! Each call runs this program itself with `--json`: an agent gets what a person gets, to the letter; a fit that runs
//! out of memory ends its own process and no other; nothing that a command prints can break the protocol; and a call
//! that is cancelled is a process that is ended.

#[cfg(feature = "mcp")]
mod answer;
#[cfg(feature = "mcp")]
mod child;
#[cfg(feature = "mcp")]
mod fault;
#[cfg(feature = "mcp")]
mod inputs;
#[cfg(feature = "mcp")]
mod root;
#[cfg(feature = "mcp")]
mod server;
#[cfg(feature = "mcp")]
mod tools;

use std::path::PathBuf;

use clap::Args;

/// Serve check, fit, report, scenario, validate and diff as tools for agents, over stdin and stdout (MCP).
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  mmm mcp --root ~/marketing

In the settings of an agent:
  {\"mcpServers\": {\"mmm\": {\"command\": \"mmm\", \"args\": [\"mcp\", \"--root\", \"/home/you/marketing\"]}}}

docs/mcp.md tells the tools, and shows an exchange.")]
pub struct Mcp {
    /// Files are read and written below this folder only
    #[arg(long, value_name = "DIR")]
    root: PathBuf,
}

impl Mcp {
    /// Serves until stdin is closed.
    ///
    /// # Errors
    /// A root that is no folder, or streams that cannot be used.
    #[cfg(feature = "mcp")]
    pub fn run(self) -> anyhow::Result<()> {
        server::serve(root::Root::new(&self.root)?)
    }

    /// Says that this build has no server.
    ///
    /// # Errors
    /// Always.
    #[cfg(not(feature = "mcp"))]
    pub fn run(self) -> anyhow::Result<()> {
        anyhow::bail!(
            "this build has no MCP server, so nothing below {} is served\nhint: the released programs have it; from \
             source it takes `cargo install mmm-cli --features full`",
            self.root.display()
        )
    }
}
