import { build } from 'esbuild'
import { fileURLToPath } from 'node:url'
import { startWorkerd, type Workerd, type WorkerdOptions } from '../support/workerd.ts'
import { type TemporaryDirectory } from '../support/temporary.ts'
import { TOKEN } from './rig.ts'

const entry = fileURLToPath(new URL('../../examples/edge-kit/gateway-do/worker.ts', import.meta.url))
const source = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url))

/** examples/edge-kit/gateway-do/worker.ts as one module, as wrangler would bundle it. */
export async function bundleWorker(folder: TemporaryDirectory): Promise<string> {
  const outfile = folder.file('gateway.js')
  await build({ entryPoints: [entry], outfile, bundle: true, format: 'esm', target: 'es2022', external: ['cloudflare:*'], alias: { 'libssh2-wasm-gateway/worker': source('packages/gateway/src/worker/worker.ts'), 'libssh2-wasm/gateway-protocol': source('src/gateway-protocol/index.ts') }, tsconfigRaw: '{}' })
  return outfile
}

export function startWorkerGateway(module: string, allow: readonly string[], { limits = {}, bindings = {}, ...options }: Partial<WorkerdOptions> & { limits?: object } = {}): Promise<Workerd> {
  return startWorkerd({ modules: [module], bindings: { GATEWAY_TOKEN: TOKEN, GATEWAY_ALLOW: allow.join(' '), GATEWAY_LIMITS: JSON.stringify(limits), ...bindings }, ...options })
}
