/** Browsers, Deno and bundlers: they know this form of URL and ship the file along. */
export async function compileLibssh2(): Promise<WebAssembly.Module> {
  const response = await fetch(new URL('./libssh2.wasm', import.meta.url))
  if (!response.ok) throw new Error(`libssh2.wasm could not be loaded: HTTP status ${response.status}`)
  if (response.headers.get('content-type')?.startsWith('application/wasm')) return WebAssembly.compileStreaming(response)
  return WebAssembly.compile(await response.arrayBuffer())
}
