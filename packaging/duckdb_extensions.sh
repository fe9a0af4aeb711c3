#!/usr/bin/env bash
# Brings DuckDB's signed extensions avro, iceberg and httpfs 1.5.5 from their Python wheels and prints the directory
# for `query.extensions`. Checked by the hashes below; a second call is free.
set -euo pipefail

version=1.5.5
wheels=(
    "avro 9b7b37455a8e9ae498b0fa97404831c15c412aa5fd2c969c032e1d8231a43049"
    "iceberg cb7d238d733dff8047771be11f75d21aa417152c992e26ed7688d0d334285bb4"
    "httpfs 84913dbe172ccb54368de2c4a020c38ca8b0e76f99df548f7fac37934cc7826f"
)
files=(
    "avro f9c59d9735863896fb10c78f2d6e23132cc9ede4a4fb8c10a6f523b6d0793c77"
    "iceberg ebc4993903de0d71d42fe3027b6691b8d5e5936ed366e98bdb9eab5aeedeb422"
    "httpfs 887c392b1e49128d11667c81e3698d8b00dfdeb456771acf66d05a0f74f7b7d8"
)
target=${ICELIGHT_DEPS:-${XDG_CACHE_HOME:-$HOME/.cache}/icelight}/duckdb-extensions-$version
# Where the engine looks below its extension directory.
folder=$target/v$version/linux_amd64

if [ -f "$target/.complete" ]; then
    echo "$target"
    exit 0
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for wheel in "${wheels[@]}"; do
    echo "duckdb-extension-${wheel% *}==$version --hash=sha256:${wheel#* }"
done > "$work/requirements.txt"
echo "downloading DuckDB's extensions $version (Python wheels duckdb-extension-…)" >&2
python3 -m venv "$work/python" >&2
"$work/python/bin/pip" download --quiet --disable-pip-version-check --no-deps --require-hashes \
    -r "$work/requirements.txt" -d "$work/wheels" >&2

rm -rf "$target"
mkdir -p "$folder"
for wheel in "$work"/wheels/*.whl; do
    python3 -m zipfile -e "$wheel" "$work/contents"
done
for file in "${files[@]}"; do
    name=${file% *}
    cp "$work/contents/duckdb_extension_$name/extensions/v$version/$name.duckdb_extension" "$folder/"
    echo "${file#* }  $folder/$name.duckdb_extension" | sha256sum --check --quiet >&2
done
touch "$target/.complete"
echo "$target"
