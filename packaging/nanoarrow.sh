#!/usr/bin/env bash
# Brings the C sources of nanoarrow 0.9.0 and of flatcc, which it carries, from its source distribution on PyPI and prints the
# folder that holds nanoarrow/ and flatcc/. Checked by the hash below; a second call is free.
#
# pip asks a source distribution's build system for its metadata, so meson runs once; patchelf (Debian) keeps it from being built.
set -euo pipefail

version=0.9.0
sha256=1ce15bbed8532839347faa78824c5dbd3769bff60661003e34c6fba5dd881bd3
target=${ICELIGHT_DEPS:-${XDG_CACHE_HOME:-$HOME/.cache}/icelight}/nanoarrow-$version

if [ -f "$target/.complete" ]; then
    echo "$target"
    exit 0
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
echo "downloading nanoarrow $version (PyPI, source distribution); this takes about two minutes" >&2
python3 -m venv "$work/venv" >&2
echo "nanoarrow==$version --hash=sha256:$sha256" > "$work/requirements.txt"
"$work/venv/bin/pip" download --quiet --disable-pip-version-check --no-deps --no-binary nanoarrow --require-hashes \
    -r "$work/requirements.txt" --dest "$work" >&2
tar -xzf "$work/nanoarrow-$version.tar.gz" -C "$work"

rm -rf "$target"
mkdir -p "$target"
cp -R "$work/nanoarrow-$version/subprojects/arrow-nanoarrow/src/nanoarrow" "$target/nanoarrow"
cp -R "$work/nanoarrow-$version"/subprojects/flatcc-* "$target/flatcc"
IFS=. read -r major minor patch <<< "$version"
sed -e "s/@NANOARROW_VERSION_MAJOR@/$major/; s/@NANOARROW_VERSION_MINOR@/$minor/; s/@NANOARROW_VERSION_PATCH@/$patch/" \
    -e "s/@NANOARROW_VERSION@/$version/; s/@NANOARROW_NAMESPACE_DEFINE@/#define NANOARROW_NAMESPACE IcelightNanoarrow/" \
    "$target/nanoarrow/nanoarrow_config.h.in" > "$target/nanoarrow/nanoarrow_config.h"
touch "$target/.complete"
echo "$target"
