// Which files of Emscripten's own libraries (musl, dlmalloc, compiler-rt) are in the module, by the linker's map.
import { readFileSync } from 'node:fs'

/** The archive that has a project's files, as emcc names it, with or without a variant: libc.a, libc-debug.a. dlmalloc.c of the release is an object of our own (wasm/build.config.mjs, `allocator`). */
const ARCHIVES = /** @type {const} */ ({ 'compiler-rt': 'libcompiler_rt', dlmalloc: 'libdlmalloc', musl: 'libc' })

/** Where the linker writes its map. @param {string} variant */
export const mapOf = variant => `build/obj/${variant}/linked/libssh2.map`

/**
 * The C files of a project that are linked, by their names without folders.
 * @param {string} project
 * @param {string} [map] the text of a map of wasm-ld; default: that of the release
 * @returns {string[] | undefined} undefined: Emscripten does not link this project in
 */
export function linkedFiles(project, map = readFileSync(mapOf('release'), 'utf8')) {
  const archive = ARCHIVES[/** @type {keyof typeof ARCHIVES} */ (project)]
  if (archive === undefined) return undefined
  const files = new Set([...map.matchAll(/\/(lib\w+)(?:-[\w-]+)?\.a\(([^()]+)\.o\)/g)].filter(([, name]) => name === archive).map(([, , file]) => `${file}.c`))
  for (const [, folder, file] of map.matchAll(/\/obj\/\w+\/(\w+)\/(\w+\.c)\.o:/g)) if (folder === project) files.add(/** @type {string} */ (file))
  // A map that lists none is not understood, and proves nothing.
  if (files.size === 0) throw new Error(`the map of the linker has no file of ${archive}.a`)
  return [...files].sort()
}
