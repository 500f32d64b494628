#!/bin/sh
# Simulated markets of the kinds by which experiments are judged: OUT/WORLD/SEED with data.csv, truth.json,
# roles.json, tests.csv (a test of each channel) and experiments.csv (two).
# Usage: worlds.sh MMM OUT [N=40] [FIRST_SEED=3000]
set -eu
mmm=$1 out=$2 n=${3:-40} first=${4:-3000}

# world NAME FIRST N OPTIONS…: N markets from seed FIRST.
world() {
    name=$1 market=$2 end=$(($2 + $3))
    shift 3
    while [ "$market" -lt "$end" ]; do
        "$mmm" simulate --seed "$market" --out "$out/$name/$market" "$@" > /dev/null
        market=$((market + 1))
    done
}

world default "$first" "$n"
world loose "$first" "$n" --spend-noise 0.3
world clean "$first" "$n" --confounding 0
world worst "$first" "$n" --confounding 1 --proxy-reliability 0
world search_pays "$first" "$n" --confounded none --roi search=3.5
world season "$first" "$n" --spend-rule social=season
world trend "$first" "$n" --spend-rule social=trend

# Channels without telling names, each confounded in turn.
fifth=$(((n + 4) / 5)) seed=$first
for channel in tv search social display tiktok; do
    world plain "$seed" "$fifth" --names plain --confounded "$channel"
    seed=$((seed + fifth))
done

# One channel's budget a share of sales, and a driver of two that is no column.
half=$(((n + 1) / 2))
world sales_share "$first" "$half" --spend-rule search=sales-share
world sales_share $((first + half)) "$half" --spend-rule social=sales-share
world unseen_driver "$first" "$half" --unseen-driver tv,social
world unseen_driver $((first + half)) "$half" --unseen-driver search,social

# A randomised hold-out of the confounded channel in 12 of 40 geos.
world geo_test "$first" "$n" --geos 40 --confounded social --geo-test social:0:12:140:8
