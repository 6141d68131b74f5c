import type { WasmExports } from './exports.gen.ts'
import type { HostFunctions } from './host.gen.ts'

/** One instance of `libssh2.wasm`. */
export interface Libssh2Module extends WasmExports {
  /** The current linear memory: when C makes it grow, earlier views are detached. */
  readonly HEAPU8: Uint8Array
}

/** errno of WASI, and of Linux for what is not part of WASI. */
const EBADF = 8
const ENOSYS = -38

/**
 * Instantiates the compiled module. Its imports are the functions of `host` and the few that the C library needs: the time, and
 * files and `select`, which always fail. Written by hand: Emscripten's own glue is seven times as large.
 * @throws WebAssembly.LinkError if the module is not one of this library.
 */
export async function createModule(compiled: WebAssembly.Module, host: HostFunctions): Promise<Libssh2Module> {
  const noFile = () => EBADF
  let memory: WebAssembly.Memory
  let module: Record<string, unknown> = {}
  const view = () => { module.HEAPU8 = new Uint8Array(memory.buffer) }
  const { exports } = await WebAssembly.instantiate(compiled, {
    env: {
      ...Object.fromEntries(Object.entries(host).map(([name, run]) => [`host_${name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`, run])),
      emscripten_notify_memory_growth: view,
      __syscall__newselect: () => ENOSYS,
    },
    wasi_snapshot_preview1: {
      clock_time_get(_clock: number, _precision: bigint, time: number) {
        new DataView(memory.buffer).setBigUint64(time, BigInt(Date.now()) * 1_000_000n, true)
        return 0
      },
      fd_write: noFile,
      fd_close: noFile,
      fd_seek: noFile,
    },
  })
  memory = exports.memory as WebAssembly.Memory
  module = Object.fromEntries(Object.entries(exports).map(([name, value]) => [`_${name}`, value]))
  view()
  ;(module.__initialize as () => void)()
  return module as unknown as Libssh2Module
}
