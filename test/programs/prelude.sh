# bash prelude.sh JOB: runs a job of jobs/, with what all of them use.
#
# $SSH is the program in the place of ssh (/usr/bin/ssh is it too), $PORT the port of the server, which is `demo` and `demo2` in ~/.ssh/config,
# $FAR a folder that both sides see. Both homes are /mnt, and are different folders.
set -euo pipefail
export SSH PORT FAR
export GIT_AUTHOR_NAME=A GIT_AUTHOR_EMAIL=a@example.org GIT_AUTHOR_DATE='2026-01-01T00:00:00Z' GIT_COMMITTER_NAME=A GIT_COMMITTER_EMAIL=a@example.org GIT_COMMITTER_DATE='2026-01-01T00:00:00Z'

# Says a heading, which the outputs of both programs share.
say() { printf '== %s\n' "$*"; }

# Runs a command that must end with the exit code $1.
ends() {
  local wanted=$1 code=0
  shift
  "$@" || code=$?
  printf -- '-- exit code %s\n' "$code"
  [ "$code" = "$wanted" ] || { echo "exit code $code in place of $wanted: $*" >&2; exit 1; }
}

# The job cannot run on this machine, because of $*.
cannot() { echo "$*" >&2; exit 77; }

# $1 bytes that are the same on each run.
bytes() { openssl enc -aes-128-ctr -K 00 -iv 00 -in /dev/zero 2>/dev/null | head -c "$1" || true; }

# Makes a tree with names, modes and sizes that are easily got wrong.
sample() {
  mkdir -p "$1/folder/deep er" "$1/empty"
  echo text > "$1/text"; : > "$1/nothing"; echo 'a b' > "$1/name with  spaces"; echo ü > "$1/größe"
  bytes 1500000 > "$1/folder/large"; echo '#!/bin/sh' > "$1/folder/deep er/run"; chmod 755 "$1/folder/deep er/run"; chmod 600 "$1/text"
  find "$1" -exec touch -h -d '2026-01-02T03:04:05Z' {} +
}

# Two trees have the same files with the same contents and modes.
same() { diff -r --no-dereference "$1" "$2"; [ "$(listing "$1")" = "$(listing "$2")" ] || { echo "the modes of $1 and $2 differ" >&2; exit 1; }; }
listing() { (cd "$1" && find . -not -name . -printf '%P %y %m\n' | sort); }

# Waits until a command succeeds, a minute at most.
until_true() {
  local tries=0
  until "$@" >/dev/null 2>&1; do
    tries=$((tries + 1))
    [ $tries -lt 600 ] || { echo "it did not become true: $*" >&2; exit 1; }
    read -rt 0.1 _ <> <(:) || true
  done
}

# From here on `demo` is reached through a Unix socket, so that it is there in a network namespace too, where no port of this side is one of the server's.
through_socket() {
  unshare --net true 2>/dev/null || cannot 'this machine allows no network namespaces'
  socat "UNIX-LISTEN:$FAR/server,fork" "TCP:127.0.0.1:$PORT" 2>/dev/null &
  until_true test -S "$FAR/server"
  printf '  ProxyCommand socat - UNIX-CONNECT:%s\n' "$FAR/server" >> .ssh/config
}

. "$1"
