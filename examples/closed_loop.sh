#!/usr/bin/env bash
# From doubt to a test to a budget: fit a panel, design the next test, let the simulator run it, read it, fit with it,
# and plan; then compare what the recommended plans truly gain. Takes a few panel fits of some minutes each.
# Usage: examples/closed_loop.sh [FOLDER] [SEED]; MMM names another binary.
set -euo pipefail
mmm=${MMM:-mmm}
folder=${1:-$(mktemp -d)}; seed=${2:-1}
mkdir -p "$folder"; cd "$folder"
controls=price_index,promo,holiday,query_index
# As long as the panel is: 144 weeks are known, the test runs in those that follow.
first=144; weeks=164
run() { echo "\$ $*" >&2; "$@"; }
# 3: fitted, not converged; the loop goes on and the summary says so.
fit() { run "$mmm" fit "$@" --quiet || [ $? -eq 3 ]; }

world=(--geos "${GEOS:-16}" --weeks $weeks --channels 4 --seed "$seed")
"$mmm" simulate "${world[@]}" --out before >/dev/null
last=$(cut -d, -f1 before/data.csv | sed 1d | sort -u | sed -n "${first}p")

echo "## What is known before"
fit before/data.csv --controls $controls --to "$last" --out fit1
echo "## Which test, and is it worth its price?"
run "$mmm" design fit1 before/data.csv --max-weeks 8 --out design

# The simulator takes the geos by name and the first week as a number; the readout is run as the design prints it.
read -r channel dose geos start length <<<"$(python3 - <<'PY'
import datetime, json
d = json.load(open("design/design.json"))["designs"][0]
first = datetime.date.fromisoformat(open("before/data.csv").readlines()[1].split(",")[0])
start = (datetime.date.fromisoformat(d["start"]) - first).days // 7
print(d["channel"], d["dose"][0], "|".join(d["geos"]), start, len(d["dose"]))
PY
)"
echo "## The test: $channel at $dose of its usual spend in $geos for $length weeks"
"$mmm" simulate "${world[@]}" --geo-test "$channel:$dose:$geos:$start:$length" --out after >/dev/null
echo "## What it brought"
readout=$(python3 -c 'import json; print(json.load(open("design/design.json"))["best"]["readout"])')
readout=${readout/DATA.csv/after/data.csv}
echo "\$ $readout" >&2
eval "\"\$mmm\" ${readout#mmm } --out readout --quiet" || [ $? -eq 3 ]
python3 - <<'PY'
import json
r, truth = json.load(open("readout/readout.json")), json.load(open("after/truth.json"))["geo_test"]
d = json.load(open("design/design.json"))["designs"][0]
lift = r["lift"]
print(f"lift {lift['mean']:+,.0f} ± {lift['sd']:,.0f} ({lift['q05']:+,.0f} to {lift['q95']:+,.0f});",
      f"believed before {d['lift']['mean']:+,.0f}, truly {truth['lift_to_end']:+,.0f};",
      f"the design expected an error of {d['se']:,.0f}")
PY
echo "## The fit reads it"
fit after/data.csv --controls $controls --experiments after/contrast.csv --out fit2
echo "## The same weeks without having tested"
fit before/data.csv --controls $controls --out fit0

echo "## What each recommended plan truly gains, and what the best one within its bounds would"
python3 - <<'PY'
import itertools, json
truth = json.load(open("before/truth.json"))["channels"]

def at(points, m):
    for (x0, y0), (x1, y1) in zip(points, points[1:]):
        if m <= x1:
            return y0 + (y1 - y0) * (m - x0) / (x1 - x0)
    return points[-1][1]

def gain(moves):
    return sum(at(c["response_curve"], moves.get(n, 1.0)) - at(c["response_curve"], 1.0) for n, c in truth.items())

total = sum(c["spend"] for c in truth.values())
steps = [0.7 + 0.05 * k for k in range(13)]
grid = (dict(zip(truth, m)) for m in itertools.product(steps, repeat=len(truth)))
inside = (m for m in grid if sum(m[n] * c["spend"] for n, c in truth.items()) <= 1.0001 * total)
best = max(gain(m) for m in inside)
for name, what in (("fit0", "without the test"), ("fit2", "with it")):
    fit = json.load(open(f"{name}/fit.json"))
    plan = next(s for s in fit["scenarios"] if s["kind"] == "optimal_same_budget")
    moves = {p["channel"]: 1 + (p["change"] or 0) for p in plan["allocation"]}
    g = gain(moves)
    print(f"{what}: {g / 1e6:+.2f}M of {best / 1e6:.2f}M, regret {1 - g / best:.2f};",
          ", ".join(f"{n} {m - 1:+.0%}" for n, m in moves.items()))
for name, c in truth.items():
    said = [next(x["roi"] for x in json.load(open(f"{f}/fit.json"))["channels"] if x["name"] == name) for f in ("fit0", "fit2")]
    print(f"{name}: true ROI {c['roi']:.2f}; without {said[0]['mean']:.2f} ± {said[0]['sd']:.2f}, with {said[1]['mean']:.2f} ± {said[1]['sd']:.2f}")
PY
