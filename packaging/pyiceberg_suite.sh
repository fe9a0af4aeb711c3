# Sourced by tests: PyIceberg's own tests, which only its source archive holds, and what they need to run.

# icelight_pyiceberg_suite PYTHON: prints a folder with source/tests and site/ (pytest and friends), made when missing or stale.
icelight_pyiceberg_suite() {
    local home stamp packaging python=$1
    packaging=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
    home=${ICELIGHT_DEPS:-${XDG_CACHE_HOME:-$HOME/.cache}/icelight}/pyiceberg-suite
    stamp=$home/made.sha256
    if ! sha256sum --check --quiet "$stamp" >/dev/null 2>&1; then
        echo "fetching PyIceberg's test suite (PyPI) into $home" >&2
        rm -rf "$home"
        mkdir -p "$home/source"
        "$python" -m pip install --quiet --disable-pip-version-check --target "$home/site" \
            -r "$packaging/requirements-pyiceberg-suite.txt" >&2
        "$python" -m pip download --quiet --disable-pip-version-check --no-deps --no-binary pyiceberg \
            --dest "$home" "$(grep '^pyiceberg==' "$packaging/requirements.txt")" >&2
        # The tests alone: the package under test is the installed one.
        tar --extract --file "$home"/pyiceberg-*.tar.gz --directory "$home/source" --strip-components 1 --wildcards '*/tests/*'
        sha256sum "$packaging/requirements.txt" "$packaging/requirements-pyiceberg-suite.txt" "$packaging/pyiceberg_suite.sh" > "$stamp"
    fi
    echo "$home"
}
