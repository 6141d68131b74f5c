/// `libssh2-wasm/inline`: the same names as `libssh2-wasm`, with the module inside, for single-file bundles. Importing it makes the
/// difference, so it is the only file of the package with a side effect (package.json's "sideEffects").
import { compileInlined } from '../transports/compile/inlined.ts'
import { compileBy } from '../ffi/load-module.ts'

compileBy(compileInlined)

export * from '../index.ts'
