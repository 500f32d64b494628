#!/usr/bin/env bash
# Exports four fits (one market with tests, a panel, counts, one that did not converge) in all formats and reads them back
# with pandas, polars, openpyxl, xarray and ArviZ, in a virtual environment of its own.
# Usage: examples/exports/check.sh [FOLDER]; MMM names another binary (with the feature netcdf).
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
mmm=${MMM:-mmm}
work=${1:-$(mktemp -d)}
mkdir -p "$work" && cd "$work"
[ -x tools/bin/python ] || python3 -m venv tools
tools/bin/pip install -q pandas polars openpyxl pyarrow h5netcdf netcdf4 'arviz<1' matplotlib
run() { echo "\$ mmm $*"; "$mmm" "$@"; }

national=$root/data/national/data.csv
"$mmm" simulate --geos 12 --weeks 110 --channels 3 --seed 5 --out panel --force > simulated.txt
run fit "$national" --controls price_index,promo,holiday,query_index --experiments "$root/data/national/experiments.csv" \
    --holdout-weeks 4 --quiet --out national
run fit panel/data.csv --chains 2 --quiet --out geos || [ $? = 3 ]
# Orders of about 50 each.
awk -F, -v OFS=, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "revenue") at = i; $at = "orders" }
    NR > 1 { $at = int($at / 50) } { print }' "$national" > counts.csv
run fit counts.csv --outcome orders --outcome-kind count --controls price_index,promo,holiday,query_index --chains 2 --quiet \
    --out counts || [ $? = 3 ]
run fit "$national" --chains 2 --warmup 20 --draws 20 --quiet --out bad && exit 1 || [ $? = 3 ]
for fit in national geos counts bad; do
    case $fit in geos) data=panel/data.csv ;; counts) data=counts.csv ;; *) data=$national ;; esac
    for format in xlsx csv parquet netcdf; do
        run export $fit exports/$fit-$format --format $format --force --quiet > said.txt && code=0 || code=$?
        verdict=$(tools/bin/python -c "import json; print(json.load(open('$fit/fit.json'))['diagnostics']['verdict'])")
        [ "$code" = "$([ "$verdict" = fail ] && echo 3 || echo 0)" ]
    done
    run export $fit exports/$fit-netcdf-data --format netcdf --data "$data" --force --quiet > said.txt || [ $? = 3 ]
    tools/bin/python -W ignore "$root/examples/exports/check.py" $fit exports
done
# A folder that is there is refused, and nothing but an export is replaced.
mkdir -p mine && touch mine/notes.txt
for folder in exports/national-csv mine; do
    ! "$mmm" export national $folder --format csv 2> said.txt
    grep -q "^hint: " said.txt
done
! "$mmm" export national mine --format csv --force 2> said.txt
[ "$(ls mine)" = notes.txt ]
echo "all exports are read back"
