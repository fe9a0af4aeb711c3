#!/usr/bin/env bash
# Brings DuckDB 1.5.5 (C header and static archives) from the Go modules of its bindings and prints the
# folder that holds include/duckdb.h and lib/*.a. Checked by the hashes below; a second call is free.
set -euo pipefail

version=v0.10505.0
header_sha256=48e716b9ce96ca8fead9cb35693fdc0343ac0fc1f6e7db5561fa0f44b674153d
archive_sha256=6f6ca563c73b329550fc24266fcf4523d37355807eadf10aac0c4003edb2c276
target=${ICELIGHT_DEPS:-${XDG_CACHE_HOME:-$HOME/.cache}/icelight}/duckdb-1.5.5

if [ -f "$target/.complete" ]; then
    echo "$target"
    exit 0
fi

. "$(dirname "${BASH_SOURCE[0]}")/go.sh"
go=$(icelight_go)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
module_dir() {
    (cd "$work" && "$go" mod download -json "$1@$version") | sed -n 's/^[[:space:]]*"Dir": "\(.*\)",$/\1/p'
}
echo "downloading DuckDB 1.5.5 (Go module github.com/duckdb/duckdb-go-bindings)" >&2
header_dir=$(module_dir github.com/duckdb/duckdb-go-bindings)
archive_dir=$(module_dir github.com/duckdb/duckdb-go-bindings/lib/linux-amd64)

rm -rf "$target"
mkdir -p "$target/include" "$target/lib"
cp "$header_dir/include/duckdb.h" "$target/include/"
cp "$archive_dir"/*.a "$target/lib/"
chmod -R u+w "$target"
echo "$header_sha256  $target/include/duckdb.h" | sha256sum --check --quiet >&2
echo "$archive_sha256  $target/lib/libduckdb_static.a" | sha256sum --check --quiet >&2
touch "$target/.complete"
echo "$target"
