#!/usr/bin/env bash
# packaging/formula.sh VERSION CHECKSUMS: the Homebrew formula of a release, on stdout. CHECKSUMS is the release's
# SHA256SUMS.
set -euo pipefail
version=$1 sums=$2
here=$(cd "$(dirname "$0")" && pwd)
repository=$(sed -n 's/^repository = "\(.*\)"/\1/p' "$here/../Cargo.toml")
formula=$(sed -e "s|@VERSION@|$version|g" -e "s|@REPOSITORY@|$repository|g" "$here/homebrew/mmm.rb")
for target in aarch64-apple-darwin x86_64-apple-darwin aarch64-unknown-linux-gnu x86_64-unknown-linux-gnu; do
    file=mmm-$version-$target.tar.gz
    sum=$(awk -v file="$file" '$2 == file || $2 == "*" file { print $1 }' "$sums")
    [ "${#sum}" = 64 ] || { echo "error: $sums has no SHA-256 of $file" >&2; exit 1; }
    key=@SHA_$(echo "$target" | tr 'a-z-' 'A-Z_')@
    formula=${formula//$key/$sum}
done
# The comment that tells of the template is for its readers only.
echo "$formula" | sed '1,2d'
