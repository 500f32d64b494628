"""Talks to `mmm mcp` with the official client, prints what is said, and checks it. Usage: exchange.py MMM ROOT"""

import asyncio
import json
import sys

from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client

MMM, ROOT = sys.argv[1:3]
CONTROLS = ["price_index", "promo", "holiday", "query_index"]


def field(thing, *names):
    """A field by any of its names: they differ between versions of the client."""
    for name in names:
        if hasattr(thing, name):
            return getattr(thing, name)
    raise AttributeError(names)


def short(value, depth=0):
    """The value with long lists and deep objects cut."""
    if isinstance(value, float):
        return float(f"{value:.4g}")
    if isinstance(value, list):
        return [short(v, depth + 1) for v in value[:2]] + (["…"] if len(value) > 2 else [])
    if isinstance(value, dict):
        kept = list(value.items())[: 12 if depth < 2 else 6]
        cut = {k: short(v, depth + 1) if depth < 3 else "…" for k, v in kept}
        return cut | ({"…": f"{len(value) - len(kept)} more"} if len(value) > len(kept) else {})
    return value if not isinstance(value, str) or len(value) < 160 else value[:157] + "…"


async def main():
    server = StdioServerParameters(command=MMM, args=["mcp", "--root", ROOT])
    async with stdio_client(server) as (read, write), ClientSession(read, write) as session:
        began = await session.initialize()
        info = field(began, "server_info", "serverInfo")
        print(f"← {info.name} {info.version}, protocol {field(began, 'protocol_version', 'protocolVersion')}")
        tools = (await session.list_tools()).tools
        for tool in tools:
            takes = field(tool, "input_schema", "inputSchema")
            print(f"← tool {tool.name}: takes {', '.join(takes['properties'])}; needs {', '.join(takes.get('required', []))}")

        async def call(name, show=None, **arguments):
            print(f"\n→ {name} {json.dumps(arguments)}")
            heard = []

            async def progress(done, total, message):
                heard.append(done)
                print(f"← progress: {message}")

            result = await session.call_tool(name, arguments, progress_callback=progress)
            answer = field(result, "structured_content", "structuredContent")
            failed = field(result, "is_error", "isError")
            shown = {k: answer[k] for k in show if k in answer} if show else answer
            print("← " + ("error " if failed else "") + json.dumps(short(shown), ensure_ascii=False, indent=1))
            assert heard == sorted(heard)
            return failed, answer, heard

        failed, answer, _ = await call("check", ["schema", "rows", "roles", "findings"], data="data.csv", controls=CONTROLS)
        assert not failed and answer["schema"] == "mmm.check/1"
        failed, answer, heard = await call("fit", data="data.csv", out="q1", controls=CONTROLS, seed=1)
        assert not failed and answer["fit"]["schema"] == "mmm.fit/1" and heard
        failed, answer, _ = await call("scenario", ["schema", "scenarios", "warnings"], fit="q1", budget="+10%", lock=["tv"])
        assert not failed and answer["schema"] == "mmm.scenario/1"
        failed, answer, _ = await call("design", ["schema", "designs", "best"], fit="q1", data="data.csv", out="test")
        assert not failed and answer["schema"] == "mmm.design/1" and answer["designs"]
        failed, answer, _ = await call("report", fit="q1")
        assert not failed and answer["report"].endswith("report.html")
        failed, answer, _ = await call("fit", data="data.csv", out="bad", warmup=20, draws=20)
        assert failed and answer["error"]["code"] == "not_converged" and "scenarios" not in json.dumps(answer)
        failed, answer, _ = await call("scenario", fit="bad", budget="+10%")
        assert failed and answer["error"]["code"] == "not_converged" and "scenarios" not in answer
        failed, answer, _ = await call("design", fit="bad", data="data.csv", out="none")
        assert failed and answer["error"]["code"] == "not_converged"
        failed, answer, _ = await call("validate", ["schema", "folds"], data="data.csv", controls=CONTROLS, folds=1, horizon=4)
        assert not failed and answer["schema"] == "mmm.validate/1"
        failed, answer, _ = await call("diff", ["schema", "identical", "material"], before="q1", after="q1")
        assert not failed and answer["schema"] == "mmm.diff/1"
        failed, answer, _ = await call("check", data="../outside.csv")
        assert failed and answer["error"]["code"] == "outside_root"
        failed, answer, _ = await call("fit", data="data.csv", out="/tmp/elsewhere")
        assert failed and answer["error"]["code"] == "outside_root"
        failed, answer, _ = await call("fit", data="data.csv", out="q2", outcome="nothing")
        assert failed and answer["error"]["hints"] and answer["error"]["exit_code"] == 1
        failed, answer, _ = await call("scenario", fit="q1", budgets="+10%")
        assert failed and answer["error"]["code"] == "bad_arguments"
        print("\nall as expected")


asyncio.run(main())
