#!/usr/bin/env bash
# build/bench/libssh2-mbedtls : the C client with the patched sources of the module, compiled natively and optimised.
# build/bench/libssh2-openssl : the same client with libssh2 as upstream released it, and OpenSSL.
source "$(dirname "$0")/../../scripts/build/common.sh"

for need in "gcc gcc" "make make" "/usr/include/zlib.h zlib1g-dev" "/usr/include/openssl/evp.h libssl-dev"; do
  set -- $need
  have "$1" || [ -e "$1" ] || apt_install "$2"
done
to=$PWD/build/bench
# Optimal native code: this processor's instructions, and 128-bit integers where libsodium can use them.
flags='-O3 -march=native -DNDEBUG -DHAVE_TI_MODE'

make -C test/native -j"$(nproc)" VPATH=../../bench/native OUT="$to/mbedtls" SANITIZE= CFLAGS="$flags -DWHOLE_SIGNATURE" LDLIBS=-lcrypto "$to/mbedtls/bench-client" >"$to/mbedtls.log" 2>&1 ||
  say "libssh2 with mbedTLS could not be built: build/bench/mbedtls.log"
[ ! -e "$to/mbedtls/bench-client" ] || cp "$to/mbedtls/bench-client" "$to/libssh2-mbedtls"

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
