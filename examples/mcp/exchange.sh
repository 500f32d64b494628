#!/usr/bin/env bash
# An exchange with `mmm mcp` by the official Python client, in a virtual environment of its own; what docs/mcp.md shows.
# Usage: examples/mcp/exchange.sh [FOLDER]; MMM names another binary (with the feature mcp).
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
mmm=$(command -v "${MMM:-mmm}")
work=${1:-$(mktemp -d)}
mkdir -p "$work" && cd "$work"
[ -x tools/bin/python ] || python3 -m venv tools
tools/bin/pip install -q 'mcp<3'
rm -rf marketing && mkdir marketing
cp "$root/data/national/data.csv" marketing/
echo secret > outside.csv
tools/bin/python "$root/examples/mcp/exchange.py" "$mmm" marketing
