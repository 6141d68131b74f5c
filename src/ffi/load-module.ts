import { compileLibssh2 } from '#compile-libssh2'

let compile: () => Promise<WebAssembly.Module> = compileLibssh2
let compiled: Promise<WebAssembly.Module> | undefined

/**
 * The compiled `libssh2.wasm` of this package, the same for every caller: a module holds no state.
 * How it is found depends on the runtime (`src/ffi/compile/`); a failure is not remembered.
 */
export function loadModule(): Promise<WebAssembly.Module> {
  compiled ??= compile().catch((error: unknown) => {
    compiled = undefined
    throw error
  })
  return compiled
}

/** From now on the module is found another way: for `libssh2-wasm/inline`. */
export function compileBy(other: typeof compile): void {
  compile = other
}
