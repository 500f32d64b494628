#!/usr/bin/env bash
# Builds the wheel and the image and tries both where nothing else is: a fresh virtual environment with an empty PATH,
# and a container. Says what could not be tried. Usage: packaging/try.sh [FOLDER]; needs python3 and, for the image, docker.
# The first build takes as long as a cold one (docs/install.md); CARGO_TARGET_DIR keeps it for the next.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
work=${1:-$(mktemp -d)}
mkdir -p "$work" && cd "$work"
untried=()
say() { echo "== $*"; }

say "wheel"
[ -x tools/bin/maturin ] || { python3 -m venv tools && tools/bin/pip install -q 'maturin[zig]>=1.8,<2' auditwheel; }
# maturin looks for zig on the PATH as `python -m ziglang`.
(cd "$root" && PATH="$work/tools/bin:$PATH" "$work/tools/bin/maturin" build --locked --zig --timings --out "$work/dist")
wheel=$(ls -t dist/*.whl | head -1)
ls -l "$wheel"
tools/bin/auditwheel show "$wheel"

say "wheel in a fresh virtual environment"
rm -rf fresh && python3 -m venv fresh
fresh/bin/pip install -q --no-index "$wheel"
cp "$root/data/national/data.csv" data.csv
first_fit=(fit data.csv --controls price_index,promo,holiday,query_index --quiet)
rm -rf wheel-fit
env -i HOME="$work" "$work/fresh/bin/mmm" --version
env -i HOME="$work" "$work/fresh/bin/mmm" "${first_fit[@]}" --out wheel-fit
ls wheel-fit
if command -v uvx >/dev/null; then
    env -i HOME="$work" PATH="$PATH" uvx --offline --from "$wheel" mmm --version
else
    untried+=("uvx: not installed")
fi

say "program in a root folder of glibc alone, without root's rights"
# What the distroless image of packaging/Dockerfile holds, as far as the program needs it.
if [ "$(id -u)" = 0 ] && [ "$(uname -s)" = Linux ]; then
    rm -rf bare && mkdir -p bare/data bare/tmp
    program=$work/fresh/bin/mmm
    ldd "$program" | grep -o '/[^ ]*' | while read -r library; do
        mkdir -p "bare$(dirname "$library")" && cp -L "$library" "bare$library"
    done
    cp "$program" bare/mmm && cp data.csv bare/data/ && chown 65532:65532 bare/data
    chroot --userspec=65532:65532 bare /mmm fit /data/data.csv --controls price_index,promo,holiday,query_index --quiet \
        --out /data/fit
    cmp bare/data/fit/fit.json wheel-fit/fit.json || sed 's|/data/data.csv|data.csv|' bare/data/fit/fit.json | cmp - wheel-fit/fit.json ||
        echo "(the data file has another path there, so the hash of the values differs)"
else
    untried+=("a bare root folder: needs root on Linux")
fi

say "image"
if docker info >/dev/null 2>&1; then
    docker build -q -f "$root/packaging/Dockerfile" -t mmm-try "$root"
    rm -rf image && mkdir image && cp data.csv image/ && chmod 777 image
    docker run --rm --network none -v "$work/image:/data" mmm-try "${first_fit[@]}" --out image-fit
    docker image inspect mmm-try --format 'size {{.Size}}, user {{.Config.User}}'
elif command -v buildah >/dev/null && [ -d bare ]; then
    # The same content without the base image, which a registry would have to give.
    container=$(buildah from scratch)
    buildah copy -q "$container" bare / >/dev/null
    buildah config --user 65532:65532 --workingdir /data --entrypoint '["/mmm"]' "$container"
    buildah run --isolation chroot "$container" -- /mmm fit /data/data.csv --quiet --out /data/image-fit || [ $? = 3 ]
    buildah commit -q --rm "$container" mmm-try
    buildah images mmm-try
    untried+=("the base image of the Dockerfile: no docker daemon here")
else
    untried+=("the image: no docker daemon and no buildah here")
fi

say "formula"
if command -v brew >/dev/null; then
    brew style "$root/packaging/homebrew/mmm.rb"
else
    if command -v ruby >/dev/null; then ruby -c "$root/packaging/homebrew/mmm.rb"; fi
    untried+=("the Homebrew formula by brew: not here")
fi
untried+=("the release workflow, macOS, Windows and arm64: they need those machines")
for what in "${untried[@]}"; do echo "NOT TRIED: $what"; done
