#!/usr/bin/env bash
# Fits data sets, asks questions of three of them, and prints the SHA-256 of every file and answer: run it
# before and after a change that should leave the numbers alone, and compare.
# Usage: tests/hash_outputs.sh MMM [DATA_FOLDER...] > hashes.txt
#   MMM            the binary
#   DATA_FOLDER    folders with data.csv and roles.json; default: the project's own two
# log.json is left out: it holds times. Answers are asked of the first three folders.
set -euo pipefail
mmm=$(realpath "$1")
shift
here=$(cd "$(dirname "$0")/.." && pwd)
[ $# -gt 0 ] || set -- "$here/data/national" "$here/data/geo"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

flags() { # the column roles as flags, from roles.json
    python3 - "$1/roles.json" <<'PY'
import json, sys
roles = json.load(open(sys.argv[1]))
out = []
for key, flag in (("date", "--date"), ("outcome", "--outcome"), ("geo", "--geo"), ("population", "--population"),
                  ("revenue_per_kpi", "--revenue-per-outcome")):
    if roles.get(key):
        out += [flag, roles[key]]
channels = roles["channels"].values()
out += ["--channels", ",".join(c["spend"] for c in channels if c.get("spend"))]
for c in channels:
    if c.get("media") and c.get("spend") and c["media"] != c["spend"]:
        out += ["--exposure", f"{c['spend']}={c['media']}"]
organic = list(roles.get("organic") or []) + [c["media"] for c in channels if not c.get("spend")]
controls = list(roles.get("controls") or []) + list(roles.get("non_media") or [])
out += ["--organic", ",".join(organic)] if organic else []
out += ["--controls", ",".join(controls)] if controls else []
print("\n".join(out))
PY
}

answers=3
previous=
for folder in "$@"; do
    folder=$(realpath "$folder")
    name=$(basename "$folder")
    mkdir -p "$name"
    cd "$name"
    ln -sf "$folder/data.csv" data.csv
    mapfile -t roles < <(flags "$folder")
    "$mmm" fit data.csv "${roles[@]}" --out fit --seed 1 --quiet --report > summary.txt 2> messages.txt || [ $? -eq 3 ]
    if [ "$answers" -gt 0 ]; then
        answers=$((answers - 1))
        "$mmm" scenario fit --budget +10% --json > budget.json 2>> messages.txt || true
        "$mmm" scenario fit --frontier 5 > frontier.txt 2>> messages.txt || true
        "$mmm" scenario fit --test-value --json > tests.json 2>> messages.txt || true
        channel=$(python3 -c 'import json; print(json.load(open("fit/fit.json"))["channels"][0]["name"])')
        "$mmm" scenario fit --set "$channel=+20%" --json > set.json 2>> messages.txt || true
        [ -z "$previous" ] || "$mmm" diff "../$previous/fit" fit --json > diff.json 2>> messages.txt || true
        previous=$name
    fi
    find . -type f ! -name log.json | sort | xargs sha256sum | sed "s|  \./|  $name/|"
    cd ..
    [ "$name" = "$previous" ] || rm -rf "$name"
done
