import createEmscriptenModule from '#emscripten-module'
import type { Libssh2Module } from '../../src/ffi/create-module.ts'
import type { HostFunctions } from '../../src/ffi/host.gen.ts'

/** Replaces `src/ffi/create-module.ts` for tests on the debug or sanitize build, which needs Emscripten's own glue. */
export function createModule(compiled: WebAssembly.Module, host: HostFunctions): Promise<Libssh2Module> {
  return new Promise((resolve, reject) => {
    createEmscriptenModule({
      host,
      instantiateWasm: (imports, receive) => {
        WebAssembly.instantiate(compiled, imports).then(receive).catch(reject)
        return {}
      },
    }).then((module) => resolve(asModule(module)), reject)
  })
}

/** Emscripten puts an underscore before the name of each function of C. */
function asModule(glue: Readonly<Record<string, unknown>>): Libssh2Module {
  const functions = Object.keys(glue).filter((name) => name.startsWith('_')).map((name) => [name.slice(1), glue[name]])
  return {
    exports: Object.fromEntries(functions) as Libssh2Module['exports'],
    get HEAPU8() { return glue.HEAPU8 as Uint8Array },
    get numbers() { return new DataView(this.HEAPU8.buffer) },
  }
}
