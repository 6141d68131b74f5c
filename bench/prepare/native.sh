#!/usr/bin/env bash
# build/bench/libssh2-mbedtls : the C client with the patched sources of the module, compiled natively and optimised.
# build/bench/libssh2-mbedtls-without-avx : the same, with vectors of 16 bytes, as WebAssembly has them.
# build/bench/libssh2-openssl : the same client with libssh2 as upstream released it, and OpenSSL.
source "$(dirname "$0")/../../scripts/build/common.sh"

for need in "gcc gcc" "make make" "/usr/include/zlib.h zlib1g-dev" "/usr/include/openssl/evp.h libssl-dev"; do
  set -- $need
  have "$1" || [ -e "$1" ] || apt_install "$2"
done
to=$PWD/build/bench
# Optimal native code: this processor's instructions, and 128-bit integers where libsodium can use them.
flags='-O3 -march=native -DNDEBUG -DHAVE_TI_MODE'

with_mbedtls() { # with_mbedtls NAME FLAGS : build/bench/libssh2-NAME
  make -C test/native -j"$(nproc)" VPATH=../../bench/native OUT="$to/$1" SANITIZE= CFLAGS="$2 -DWHOLE_SIGNATURE" LDLIBS=-lcrypto "$to/$1/bench-client" >"$to/$1.log" 2>&1 ||
    say "libssh2 with mbedTLS could not be built: build/bench/$1.log"
  [ ! -e "$to/$1/bench-client" ] || cp "$to/$1/bench-client" "$to/libssh2-$1"
}
with_mbedtls mbedtls "$flags"
with_mbedtls mbedtls-without-avx "${flags/native/x86-64-v2}"

tarball=$(ls build/downloads/libssh2/libssh2_*.orig.tar.gz 2>/dev/null | tail -n 1)
[ -n "$tarball" ] || { say 'no tarball of libssh2 in build/downloads: not built with OpenSSL'; exit 0; }
if [ bench/native/bench-client.c -nt "$to/libssh2-openssl" ] || [ "$tarball" -nt "$to/libssh2-openssl" ]; then
  say "compiling libssh2 with OpenSSL"
  rm -rf "$to/openssl"
  mkdir -p "$to/openssl"
  tar xf "$tarball" -C "$to/openssl" --strip-components 1
  (cd "$to/openssl" && ./configure --quiet --disable-shared --disable-examples-build --with-crypto=openssl --with-libz CFLAGS="$flags" && make -j"$(nproc)" -C src) >"$to/openssl.log" 2>&1 &&
    gcc $flags -I"$to/openssl/include" -o "$to/libssh2-openssl" bench/native/bench-client.c "$to/openssl/src/.libs/libssh2.a" -lssl -lcrypto -lz >>"$to/openssl.log" 2>&1 ||
    say "libssh2 with OpenSSL could not be built: build/bench/openssl.log"
fi
