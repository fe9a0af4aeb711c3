# Sourced by ./test and ./bench, or run by tests: a Python with pinned packages.

# icelight_python [REQUIREMENTS [NAME]]: prints the interpreter of a virtual environment outside the checkout, made when it is
# missing or stale. Without arguments it holds packaging/requirements.txt.
icelight_python() {
    local home requirements stamp
    requirements=${1:-$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)/requirements.txt}
    home=${ICELIGHT_DEPS:-${XDG_CACHE_HOME:-$HOME/.cache}/icelight}/${2:-python}
    stamp=$home/requirements.sha256
    if ! sha256sum --check --quiet "$stamp" >/dev/null 2>&1; then
        echo "installing Python packages ($requirements) into $home" >&2
        rm -rf "$home"
        python3 -m venv "$home" >&2
        "$home/bin/pip" install --quiet --disable-pip-version-check -r "$requirements" >&2
        sha256sum "$requirements" > "$stamp"
    fi
    echo "$home/bin/python"
}
