import { compileLibssh2 } from '#compile-libssh2'

let compiled: Promise<WebAssembly.Module> | undefined

/**
 * The compiled `libssh2.wasm` of this package, the same for every caller: a module holds no state.
 * How it is found depends on the runtime (`src/ffi/compile/`); a failure is not remembered.
 */
export function loadModule(): Promise<WebAssembly.Module> {
  compiled ??= compileLibssh2().catch((error: unknown) => {
    compiled = undefined
    throw error
  })
  return compiled
}
