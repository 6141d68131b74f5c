#!/usr/bin/env bash
# Installs the SSH servers and tools that the tests talk to. Nothing here is part of the library.
#
#   scripts/install-peers.sh          what CI needs
#   scripts/install-peers.sh --full   more servers and other releases (npm run test:interop)
#   scripts/install-peers.sh --programs   programs that start ssh (npm run test:programs)
#   scripts/install-peers.sh --openssh-tests   OpenSSH's regression suites of other releases (npm run test:openssh -- --suite NAME)
#   scripts/install-peers.sh --list   lists what is there, installs nothing
#
# Contract: it leaves existing programs alone and starts or enables no service. If a peer is
# unavailable, it prints its name and still exits with 0, because each test names the peer that it skips.
source "$(dirname "${BASH_SOURCE[0]}")/build/common.sh"
peers=.toolchain/peers
mode=${1:-ci}
missing=''

say() { printf '%s\n' "peers: $*"; }
miss() { missing="$missing
  $1: $2"; }

# The files that tests look for, the package of each, and why. Keep in step with test/support/require-peer.ts.
ci_packages='
/usr/sbin/sshd|openssh-server|OpenSSH, the reference server
/usr/lib/openssh/sftp-server|openssh-sftp-server|its SFTP server as a process of its own
/usr/bin/ssh-keygen|openssh-client|keys, agent and the reference client
/usr/bin/openssl|openssl|PEM keys and certificates to compare with
/usr/bin/puttygen|putty-tools|PPK keys to compare with
/usr/sbin/dropbear|dropbear-bin|Dropbear: no etm, closes a PTY at EOF
/usr/sbin/tinysshd|tinysshd|TinySSH: Ed25519 and chacha20-poly1305 only
/usr/bin/python3|python3|the servers written in Python
/usr/lib/python3/dist-packages/asyncssh|python3-asyncssh|AsyncSSH: widest offer, repeated server-sig-algs, password change
/usr/lib/python3/dist-packages/paramiko|python3-paramiko|Paramiko: no strict kex, no ext-info
/usr/bin/websockify|websockify|WebSocket gateway that people use
/usr/bin/gcc|gcc|the native client under sanitizers
/usr/bin/make|make|the same
/usr/include/zlib.h|zlib1g-dev|the same
/sbin/ip|iproute2|the ends of a wire that loses packets
/usr/bin/tmux|tmux|a terminal for the command-line program
/usr/bin/vi|vim-tiny|an editor to run in it
/usr/bin/chromium|chromium|a browser for the browser terminal
/usr/sbin/nginx|nginx-light|a proxy in front of the gateway, with the part of its configuration that we ship
/usr/bin/caddy|caddy|the same
/usr/bin/systemd-analyze|systemd|checks the units of the gateway
pam_wrapper/pam_matrix.so|libpam-wrapper|a PAM module with passwords in a file, for keyboard-interactive at a real sshd'
full_packages='
/usr/bin/go|golang-go|Go, to compile the x/crypto server
/usr/share/gocode/src/golang.org/x/crypto/ssh|golang-golang-x-crypto-dev|the SSH server of Go programs
/usr/share/gocode/src/github.com/pkg/sftp|golang-github-pkg-sftp-dev|their SFTP server
/usr/bin/erl|erlang-ssh|the SSH server of Erlang/OTP
/usr/include/libssh/server.h|libssh-dev|the server side of libssh
/usr/bin/javac|default-jdk-headless|Java, for Apache MINA SSHD
/usr/sbin/proftpd|proftpd-core|ProFTPD, whose mod_sftp has its own SFTP
/usr/lib/proftpd/mod_sftp.so|proftpd-mod-crypto|the same
/usr/bin/lftp|lftp|what another client sees of our uploads'

program_packages='
/usr/bin/git|git|clone, push, fetch and submodules through ssh
/usr/bin/rsync|rsync|copies through ssh
/usr/bin/sshfs|sshfs|mounts through ssh
/usr/bin/ansible|ansible-core|playbooks through ssh
/usr/bin/borg|borgbackup|backups through ssh
/usr/bin/restic|restic|backups through SFTP
/usr/bin/duplicity|duplicity|backups through SFTP
/usr/bin/unison|unison|synchronises through ssh
/usr/bin/lftp|lftp|mirrors through SFTP
/usr/bin/parallel|parallel|jobs on hosts
/usr/bin/autossh|autossh|keeps forwardings open
/usr/bin/socat|socat|ends of forwardings
/usr/bin/mosh|mosh|terminals that begin through ssh
/usr/bin/sshuttle|sshuttle|a network through ssh
/usr/sbin/iptables|iptables|sends the connections of that network to sshuttle
/usr/bin/hg|mercurial|clones and pushes through ssh
/usr/bin/svn|subversion|checks out and commits through ssh
/usr/bin/rdiff-backup|rdiff-backup|backups through ssh
/usr/bin/pdsh|pdsh|commands on many hosts
/usr/bin/parallel-ssh|pssh|the same
/usr/bin/distcc|distcc|compiles through ssh
/usr/lib/python3/dist-packages/pexpect|python3-pexpect|how duplicity drives sftp'

# Trees of other Debian releases: folder|suite|packages|file that proves it|why. Run in place by test/support/foreign-tree.ts.
ci_trees='
trixie|trixie|openssh-server,openssh-sftp-server|usr/lib/openssh/sshd-session|OpenSSH 10.0: mlkem768x25519-sha256 by default, no DH
ssh-audit|trixie|ssh-audit|usr/lib/python3/dist-packages/ssh_audit|ssh-audit 3.3: what it says of our client'
full_trees='
mina|trixie|libmina-sshd-java|usr/share/java/sshd-core.jar|Apache MINA SSHD 2.13
libssh|trixie|libssh-4|usr/share/doc/libssh-4/copyright|libssh 0.11, for the same server as the installed one
python|trixie|python3-minimal,python3-asyncssh,python3-paramiko|usr/lib/python3/dist-packages/asyncssh|AsyncSSH 2.20 and Paramiko 3.5, with their Python
bullseye|bullseye|openssh-server,openssh-sftp-server|usr/sbin/sshd|OpenSSH 8.4: ssh-rsa host keys
sid|sid|openssh-server,openssh-sftp-server,dropbear-bin,tinysshd|usr/sbin/dropbear|newest OpenSSH, Dropbear and TinySSH'

# What the tests start, a locale for tmux, and libstdc++ for the Node that runs this program there.
regress='openssh-server,openssh-client,openssh-sftp-server,openssh-tests,softhsm2,tmux,dash,bash,coreutils,debianutils,diffutils,findutils,gawk,grep,gzip,hostname,libc-bin,libstdc++6,netcat-openbsd,perl-base,procps,sed,tar,util-linux'
regress_trees="
openssh-tests-trixie|trixie|$regress|usr/lib/locale/C.utf8/LC_CTYPE|the tests of OpenSSH 10.0, with it
openssh-tests-sid|sid|$regress|usr/lib/locale/C.utf8/LC_CTYPE|the tests of the newest OpenSSH, with it"

if [ "$mode" = --openssh-tests ]; then
  packages='' trees="$regress_trees"
elif [ "$mode" = --programs ]; then
  packages="$program_packages" trees=''
elif [ "$mode" = --full ] || [ "$mode" = --list ]; then
  packages="$ci_packages$full_packages" trees="$ci_trees$full_trees"
else
  packages="$ci_packages" trees="$ci_trees"
fi

present() {
  case $1 in
    /*) [ -e "$1" ] ;;
    *) ls /usr/lib/*/"$1" >/dev/null 2>&1 ;;
  esac
}

blocked=''
[ "$(id -u)" = 0 ] || blocked='needs root'
have apt-get || blocked='needs apt-get (Debian or a relative of it)'
[ "$mode" != --list ] || blocked='not installed'

# $@: packages. invoke-rc.d asks policy-rc.d before it starts anything; 101 means "no".
install_stopped() {
  policy=/usr/sbin/policy-rc.d made=''
  if [ ! -e $policy ]; then
    made=$policy
    printf '#!/bin/sh\nexit 101\n' >$policy && chmod 755 $policy
  fi
  rc=0
  DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get -o DPkg::Lock::Timeout=300 install -qq -y --no-install-recommends "$@" </dev/null >"$log" 2>&1 || rc=$?
  [ -z "$made" ] || rm -f "$made"
  return $rc
}

# $1: package just installed by this script. At the next boot its services stay off.
disable_services() {
  for unit in $(dpkg -L "$1" | sed -n 's#^\(/usr\)\{0,1\}/lib/systemd/system/\([^/@]*\.\(service\|socket\)\)$#\2#p'); do
    if have systemctl; then systemctl disable "$unit" >/dev/null 2>&1 || true; fi
  done
  for init in $(dpkg -L "$1" | sed -n 's#^/etc/init.d/##p'); do
    update-rc.d "$init" disable >/dev/null 2>&1 || true
  done
}

install_packages() {
  wanted=''
  while IFS='|' read -r file package why; do
    [ -n "$file" ] || continue
    if present "$file"; then continue; fi
    if [ -n "$blocked" ]; then miss "$package ($why)" "$blocked"; else say "$package: $why"; wanted="$wanted $package"; fi
  done <<LIST
$packages
LIST
  [ -n "$wanted" ] || return 0
  # Two attempts: package lists of an image are often older than its mirror. Then one by one, to lose only the unavailable ones.
  if ! install_stopped $wanted; then
    apt-get update -qq >/dev/null 2>&1 || true
    if ! install_stopped $wanted; then
      for package in $wanted; do install_stopped "$package" || miss "$package" "$(tail -n 1 "$log")"; done
    fi
  fi
  for package in $wanted; do
    if dpkg -s "$package" >/dev/null 2>&1; then disable_services "$package"; fi
  done
}

install_trees() {
  while IFS='|' read -r folder suite include file why; do
    [ -n "$folder" ] || continue
    if [ -e "$peers/$folder/$file" ]; then continue; fi
    if [ -n "$blocked" ]; then miss "$folder ($why)" "$blocked"; continue; fi
    have mmdebstrap || install_stopped mmdebstrap || true
    from=$(machine_mirror)
    if [ -z "$from" ]; then miss "$folder ($why)" 'apt of this machine has no Debian mirror'; continue; fi
    say "$suite in the folder $folder: $why"
    rm -rf "$peers/$folder.part"
    mkdir -p "$peers"
    if mmdebstrap --quiet --mode=root --variant=extract --aptopt='Acquire::Check-Valid-Until "false"' \
      --include="$include" "$suite" "$peers/$folder.part" "$from" </dev/null >"$log" 2>&1; then
      rm -rf "${peers:?}/$folder"
      mv "$peers/$folder.part" "$peers/$folder"
    else
      rm -rf "$peers/$folder.part"
      miss "$folder ($why)" "$(grep -m 1 '^E:' "$log" || tail -n 1 "$log")"
    fi
  done <<LIST
$trees
LIST
}

log=$(mktemp)
trap 'rm -f "$log"' EXIT
install_packages
install_trees
if [ -n "$missing" ]; then
  say "not there; tests that need them say that they were skipped:$missing"
else
  say 'all there'
fi
