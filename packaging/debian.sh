#!/usr/bin/env bash
# Installs the Debian 12 packages that are missing: packaging/debian.sh build|test|all
#
# Says what it installs; asks for root (sudo) only when something is missing.
set -euo pipefail

build=(
    ca-certificates ccache cmake g++ git libabsl-dev libboost1.81-dev libbrotli-dev libcli11-dev libexpected-dev libfmt-dev libisal-dev libre2-dev
    libseccomp-dev libsimdjson-dev libspdlog-dev libsqlite3-dev libssl-dev libtomlplusplus-dev libxxhash-dev libyaml-cpp-dev libzstd-dev
    libboost-json1.81-dev mold ninja-build patchelf pkg-config prometheus-cpp-dev python3-venv tzdata zlib1g-dev
)
test=(
    chromium clang-16 clang-format-14 clang-tidy-16 curl libbenchmark-dev libclang-rt-16-dev libfaketime libgmock-dev libgtest-dev
    maven openjdk-17-jre-headless procps sqlite3 strace
)
all=(
    cargo-web openjdk-17-jdk-headless
)

case ${1:-build} in
    build) wanted=("${build[@]}") ;;
    test) wanted=("${build[@]}" "${test[@]}") ;;
    all) wanted=("${build[@]}" "${test[@]}" "${all[@]}") ;;
    *) echo "usage: packaging/debian.sh build|test|all" >&2; exit 2 ;;
esac

missing=()
for package in "${wanted[@]}"; do
    state=$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null || true)
    [ "$state" = installed ] || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

echo "installing Debian packages: ${missing[*]}" >&2
as_root=()
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || { echo "run as root, or install sudo, to install: ${missing[*]}" >&2; exit 1; }
    as_root=(sudo)
fi
"${as_root[@]}" apt-get update --quiet=2 >&2
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install --yes --quiet=2 --no-install-recommends "${missing[@]}" >&2
