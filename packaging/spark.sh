# Sourced by tests: PySpark in a folder of its own; it needs Java 17 (packaging/debian.sh test).

# icelight_spark PYTHON: prints a folder to put on PYTHONPATH, made when missing or stale.
icelight_spark() {
    local home stamp packaging python=$1
    packaging=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
    home=${ICELIGHT_DEPS:-${XDG_CACHE_HOME:-$HOME/.cache}/icelight}/pyspark
    stamp=$home/made.sha256
    if ! sha256sum --check --quiet "$stamp" >/dev/null 2>&1; then
        echo "fetching PySpark (PyPI) into $home" >&2
        rm -rf "$home"
        mkdir -p "$home"
        "$python" -m pip install --quiet --disable-pip-version-check --target "$home/site" \
            -r "$packaging/requirements-spark.txt" >&2
        sha256sum "$packaging/requirements-spark.txt" "$packaging/spark.sh" > "$stamp"
    fi
    echo "$home/site"
}
