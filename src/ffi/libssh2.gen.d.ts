import type { WasmExports } from './exports.ts'
import type { HostFunctions } from './host.ts'

/** What Emscripten's glue gives back, less what it is not asked for (no file system, no runtime methods). */
export interface Libssh2Module extends WasmExports, Pick<EmscriptenModule, 'HEAPU8'> {}

export interface Libssh2ModuleOptions extends Pick<EmscriptenModule, 'instantiateWasm'> {
  readonly host: HostFunctions
}

export default function createModule (options: Libssh2ModuleOptions): Promise<Libssh2Module>
