#!/bin/sh
# ./dev reproduce: whether the same commit gives the same bytes. Called by ./dev, which has installed what it takes.
# Exports the last commit into two folders of different names, builds and installs each as it is shipped, and compares
# every file; the wheel is built twice as well. Prints the SHA-256 of each file; status 1 when one differs.
set -eu
commit=$(git rev-parse --short HEAD)
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
export SOURCE_DATE_EPOCH
packages=$(pwd)/.venv
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
trap 'exit 130' INT TERM

build_in() { # FOLDER TO
    mkdir -p "$1"
    git archive HEAD | tar -x -C "$1"
    ln -s "$packages" "$1/.venv"
    (
        cd "$1"
        cmake --preset release --log-level=WARNING -DWARIFU_TESTS=OFF
        cmake --build build/release
        cmake --install build/release --prefix "$2/usr"
        .venv/bin/python tools/wheels.py build "$2/dist"
    ) >"$place/log" 2>&1 || {
        tail -n 40 "$place/log" >&2
        echo "reproduce: the build in $1 failed; its words are above" >&2
        exit 1
    }
}

sums() { (cd "$1" && find . -type f | LC_ALL=C sort | xargs sha256sum); }

[ -z "$(git status --porcelain)" ] || echo "reproduce: what is not committed does not take part" >&2
for name in one another-place-with-a-longer-name; do
    echo "building $commit in $place/$name" >&2
    build_in "$place/$name/source" "$place/$name.installed"
    sums "$place/$name.installed" >"$place/$name.sums"
done
cat "$place/one.sums"
if ! diff "$place/one.sums" "$place/another-place-with-a-longer-name.sums" >&2; then
    echo "reproduce: these differ; diffoscope says where" >&2
    exit 1
fi
echo "$commit: $(wc -l <"$place/one.sums") files, the same bytes twice"
