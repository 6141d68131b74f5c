#!/usr/bin/env bash
# Runs emcc of the Debian folder on this project's tree. The project appears there as /project, so compiled files do not
# contain its local path. The mounts are in a separate namespace and vanish with the process:
# any number may run at once, and nothing is left to unmount.
set -euo pipefail

root=$(cd "$(dirname "$0")/../.." && pwd)
export root dir="${LIBSSH2_WASM_TOOLCHAIN:-$root/.toolchain/debian13}"
as_root=()
[ "$(id -u)" = 0 ] || as_root=(--map-root-user)

exec unshare "${as_root[@]}" --mount --propagation private bash -c '
  set -euo pipefail
  mkdir -p "$dir/project"
  mount --bind "$root" "$dir/project"
  mount --rbind /dev "$dir/dev"
  mount --rbind /proc "$dir/proc"
  mount -t tmpfs tmpfs "$dir/tmp"
  cd "$dir/project"
  exec chroot "$dir" /usr/bin/env -i PATH=/usr/bin:/bin HOME=/tmp LC_ALL=C.UTF-8 \
    /bin/sh -c "cd /project && exec emcc \"\$@\"" emcc "$@"
' emcc "$@"
