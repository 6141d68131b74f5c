/// What may hold a session in a browser, as the probe's page starts it.
export const KINDS = ['shared', 'shared-extended', 'service', 'service-held'] as const
export type Kind = typeof KINDS[number]

/** What the probe's worker tells of itself. */
export interface Who {
  /** Of this life of the worker: one that the browser has started again has another. */
  readonly id: string
  /** `open` if its socket is. */
  readonly socket: string
  /** It has compiled libssh2.wasm. */
  readonly wasm: boolean
}
