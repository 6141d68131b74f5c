// A vitest setup file for LIBSSH2_WASM_PARCELS=off: the same tests with all channel data through C (src/parcels/README.md).
import { Parcels } from '../../src/parcels/parcels.ts'

Object.assign(Parcels.prototype, { take: () => 0, keep: () => 0 })
