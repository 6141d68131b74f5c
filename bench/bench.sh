#!/usr/bin/env bash
# npm run bench [-- OPTIONS] : prepares the peers of the benchmark and runs it. What cannot be prepared is left out, and the report says why.
source "$(dirname "$0")/../scripts/build/common.sh"

case " $* " in *' --help '*) ;; *)
  bash scripts/build/node-modules.sh
  ./build.sh
  [ -x /usr/sbin/sshd ] && have ssh && have sftp && have ssh-keygen || scripts/install-peers.sh >&2
  [ -x /usr/bin/time ] || apt_install time
  [ -x /usr/bin/chromium ] || (apt_install chromium) || say 'no Chromium: nothing is measured in it'
  mkdir -p build/bench
  bash bench/prepare/ssh2-addon.sh || say "npm ssh2's addon could not be built: build/bench/ssh2.log"
  bash bench/prepare/native.sh || say 'the native clients could not be built'
esac
node bench/prepare/bundle.mjs
exec node build/bench/run.js "$@"
