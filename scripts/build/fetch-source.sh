#!/usr/bin/env bash
# fetch-source.sh NAME : puts the upstream tarball of deps/NAME/pin.txt into build/downloads/NAME/ and prints
# "VERSION SHA256 FILE". A tarball that is already there, or in the folder LIBSSH2_WASM_SOURCES (made by keep-sources.sh), and
# matches the pin is used without any network. Only tarballs that the pin lists are accepted, or, where it says `unlisted signed`, those
# that the archive's signed index lists with the same SHA-256.
source "$(dirname "$0")/common.sh"
source "$(dirname "$0")/source-index.sh"

name=$1
package=$(pin "$name" package) minimum=$(pin "$name" minimum) below=$(pin "$name" below)
downloads=build/downloads/$name

in_range() { dpkg --compare-versions "$1" ge "$minimum" && dpkg --compare-versions "$1" lt "$below"; }

# Whether the index that this build has loaded, and whose signature apt has checked, has the file $1 with the SHA-256 $2.
in_signed_index() {
  have apt-cache && [ -e "$apt_state/updated" ] || return 1
  showsrc "$package" | awk -v hash="$2" -v file="$1" '/^[^ ]/ { sums = $1 == "Checksums-Sha256:" } sums && $1 == hash && $3 == file { found = 1 } END { exit !found }'
}

# Checks the tarball against the pin and prints the result line; false if its version is not the pin's. An unlisted tarball of the
# pin's version ends the build, wherever it comes from: a file's name says nothing about its content.
accept() {
  local file=$1 version hash known
  version=${file##*/"${package}"_}; version=${version%.orig.tar.*}
  in_range "$version" || return 1
  hash=$(sha256sum "$file" | cut -d' ' -f1)
  known=$(pin "$name" sha256 | awk -v v="$version" '$1 == v { print $2 }')
  if [ -n "$known" ]; then
    [ "$hash" = "$known" ] || fail "$file has SHA-256 $hash," "but deps/$name/pin.txt says $known."
  elif [ "$(pin "$name" unlisted)" = signed ] && in_signed_index "$(basename "$file")" "$hash"; then
    say "$name $version is newer than its pin; taken, because the archive's signed index has it: SHA-256 $hash"
  else
    fail "$file has SHA-256 $hash," "which neither deps/$name/pin.txt lists for $version nor the archive's signed index." \
      "Remove it, and the listed one is loaded; or list it, if you know where it comes from."
  fi
  echo "$version $hash $file"
}

mkdir -p "$downloads"
if [ -n "${LIBSSH2_WASM_SOURCES:-}" ]; then
  find "$LIBSSH2_WASM_SOURCES" -maxdepth 2 -name "${package}_*.orig.tar.*" ! -name '*.asc' -exec cp -n {} "$downloads/" \;
fi
for file in $(find "$downloads" -maxdepth 1 -name "${package}_*.orig.tar.*" ! -name '*.asc' | sort -rV); do
  have dpkg || fail "dpkg is needed to compare versions."
  if accept "$file"; then exit 0; fi
done

have apt-get && have dpkg || fail "no apt on this machine to fetch $name $minimum with." \
  "Set LIBSSH2_WASM_SOURCES to a folder with its tarball, or ${name^^}_SRC to an unpacked source tree of $name."
load_source_indexes || fail "$name cannot be fetched."

# Newest first; the next one if an index is ahead of its archive. Downloaded elsewhere and moved when apt has checked all
# of it, so that an incomplete download is never taken for a tarball.
candidates=$(showsrc "$package" | awk '$1 == "Version:" { print $2 }' | sort -urV)
for candidate in $candidates; do
  in_range "$(upstream_version "$candidate")" || continue
  say "loading the source of $package $candidate"
  rm -rf "$downloads.partial"; mkdir -p "$downloads.partial"
  if (cd "$downloads.partial" && apt-get "${private_apt[@]}" source -q --download-only --only-source "$package=$candidate" >/dev/null 2>"$apt_state/log"); then
    mv "$downloads.partial/${package}_$(upstream_version "$candidate").orig.tar."*[!c] "$downloads/"
    rm -rf "$downloads.partial"
    for file in "$downloads/${package}_$(upstream_version "$candidate").orig.tar."*; do accept "$file"; done
    exit
  fi
  say "apt-get could not load it: $(grep '^E:' "$apt_state/log" | head -n 1)"
done
fail "no source of $package with $minimum <= version < $below could be loaded from the suites $(pin "$name" suites)."
