# Run by tests: the jars of a pom, for Debian's Java 17 (packaging/debian.sh test).

# icelight_java_jars POM NAME: prints the folder that holds the jars that the pom names, made when missing or stale.
icelight_java_jars() {
    local home stamp pom=$1
    home=${ICELIGHT_DEPS:-${XDG_CACHE_HOME:-$HOME/.cache}/icelight}/$2
    stamp=$home/pom.sha256
    if ! sha256sum --check --quiet "$stamp" >/dev/null 2>&1; then
        echo "fetching the jars of $pom (Maven Central) into $home" >&2
        rm -rf "$home"
        mkdir -p "$home"
        mvn --quiet --batch-mode --file "$pom" dependency:copy-dependencies -DoutputDirectory="$home/lib" >&2
        sha256sum "$pom" > "$stamp"
    fi
    echo "$home/lib"
}
