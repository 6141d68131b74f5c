#!/usr/bin/env bash
# build/bench/ssh2-plain : npm ssh2 without its native addon.
# build/bench/ssh2 : npm ssh2 with its native addon, compiled by npm's node-gyp with the headers beside node.
source "$(dirname "$0")/../../scripts/build/common.sh"

to=$PWD/build/bench/ssh2
# As it is without a compiler, whatever `npm ci` has compiled here.
rm -rf "$to-plain"
mkdir -p "$(dirname "$to")"
cp -r node_modules/ssh2 "$to-plain"
rm -rf "$to-plain/lib/protocol/crypto/build"
stamp="$(node -p 'process.version') $(node -p 'require("ssh2/package.json").version')"
[ "$(cat "$to/built" 2>/dev/null)" != "$stamp" ] || exit 0
node=$(dirname "$(dirname "$(readlink -f "$(command -v node)")")")
[ -e "$node/include/node/node.h" ] || { say "no headers beside node: $node/include/node"; exit 1; }
gyp=$(ls -d "$node"/lib/node_modules/npm/node_modules/node-gyp/bin/node-gyp.js 2>/dev/null) || { say 'no node-gyp beside npm'; exit 1; }
have g++ && have make && have python3 || apt_install g++ make python3
say "compiling the addon of npm ssh2"
rm -rf "$to"
cp -r node_modules/ssh2 "$to"
# As in its own install script.
cd "$to/lib/protocol/crypto"
node "$gyp" --nodedir="$node" "--target=$(node -p 'process.version')" "--real_openssl_major=$(node -p 'parseInt(process.versions.openssl)')" rebuild >"$to/../ssh2.log" 2>&1
echo "$stamp" >"$to/built"
