/// `libssh2-wasm/inline`: the same names as `libssh2-wasm`, with the module inside, for bundles of a single file. Importing it is what makes the
/// difference, so it is the one file of the package that has a side effect (package.json's "sideEffects").
import { compileInlined } from '../transports/compile/inlined.ts'
import { compileBy } from '../ffi/load-module.ts'

compileBy(compileInlined)

export * from '../index.ts'
