import { readFile } from 'node:fs/promises'

/**
 * Node and Bun: the file beside this one. A bundler for Node may leave it behind, or make a format without `import.meta.url`: then the copy
 * inside a JavaScript chunk is used.
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
