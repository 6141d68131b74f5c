#!/usr/bin/env bash
# Prints the emcc to use: the machine's own if it is new enough, otherwise that of a Debian 13 folder, which it creates first.
source "$(dirname "$0")/common.sh"

oldest=3.1.58

emcc_version() { "$1" --version 2>/dev/null | sed -nE '1s/.* ([0-9]+\.[0-9]+\.[0-9]+).*/\1/p'; }
new_enough() { [ -n "$1" ] && [ "$(printf '%s\n%s\n' "$oldest" "$1" | sort -V | head -n 1)" = "$oldest" ]; }

if [ -n "${EMCC:-}" ]; then
  version=$(emcc_version "$EMCC")
  new_enough "$version" || fail "EMCC=$EMCC is version '${version:-unknown}'; $oldest or newer is needed."
  echo "$EMCC"; exit
fi
if [ -z "${LIBSSH2_WASM_TOOLCHAIN:-}" ] && have emcc; then
  version=$(emcc_version emcc)
  if new_enough "$version"; then command -v emcc; exit; fi
  say "emcc ${version:-?} of this machine is older than $oldest: not used"
fi

wrapper=$root/scripts/build/emcc-in-folder.sh
if [ ! -x "$toolchain_dir/usr/share/emscripten/emcc" ]; then
  mirror=$(machine_mirror)
  [ -n "$mirror" ] || fail "no emcc >= $oldest, and this machine has no apt to get one with." \
    "Install emsdk (Emscripten's own installer) and put emcc on the PATH, or set EMCC to it."
  have mmdebstrap || apt_install mmdebstrap
  mkdir -p "$(dirname "$toolchain_dir")"
  exec 9>"$toolchain_dir.lock"
  flock 9
  if [ ! -x "$toolchain_dir/usr/share/emscripten/emcc" ]; then
    say "making a Debian 13 folder with Emscripten: about 410 MB to load, 2.4 GB on disk, a minute"
    rm -rf "$toolchain_dir.partial"
    # Only the folder's own indexes: the suite is fixed, and the machine's apt settings (proxy, checks) still apply.
    mmdebstrap --quiet --variant=apt --include=emscripten trixie "$toolchain_dir.partial" "$mirror" >&2 ||
      fail "mmdebstrap could not make the folder." \
        "It needs root or user namespaces. Where it can't have them: install emsdk and set EMCC to its emcc."
    mv "$toolchain_dir.partial" "$toolchain_dir"
  fi
  flock -u 9
fi
"$wrapper" --version >/dev/null 2>&1 || fail "the emcc of $toolchain_dir does not run (mount namespaces refused?)." \
  "Install emsdk and set EMCC to its emcc, or run as root."
echo "$wrapper"
