/** The parts of Workers' own API that are used, which neither the DOM's nor Node's types have. */
declare module 'cloudflare:workers' {
  import type { DurableObjectState } from '@cloudflare/workers-types'
  export class DurableObject<Env = unknown> {
    constructor(state: unknown, env: Env)
    protected readonly env: Env
    protected readonly ctx: DurableObjectState
  }
}
