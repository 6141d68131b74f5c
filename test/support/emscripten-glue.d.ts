/** Emscripten's own glue of the debug or sanitize build; `vitest.config.mjs` says where it is. */
declare module '#emscripten-module' {
  import type { HostFunctions } from '../../src/ffi/host.gen.ts'

  export default function createModule (options: Pick<EmscriptenModule, 'instantiateWasm'> & { readonly host: HostFunctions }): Promise<Readonly<Record<string, unknown>>>
}
