#!/usr/bin/env bash
# Installs what fuzzing the C needs beyond the build: clang with libFuzzer, and a 32-bit C library, since the module is 32-bit too.
source "$(dirname "$0")/../build/common.sh"

have clang-19 && have llvm-cov-19 && [ -e /usr/lib/llvm-19/lib/clang/19/lib/linux/libclang_rt.fuzzer-i386.a ] && [ -f /usr/include/gnu/stubs-32.h ] ||
  apt_install clang-19 llvm-19 libclang-rt-19-dev libc6-dev-i386 lib32gcc-12-dev lib32stdc++-12-dev make
bash scripts/build/sources.sh
