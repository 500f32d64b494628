#!/usr/bin/env bash
# Quarterly refresh from cron: fits new data with the settings of the last fit, keeps every fit, and mails
# what changed. Exit codes decide; nothing half-written is ever in MODELS.
#   0 6 2 1,4,7,10 *  DATA=/data/marketing.csv MODELS=/srv/mmm MAILTO_TEAM=media@example.com /srv/mmm/refresh.sh
set -uo pipefail
mmm=${MMM:-mmm}
data=${DATA:?the CSV file to fit}
models=${MODELS:?the folder that keeps the fits; its link latest is the one in use}
# To the second, so that a second run on the same day never writes over the fit in use.
name=$(date +%Y-%m-%dT%H%M%S)

tell() { if [ -n "${MAILTO_TEAM:-}" ]; then mail -s "mmm: $1" "$MAILTO_TEAM"; else echo "== $1"; cat; fi; }

[ -d "$models" ] || { echo "there is no folder $models" >&2; exit 1; }
exec 9>"$models/.refresh.lock"
flock -n 9 || { echo "another refresh is running" >&2; exit 1; }

if [ ! -e "$models/latest" ]; then
    echo "no earlier fit: start with mmm fit $data --out $models/$name && ln -s $name $models/latest" >&2
    exit 1
fi

log=$("$mmm" fit "$data" --since-last "$models/latest" --out "$models/$name" --report 2>&1)
case $? in
    0) ;;
    3) echo "$log" | grep -v '^sampling' | tell "the refresh did not converge; the last fit stays in use"; exit 3 ;;
    *) echo "$log" | grep -v '^sampling' | tell "the refresh failed; the last fit stays in use"; exit 1 ;;
esac

changes=$("$mmm" diff "$models/latest" "$models/$name" --new-data "$data" --fail-on roi,allocation,columns)
case $? in
    0) ;;
    1) echo "$changes" | tell "material changes in $name" ;;
    *) echo "$changes" | tell "the comparison failed; the last fit stays in use"; exit 1 ;;
esac
# The link is replaced in one step.
ln -sfn "$name" "$models/.latest" && mv -T "$models/.latest" "$models/latest"
