#!/usr/bin/env bash
# npm run bench [-- OPTIONS] : prepares the peers of the benchmark and runs it. A peer that cannot be prepared is left out, and the report says why.
# npm run bench:scale, bench:profile, bench:compare, bench:kinds, bench:limits and bench:browser:perf [-- OPTIONS] add --sessions-and-memory, --profile, --compare, --kinds,
# --limits or --browser-perf: they need no peers, but for the addon of npm ssh2 (--kinds, --limits) and the native clients (--limits).
source "$(dirname "$0")/../scripts/build/common.sh"

program=run
case "${1:-}" in
  --sessions-and-memory) program=scale-run; shift ;;
  --profile) program=profile-run; shift ;;
  --compare) program=compare; shift ;;
  --kinds) program=kinds-run; shift ;;
  --limits) program=limits-run; shift ;;
  --browser-perf) program=browser-perf; shift ;;
esac

prepare() {
  bash scripts/build/node-modules.sh
  ./build.sh
  [ -x /usr/sbin/sshd ] && have ssh && have sftp && have ssh-keygen || scripts/install-peers.sh >&2
  [ -x /usr/bin/time ] || apt_install time
}

prepare_peers() {
  mkdir -p build/bench
  [ -x /usr/bin/chromium ] || (apt_install chromium) || say 'no Chromium: nothing is measured in it'
  have ip && have python3 || (apt_install iproute2 python3) || say 'no python3 or ip: the link with loss is left out'
  bash bench/prepare/ssh2-addon.sh || say "npm ssh2's addon could not be built: build/bench/ssh2.log"
  bash bench/prepare/native.sh || say 'the native clients could not be built'
}

case " $* " in *' --help '*) ;; *)
  prepare
  [ $program != run ] || prepare_peers
  case $program in kinds-run | limits-run) bash bench/prepare/ssh2-addon.sh ;; esac
  [ $program != limits-run ] || bash bench/prepare/native.sh
esac
node bench/prepare/bundle.mjs
exec node "build/bench/$program.js" "$@"
