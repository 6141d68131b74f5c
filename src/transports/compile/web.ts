/**
 * Browsers and bundlers: those that know this form of URL (Vite, webpack) ship the file along. Others do not: then it is not there, a server may
 * even answer with a page, and the copy inside a chunk of JavaScript takes its place.
 */
export async function compileLibssh2(): Promise<WebAssembly.Module> {
  try {
    return await compileFile(new URL('./libssh2.wasm', import.meta.url))
  } catch {
    return (await import('./inlined.ts')).compileInlined()
  }
}

async function compileFile(url: URL): Promise<WebAssembly.Module> {
  const response = await fetch(url)
  if (!response.ok) throw new Error(`libssh2.wasm could not be loaded: HTTP status ${response.status}`)
  if (response.headers.get('content-type')?.startsWith('application/wasm')) return WebAssembly.compileStreaming(response)
  return WebAssembly.compile(await response.arrayBuffer())
}
