#!/usr/bin/env bash
# Installs the development dependencies if they are missing or older than package-lock.json.
source "$(dirname "$0")/common.sh"

[ "$(node -p 'process.versions.node.split(".")[0]')" -ge 20 ] || fail "node 20 or newer is needed; this is $(node --version)."
if [ ! -e node_modules/.package-lock.json ]; then
  say "installing development dependencies: npm ci"
  npm ci --no-audit --no-fund --loglevel=error >&2 || fail "npm ci failed."
elif ! node scripts/build/lock-is-installed.mjs; then
  say "package-lock.json asks for other versions than are installed: npm install"
  npm install --no-save --no-audit --no-fund --loglevel=error >&2 || fail "npm install failed."
fi
