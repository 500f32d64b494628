#!/usr/bin/env bash
# Quarterly refresh from cron: fits new data with the settings of the last fit, keeps every fit, and mails
# what changed, with the page. Exit codes decide; nothing half-written is ever in MODELS.
#   0 6 2 1,4,7,10 *  DATA=/data/marketing.csv MODELS=/srv/mmm MAILTO_TEAM=media@example.com /srv/mmm/refresh.sh
# The mail goes through MAILER, which gets the message on stdin: sendmail -t where none is named.
set -uo pipefail
mmm=${MMM:-mmm}
data=${DATA:?the CSV file to fit}
models=${MODELS:?the folder that keeps the fits; its link latest is the one in use}
mailer=${MAILER:-sendmail -t}
# To the second, so that a second run on the same day never writes over the fit in use.
name=$(date +%Y-%m-%dT%H%M%S)

# tell SUBJECT [PAGE]: the text on stdin by mail, the page attached.
tell() {
    local subject=$1 page=${2:-} text
    text=$(cat)
    if [ -z "${MAILTO_TEAM:-}" ]; then printf '== %s\n%s\n' "$subject" "$text"; return; fi
    local mark="mmm-$$-$(date +%s)"
    {
        printf 'To: %s\nSubject: mmm: %s\nMIME-Version: 1.0\n' "$MAILTO_TEAM" "$subject"
        printf 'Content-Type: multipart/mixed; boundary="%s"\n\n' "$mark"
        printf -- '--%s\nContent-Type: text/plain; charset=utf-8\n\n%s\n\n' "$mark" "$text"
        if [ -n "$page" ] && [ -f "$page" ]; then
            printf -- '--%s\nContent-Type: text/html; charset=utf-8; name="report.html"\n' "$mark"
            printf 'Content-Disposition: attachment; filename="report.html"\nContent-Transfer-Encoding: base64\n\n'
            base64 "$page"
            printf '\n'
        fi
        printf -- '--%s--\n' "$mark"
    } | $mailer || { echo "the mail could not be sent: $subject" >&2; printf '%s\n' "$text" >&2; }
}

[ -d "$models" ] || { echo "there is no folder $models" >&2; exit 1; }
exec 9>"$models/.refresh.lock"
flock -n 9 || { echo "another refresh is running" >&2; exit 1; }

if [ ! -e "$models/latest" ]; then
    echo "no earlier fit: start with mmm fit $data --out $models/$name && ln -s $name $models/latest" >&2
    exit 1
fi

log=$("$mmm" fit "$data" --since-last "$models/latest" --out "$models/$name" --report 2>&1 9>&-)
code=$?
said=$(echo "$log" | grep -v '^sampling')
case $code in
    0) ;;
    3)
        # The summary begins with the verdict and its reasons.
        echo "$said" | tell "the refresh did not converge; the last fit stays in use" "$models/$name/report.html"
        exit 3 ;;
    *) echo "$said" | tell "the refresh failed; the last fit stays in use"; exit 1 ;;
esac

changes=$("$mmm" diff "$models/latest" "$models/$name" --new-data "$data" --fail-on roi,allocation,columns 2>&1 9>&-)
case $? in
    0) ;;
    1) echo "$changes" | tell "material changes in $name" "$models/$name/report.html" ;;
    *) echo "$changes" | tell "the comparison failed; the last fit stays in use"; exit 1 ;;
esac
# The link is replaced in one step.
ln -sfn "$name" "$models/.latest" && mv -T "$models/.latest" "$models/latest"
