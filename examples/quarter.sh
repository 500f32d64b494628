#!/usr/bin/env bash
# A quarter in the life of a model: fit three years, refresh with 13 weeks more, and explain what changed;
# then the same with restated history and with a changed setting. Takes about ten fits of a second each.
# Usage: examples/quarter.sh [FOLDER]; MMM names another binary.
set -euo pipefail
mmm=${MMM:-mmm}
cd "${1:-$(mktemp -d)}"
controls=price_index,promo,holiday,query_index
run() { echo "\$ $*" >&2; "$@"; }
# diff exits 1 when something material changed: an answer, not a failure.
compare() { run "$mmm" diff "$@" && code=0 || code=$?; echo "exit $code"; [ "$code" -le 1 ]; }

"$mmm" simulate --weeks 169 --channels 4 --seed 3 --out year >/dev/null
head -157 year/data.csv > q1.csv
cp year/data.csv q2.csv
# Finance corrects television in ten weeks of the third year (column 3 and later depend on the header).
tv=$(head -1 q2.csv | tr ',' '\n' | grep -n '^tv_spend$' | cut -d: -f1)
awk -F, -v OFS=, -v c="$tv" 'NR > 130 && NR <= 140 { $c = $c * 1.2 } { print }' q2.csv > restated.csv

echo "## The first fit"
run "$mmm" fit q1.csv --controls $controls --out q1 --quiet
echo "## A quarter later: 13 weeks more"
run "$mmm" fit q2.csv --since-last q1 --out q2 --quiet
compare q1 q2 --old-data q1.csv --new-data q2.csv
echo "## The same, with history restated"
run "$mmm" fit restated.csv --since-last q1 --out q2-restated --quiet
compare q1 q2-restated --old-data q1.csv --new-data restated.csv
echo "## The same, with another setting"
run "$mmm" fit restated.csv --since-last q1 --noise white --out q2-white --quiet
compare q1 q2-white --old-data q1.csv --new-data restated.csv
echo "## Can the refresh be made again?"
run "$mmm" fit --verify q2
