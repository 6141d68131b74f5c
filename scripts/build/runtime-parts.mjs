// The parts of other projects that Emscripten ships and emcc links into the module by itself. Their versions are read from the toolchain that linked it.
// Which of their files are linked, scripts/build/linked-files.mjs tells.
import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

/** Where each part says its version, below system/lib of Emscripten. */
const VERSIONS = /** @type {const} */ ({
  'compiler-rt': ['compiler-rt/readme.txt', /\brelease (\d+\.\d+\.\d+)/],
  dlmalloc: ['dlmalloc.c', /\* Version (\d+\.\d+\.\d+) /],
  musl: ['libc/musl/VERSION', /^(\d+\.\d+\.\d+)/],
})

/** The folder of Emscripten that an emcc belongs to: the Debian folder's where emcc is our wrapper, otherwise its own. @param {string} emcc */
const emscriptenFolder = emcc => basename(emcc) === 'emcc-in-folder.sh'
  ? join(process.env.LIBSSH2_WASM_TOOLCHAIN || join(dirname(emcc), '../../.toolchain/debian13'), 'usr/share/emscripten')
  : dirname(realpathSync(emcc))

/** A file of those parts, by its path below system/lib of Emscripten. @param {string} emcc @param {string} path */
export const toolchainFile = (emcc, path) => join(emscriptenFolder(emcc), 'system/lib', path)

/**
 * The version of each part, or `unknown` where the toolchain does not say it; `npm run release` refuses that.
 * @param {string} emcc path
 * @returns {Record<keyof typeof VERSIONS, string>}
 */
export function runtimeParts(emcc) {
  /** @param {readonly [path: string, pattern: RegExp]} place */
  const version = ([path, pattern]) => existsSync(toolchainFile(emcc, path)) ? pattern.exec(readFileSync(toolchainFile(emcc, path), 'utf8'))?.[1] ?? 'unknown' : 'unknown'
  return /** @type {Record<keyof typeof VERSIONS, string>} */ (Object.fromEntries(Object.entries(VERSIONS).map(([name, place]) => [name, version(place)])))
}
