import { inlinedLibssh2 } from './libssh2-inlined.gen.js'

/** For bundles of one file: the module is inside, nothing is fetched. Not for Workers, which may not compile bytes. */
export async function compileInlined(): Promise<WebAssembly.Module> {
  const compressed = new Blob([Uint8Array.from(atob(inlinedLibssh2), (character) => character.charCodeAt(0))])
  return WebAssembly.compile(await new Response(compressed.stream().pipeThrough(new DecompressionStream('deflate-raw'))).arrayBuffer())
}
