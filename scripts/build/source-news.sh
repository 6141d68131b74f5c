#!/usr/bin/env bash
# source-news.sh NAME FOLDER : prints the versions of deps/NAME that Debian's indexes of all suites of the pins have, newest first, and
# puts Debian's changelog of the newest into FOLDER/NAME.changelog where it can be had.
source "$(dirname "$0")/common.sh"
source "$(dirname "$0")/source-index.sh"

name=$1 folder=$2
package=$(pin "$name" package)
have apt-get || fail "no apt on this machine."
load_source_indexes || fail "Debian's indexes cannot be read."
versions=$(showsrc "$package" | awk '$1 == "Version:" { print $2 }' | sort -urV)
echo "$versions"
rm -rf "$folder/$name.loaded"; mkdir -p "$folder/$name.loaded"
# An index may be ahead of its archive: then the next one.
for version in $versions; do
  (cd "$folder/$name.loaded" && apt-get "${private_apt[@]}" source -q --download-only --diff-only --only-source "$package=$version" >/dev/null 2>&1) || continue
  tar --extract --to-stdout --file "$(find "$folder/$name.loaded" -name '*.debian.tar.*' | head -n 1)" debian/changelog > "$folder/$name.changelog" && break
done
rm -rf "$folder/$name.loaded"
