import { readFile } from 'node:fs/promises'

/**
 * Node and Bun: the file beside this one. A bundler for Node leaves it behind, or makes a format that has no `import.meta.url`: then the copy
 * inside a chunk of JavaScript takes its place.
 */
export async function compileLibssh2(): Promise<WebAssembly.Module> {
  let bytes
  try {
    bytes = await readFile(new URL('./libssh2.wasm', import.meta.url))
  } catch {
    return (await import('./inlined.ts')).compileInlined()
  }
  return WebAssembly.compile(bytes)
}
