import type { WasmExports } from './exports.gen.ts'
import type { HostFunctions } from './host.gen.ts'

/** One instance of `libssh2.wasm`. */
export interface Libssh2Module {
  readonly exports: WasmExports
  /** The current linear memory: when C makes it grow, earlier views are detached. */
  readonly HEAPU8: Uint8Array
  readonly numbers: DataView
}

/** errno of WASI, and of Linux for what is not part of WASI. */
const EBADF = 8
const ENOSYS = -38

const noFile = () => EBADF

/** The names of the imports in the module, by those of `HostFunctions`: `takeAnswer` is `host_take_answer`. */
const names = new Map<string, string>()

function importName(name: string): string {
  const known = names.get(name) ?? `host_${name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`
  names.set(name, known)
  return known
}

/**
 * Instantiates the compiled module. Its imports are the functions of `host` and the few that the C library needs: files and
 * `select`, which always fail. Written by hand: Emscripten's own glue is seven times as large.
 * @throws WebAssembly.LinkError if the module is not one of this library.
 */
export async function createModule(compiled: WebAssembly.Module, host: HostFunctions): Promise<Libssh2Module> {
  const views = () => ({ HEAPU8: new Uint8Array(memory.buffer), numbers: new DataView(memory.buffer) })
  const env: Record<string, WebAssembly.ImportValue> = {
    emscripten_notify_memory_growth: () => { Object.assign(module, views()) },
    __syscall__newselect: () => ENOSYS,
  }
  for (const [name, run] of Object.entries(host) as [string, WebAssembly.ImportValue][]) env[importName(name)] = run
  const { exports } = await instantiate(compiled, {
    env,
    wasi_snapshot_preview1: {
      fd_write: noFile,
      fd_close: noFile,
      fd_seek: noFile,
    },
  })
  const memory = exports.memory as WebAssembly.Memory
  const module = { exports: exports as unknown as WasmExports, ...views() }
  ;(exports._initialize as () => void)()
  return module
}

/** At once, which costs half as much as `WebAssembly.instantiate`; but some browsers refuse that to a page with a RangeError. */
function instantiate(compiled: WebAssembly.Module, imports: WebAssembly.Imports): WebAssembly.Instance | Promise<WebAssembly.Instance> {
  try {
    return new WebAssembly.Instance(compiled, imports)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    return WebAssembly.instantiate(compiled, imports)
  }
}
