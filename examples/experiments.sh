#!/bin/sh
# Fit, ask what to test next, add that test's row, fit again, see what changed; on a simulated market, whose tests.csv
# has a test of every channel and truth.json what is true.
#
# examples/experiments.sh [MMM] [FOLDER]
set -eu
mmm=${1:-target/release/mmm}
folder=${2:-$(mktemp -d)}
mkdir -p "$folder"
case $mmm in /*) ;; *) mmm=$PWD/$mmm ;; esac
controls=price_index,promo,holiday,query_index

"$mmm" simulate --seed 12 --spend-noise 0.3 --out "$folder/market" --force > "$folder/simulate.txt"
cd "$folder"
echo "\$ mmm fit market/data.csv --controls $controls --out before"
"$mmm" fit market/data.csv --controls $controls --out before --seed 1 2> progress.txt > before.txt
sed -n '/^Channel/,/^$/p; /^Recommendation/,/^$/p; /^What to test next/,/^$/p' before.txt

next=$(sed -n 's/^What to test next: \([^ ]*\) .*/\1/p' before.txt)
head -1 market/tests.csv > experiments.csv
grep "^$next," market/tests.csv >> experiments.csv
echo "\$ cat experiments.csv"
cat experiments.csv
echo
echo "\$ mmm fit market/data.csv --controls $controls --experiments experiments.csv --out after"
"$mmm" fit market/data.csv --controls $controls --experiments experiments.csv --out after --seed 1 2>> progress.txt > after.txt
sed -n '/^Channel/,/^$/p; /^Tests:/,/^$/p; /^Recommendation/,/^$/p; /^What to test next/,/^$/p' after.txt
echo "\$ mmm diff before after"
"$mmm" diff before after || true
