import { inlinedLibssh2 } from './libssh2-inlined.gen.js'

/** For single-file bundles: the module is inside, and nothing is fetched. Not for Workers, which may not compile bytes. */
export async function compileInlined(): Promise<WebAssembly.Module> {
  const compressed = new Blob([Uint8Array.from(atob(inlinedLibssh2), (character) => character.charCodeAt(0))])
  return WebAssembly.compile(await new Response(compressed.stream().pipeThrough(new DecompressionStream('deflate-raw'))).arrayBuffer())
}
