import { compileLibssh2 } from '#compile-libssh2'
import { SSHError } from '../errors/ssh-error.ts'

let compile: () => Promise<WebAssembly.Module> = compileLibssh2
let compiled: Promise<WebAssembly.Module> | undefined

/** A module with one function that makes a vector. */
const VECTOR = [0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 8, 1, 6, 0, 65, 0, 253, 15, 11]

/**
 * The compiled `libssh2.wasm` of this package, the same for every caller: a module holds no state.
 * How it is found depends on the runtime (`src/transports/compile/`); a failure is not remembered.
 * Rejects with `ERR_WASM_UNSUPPORTED` if there is no WebAssembly, or none with SIMD.
 */
export function loadModule(): Promise<WebAssembly.Module> {
  compiled ??= compile().catch((error: unknown) => {
    compiled = undefined
    if (globalThis.WebAssembly?.validate(Uint8Array.from(VECTOR))) throw error
    throw new SSHError('this runtime lacks WebAssembly with SIMD', { code: 'ERR_WASM_UNSUPPORTED', cause: error })
  })
  return compiled
}

/** Changes how the module is found from now on: for `libssh2-wasm/inline`. */
export function compileBy(other: typeof compile): void {
  compile = other
}
