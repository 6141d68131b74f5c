// @ts-expect-error The bundler of Workers knows this form of import, TypeScript does not.
import module from './libssh2.wasm'

/** Workers compile at deployment; code may not compile bytes. */
export async function compileLibssh2(): Promise<WebAssembly.Module> {
  return module
}
