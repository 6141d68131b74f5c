import { readFile } from 'node:fs/promises'

/** Node and Bun: the file beside this one. */
export async function compileLibssh2(): Promise<WebAssembly.Module> {
  return WebAssembly.compile(await readFile(new URL('./libssh2.wasm', import.meta.url)))
}
