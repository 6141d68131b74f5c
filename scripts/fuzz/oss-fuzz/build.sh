#!/bin/bash -eu
# Builds the C targets of test/native with the compiler and the flags of the fuzzing service, and packs their corpora.
# The Dockerfile has unpacked and patched the sources.
platform='-m32 -idirafter /usr/include/x86_64-linux-gnu'
targets='session known-hosts'
make -s -C test/native -j"$(nproc)" CC="$CC" OUT=../../build/oss-fuzz PLATFORM= SANITIZE= \
  CFLAGS="$CFLAGS $platform -I../../build/src/zlib" LIBRARY_CFLAGS="$platform -O2" FUZZING_ENGINE="$LIB_FUZZING_ENGINE" \
  $(for target in $targets; do echo "../../build/oss-fuzz/fuzz-$target"; done)
for target in $targets; do
  cp "build/oss-fuzz/fuzz-$target" "$OUT/"
  corpus=$(mktemp -d)
  grep -v '^#' "test/fuzz/corpus/native-$target.txt" | nl -ba -w1 -s' ' | while read -r number line _; do echo "$line" | base64 -d > "$corpus/$number"; done
  (cd "$corpus" && zip -qr "$OUT/fuzz-${target}_seed_corpus.zip" .)
done
