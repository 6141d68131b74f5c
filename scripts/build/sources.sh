#!/usr/bin/env bash
# Unpacks every library of deps/ into build/src/NAME and applies the patches of deps/NAME/patches in the order of their numbers.
# Leaves a tree alone while its tarball and patches have not changed.
# NAME_SRC (LIBSSH2_SRC, MBEDTLS_SRC, LIBSODIUM_SRC, TINYSSH_SRC, ZLIB_SRC): an unpacked tree to copy instead of a tarball.
source "$(dirname "$0")/common.sh"

# One line per patch; also written into the build manifest.
patch_hashes() { patches "$1" | xargs -r sha256sum; }

apply_patches() {
  local name=$1 tree=$2 patch
  for patch in $(patches "$name"); do
    patch --directory "$tree" --strip 1 --fuzz 0 --forward --no-backup-if-mismatch --silent < "$patch" >&2 ||
      fail "$patch does not apply to $name (build/src/$name stays as it was)."
  done
}

unpack() {
  local name=$1 override=${1^^}_SRC stamp=build/src/$1.stamp tree=build/src/$1.partial version hash file origin wanted
  if [ -n "${!override:-}" ]; then
    [ -d "${!override}" ] || fail "$override=${!override} is not a folder."
    version=given
    # Only the content counts, not the path.
    hash=$(cd "${!override}" && find . -type f -name '*.[ch]' -print0 | sort -z | xargs -0 sha256sum | sha256sum | cut -d' ' -f1)
  else
    # A new pin may need another tarball, so this runs each time; it needs no network once the tarball is there.
    origin=$(bash scripts/build/fetch-source.sh "$name")
    read -r version hash file <<<"$origin"
  fi
  wanted=$(printf 'version %s\nsha256 %s\n%s\n' "$version" "$hash" "$(patch_hashes "$name")")
  if [ -d "build/src/$name" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ]; then return 0; fi

  say "unpacking $name $version with $(patch_hashes "$name" | wc -l) patches"
  rm -rf "$tree"; mkdir -p "$tree"
  if [ "$version" = given ]; then cp -R "${!override}/." "$tree"
  else tar --extract --file "$file" --directory "$tree" --strip-components 1; fi
  apply_patches "$name" "$tree"
  rm -rf "build/src/$name" "$stamp"
  mv "$tree" "build/src/$name"
  printf '%s\n' "$wanted" > "$stamp"
}

have patch || apt_install patch
have xz || apt_install xz-utils
have bzip2 || apt_install bzip2
mkdir -p build/src
for pins in deps/*/pin.txt; do unpack "$(basename "$(dirname "$pins")")"; done
