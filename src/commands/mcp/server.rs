//! The protocol: lists the tools, runs a call, tells its progress, ends it when it is cancelled.

use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, Implementation, ListToolsResult,
    PaginatedRequestParams, ProgressNotificationParam, ServerCapabilities, ServerConfig,
};
use rmcp::service::RequestContext;
use rmcp::{ErrorData, RoleServer, ServerHandler, ServiceExt};
use serde_json::Value;

use super::child::{Finished, Running};
use super::fault::Fault;
use super::root::Root;
use super::tools::{Served, TOOLS};

/// Serves until stdin is closed.
///
/// # Errors
/// Streams that cannot be used, or a client that does not speak the protocol.
pub fn serve(root: Root) -> anyhow::Result<()> {
    // One thread: the work is done in processes of its own.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let served = runtime.block_on(async {
        let service = Server { root }.serve(rmcp::transport::stdio()).await?;
        service.waiting().await?;
        anyhow::Ok(())
    });
    // A read of stdin that still waits must not hold the end up.
    runtime.shutdown_background();
    served
}

struct Server {
    root: Root,
}

impl Server {
    async fn call(
        &self,
        request: CallToolRequestParams,
        context: &RequestContext<RoleServer>,
    ) -> Result<Value, Fault> {
        let named = |tool: &&Served| tool.name == request.name;
        let tool = TOOLS.iter().find(named).ok_or_else(|| {
            let names: Vec<&str> = TOOLS.iter().map(|tool| tool.name).collect();
            Fault::new("unknown_tool", format!("there is no tool {}", request.name))
                .hint(format!("the tools are {}", names.join(", ")))
        })?;
        let given = Value::Object(request.arguments.unwrap_or_default());
        let (line, arguments) = tool.command(given, &self.root)?;
        let running = Running::start(&line, self.root.path())?;
        let finished = watched(running, context).await?;
        tool.answer(&finished, &arguments)
    }
}

/// Waits for the end of a run, and passes on what it says meanwhile.
async fn watched(mut running: Running, context: &RequestContext<RoleServer>) -> Result<Finished, Fault> {
    let token = context.meta.get_progress_token();
    let mut errors = Vec::new();
    loop {
        let line = tokio::select! {
            line = running.line() => line,
            () = context.ct.cancelled() => return Err(Fault::new("cancelled", "the call was cancelled; nothing was written")),
        };
        let Some(line) = line else { break };
        if let Some(token) = &token
            && let Some(percent) = percent(&line)
        {
            // Percents begin again with each phase; what is told may only grow.
            let told = ProgressNotificationParam::new(token.clone(), errors.len() as f64 + 1.0);
            let message = format!("{percent} %: {line}");
            // A client that no longer listens is no reason to stop.
            let _ = context.peer.notify_progress(told.with_message(message)).await;
        }
        errors.push(line);
    }
    running.finish(errors).await
}

/// The share that a line of progress tells.
fn percent(line: &str) -> Option<u32> {
    let (before, _) = line.split_once('%')?;
    before.trim_end().rsplit(' ').next()?.parse().ok().filter(|percent| *percent <= 100)
}

impl ServerHandler for Server {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
            .with_server_info(Implementation::new("mmm", env!("CARGO_PKG_VERSION")))
            .with_instructions(
                "Bayesian media mix models. First check, then fit, then scenario; a return marked as prior is an \
                 assumption, not a finding. Paths are relative to the server's root.",
            )
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        Ok(ListToolsResult::with_all_items(TOOLS.iter().map(Served::tool).collect()))
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let answer = self.call(request, &context).await;
        Ok(answer.map_or_else(Fault::result, CallToolResult::structured).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_is_read_from_its_lines() {
        assert_eq!(percent("sampling 30 %: 5 of 20 iterations"), Some(30));
        assert_eq!(percent("warm-up 100%"), Some(100));
        assert_eq!(percent("error: a 90 percent interval"), None);
        assert_eq!(percent("raised by 250 %"), None);
    }
}
