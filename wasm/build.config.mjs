// What goes into the module and how it is compiled: plain data, read by scripts/build/wasm.mjs.
// Paths are relative to the project. Sources of a library are listed in wasm/sources-NAME.txt.

const mbedtls = ['-Ibuild/src/mbedtls/include', '-Ideps/mbedtls', '-DMBEDTLS_CONFIG_FILE="mbedtls-config.h"']
const sodium = ['-Ibuild/src/libsodium/src/libsodium/include', '-Ibuild/src/libsodium/src/libsodium/include/sodium',
  '-DSODIUM_STATIC', '-DCONFIGURED=1']
/** Polynomials. The loops that take the time are ours (wasm/crypto-sntrup761-steps.c); -O2 takes twice the room for the rest. */
const vectors = ['-msimd128', '-fvectorize', '-fno-unroll-loops', '-mllvm', '-inline-threshold=100']
const libssh2 = ['-DHAVE_CONFIG_H', '-Iwasm', '-Ibuild/src/libssh2/include', '-Ibuild/src/libssh2/src', '-Ibuild/src/zlib', ...mbedtls]

/** Flags by library; the key is the folder in build/src/. */
export const libraries = {
  libssh2: [...libssh2, ...sodium],
  libsodium: sodium,
  mbedtls,
  tinyssh: ['-Ibuild/src/tinyssh', '-Ibuild/src/tinyssh/cryptoint', '-Ideps/tinyssh', '-Iwasm', ...vectors],
  zlib: ['-Ibuild/src/zlib'],
}

/** Flags of wasm/*.c, our own code. */
export const glue = [...libssh2, ...sodium, '-Ibuild/src/mbedtls/library', '-Wall', '-Wextra', '-Werror']

/** dlmalloc.c of Emscripten, as Emscripten compiles it but for the optimisation (`allocator` below). */
export const allocator = ['-w', '-fno-builtin', '-DNDEBUG']

/** For every C file. Relative paths and the prefix map keep local folders out of the result. */
export const common = ['-std=gnu11', '-sSTRICT', '-ffile-prefix-map=build/src/=', '-fno-ident', '-Wno-deprecated-declarations']

/**
 * dlmalloc: emmalloc, 7 kB smaller, lends the slack of a freed neighbour to a block, so the number of bytes in use is not exact and a
 * leak of a few bytes cannot be detected.
 */
const link = [
  '-sSTRICT', '-sFILESYSTEM=0', '-sALLOW_MEMORY_GROWTH', '-sSTACK_SIZE=131072', '-sMALLOC=dlmalloc', '-sWASM_BIGINT',
  '-sSUPPORT_LONGJMP=0', '--no-entry', '-sERROR_ON_UNDEFINED_SYMBOLS',
]

/** The shipped module has no Emscripten JavaScript: src/ffi/create-module.ts instantiates it. Assertions and sanitizers need that JavaScript. */
const emscriptenModule = [
  '-sMODULARIZE', '-sEXPORT_ES6', '-sEXPORT_NAME=createModule', '-sDYNAMIC_EXECUTION=0', '-sENVIRONMENT=node',
  '-sINCOMING_MODULE_JS_API=instantiateWasm', '-sEXPORTED_RUNTIME_METHODS=HEAPU8',
]

/** A stack overflow then traps at address 0 instead of running into the data; AddressSanitizer has its own guard. */
const stackFirst = '-Wl,--stack-first'

/** Libraries whose cold files do no heavy computation, ours among them: the smallest code is enough. In mbedTLS, libsodium and TinySSH cold files include key exchange. */
export const small = ['libssh2', 'zlib', 'wasm']

/**
 * V8 compiles a function of the module with all that is inlined in it, once it is called often: with the rare parts of libssh2 inside it, the one that reads packets took 20 ms and
 * 8 MB in every process. So functions with one caller stay apart if they are larger than this (wasm-opt's limit), and nothing is inlined in files marked "apart".
 */
const keptApart = '-sBINARYEN_EXTRA_PASSES=--one-caller-inline-max-function-size=100'

/**
 * hot, cold: optimisation of the files that every byte of a transfer passes through, and of the others; apart: of those that V8 should compile in small parts; smallest: of cold files of `small`.
 * `allocator`: of malloc, which Emscripten has as one function, for which V8's compiler took 2 MB after a hundred packets; the most frequent part is a sixth of it. Without it, Emscripten's own is linked.
 * debug and sanitize only run in Node. `emscripten`: includes its JavaScript.
 */
export const variants = {
  release: {
    hot: ['-O3'], cold: ['-Os'], apart: ['-Oz', '-fno-inline'], smallest: ['-Oz'], allocator: ['-Oz', '-fno-inline'], emscripten: false, output: 'src/ffi',
    link: [...link, stackFirst, '-O3', keptApart, '-sASSERTIONS=0', '--emit-symbol-map', '-sINITIAL_MEMORY=393216'],
  },
  debug: {
    hot: ['-O1', '-g'], cold: ['-O1', '-g'], output: 'build/debug', emscripten: true,
    link: [...link, ...emscriptenModule, stackFirst, '-O1', '-g', '-sASSERTIONS=2', '-sSAFE_HEAP=1', '-sSTACK_OVERFLOW_CHECK=2', '-sINITIAL_MEMORY=2097152'],
  },
  sanitize: {
    hot: ['-O1', '-g', '-fsanitize=address,undefined'], cold: ['-O1', '-g', '-fsanitize=address,undefined'], output: 'build/sanitize', emscripten: true,
    link: [...link, ...emscriptenModule, '-O1', '-g', '-fsanitize=address,undefined', '--pre-js', 'wasm/sanitize.pre.js', '-sASSERTIONS=1', '-sINITIAL_MEMORY=33554432', '-sMAXIMUM_MEMORY=268435456'],
  },
}
