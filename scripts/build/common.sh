# Sourced by the other scripts of this folder. Sets `root` and makes it the working directory.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cd "$root"

# The Debian folder with Emscripten; set it to share one among several clones.
toolchain_dir=${LIBSSH2_WASM_TOOLCHAIN:-$root/.toolchain/debian13}

say()  { printf '[build] %s\n' "$*" >&2; }
fail() { printf '[build] error: %s\n' "$1" >&2; shift; [ $# = 0 ] || printf '        %s\n' "$@" >&2; exit 1; }

have() { command -v "$1" >/dev/null 2>&1; }

# apt_install PACKAGE... : for the few host tools that a bare machine lacks.
apt_install() {
  have apt-get && [ "$(id -u)" = 0 ] || fail "this machine lacks: $*" "Install it, or run build.sh as root on Debian so that it can."
  say "installing on this machine with apt-get: $*"
  if ! DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@" >/dev/null 2>&1; then
    apt-get update -q >/dev/null || say "apt-get update failed; trying the known indexes"
    DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@" >/dev/null ||
      fail "apt-get could not install: $*"
  fi
}

# The archive that this machine's own apt uses, e.g. for its other suites. apt reads both source formats.
machine_mirror() {
  have apt-get || return 0
  apt-get indextargets --format '$(CREATED_BY) $(COMPONENT) $(RELEASE) $(REPO_URI)' 2>/dev/null |
    awk '$1 == "Packages" && $2 == "main" && $3 !~ /-(security|updates|backports)/ && !found { print $4; found = 1 }'
}

# patches NAME : the patches of deps/NAME in the order of their numbers, in which they apply, whatever their folder.
patches() { find "deps/$1/patches" -name '*.patch' -printf '%f %p\n' 2>/dev/null | sort | cut -d' ' -f2 || true; }

# pin NAME FIELD : the value(s) of a field in deps/NAME/pin.txt.
pin() { awk -v field="$2" '$1 == field { $1 = ""; sub(/^ /, ""); print }' "deps/$1/pin.txt"; }
