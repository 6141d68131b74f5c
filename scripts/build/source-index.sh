# For the scripts that ask Debian's indexes of source packages; sourced behind common.sh. A configuration of its own: the machine's
# indexes and sources stay as they are, its proxy and checks hold. apt checks the signature of each index that it loads.
apt_state=$root/build/apt

private_apt=(-o "Dir::Etc::SourceList=$apt_state/sources.list" -o Dir::Etc::SourceParts=/dev/null
  -o "Dir::State::Lists=$apt_state/lists" -o Acquire::Check-Valid-Until=false
  -o "Dir::Cache::srcpkgcache=" -o "Dir::Cache::pkgcache=" -o APT::Sandbox::User=root)

# showsrc PACKAGE : what the loaded indexes say of it.
showsrc() { apt-cache "${private_apt[@]}" showsrc --only-source "$1" 2>/dev/null; }

# 1:1.2.3-4 is 1.2.3.
upstream_version() { local v=${1#*:}; echo "${v%-*}"; }

# Loads the indexes of all suites that a pin names, unless that was done within the hour; false where they cannot be had.
load_source_indexes() {
  local mirror keyring=/usr/share/keyrings/debian-archive-keyring.gpg option= lines suite
  mirror=$(machine_mirror)
  [ -n "$mirror" ] || { say "this machine's apt has no archive configured."; return 1; }
  [ ! -e "$keyring" ] || option="[signed-by=$keyring] "
  mkdir -p "$apt_state/lists/partial"
  lines=$(for suite in $(cat deps/*/pin.txt | awk '$1 == "suites" { $1 = ""; print }' | tr ' ' '\n' | sort -u); do
    echo "deb-src $option$mirror $suite main"
  done)
  [ "$lines" = "$(cat "$apt_state/sources.list" 2>/dev/null)" ] || { echo "$lines" > "$apt_state/sources.list"; rm -f "$apt_state/updated"; }
  if [ ! -e "$apt_state/updated" ] || [ -n "$(find "$apt_state/updated" -mmin +60)" ]; then
    say "loading the source indexes of Debian (private to this build)"
    apt-get "${private_apt[@]}" update -q >&2 || { say "apt-get could not load the source indexes."; return 1; }
    touch "$apt_state/updated"
  fi
}
