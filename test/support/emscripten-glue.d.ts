/** Emscripten's own glue of the debug or sanitize build; `vitest.config.mjs` says where it is. */
declare module '#emscripten-module' {
  export default function createModule (options: Pick<EmscriptenModule, 'instantiateWasm'> & {
    readonly host: import('../../src/ffi/host.ts').HostFunctions
  }): Promise<import('../../src/ffi/create-module.ts').Libssh2Module>
}
