import { clientError } from '../client/errors.ts'

/**
 * How an unverified host key is handled. `warn`: a new host is accepted with a warning, and remembered in the process. `accept-new`: it is also written to
 * known_hosts. `strict`: it is refused. `ssh2`: every key is accepted, as in `ssh2`. The first three refuse a key that has changed or is revoked.
 */
export type HostKeysMode = 'warn' | 'accept-new' | 'strict' | 'ssh2'

/** From loose to strict. */
const MODES: readonly HostKeysMode[] = ['ssh2', 'warn', 'accept-new', 'strict']
const VARIABLE = 'SSH2_HOST_KEYS'

let chosen: HostKeysMode | undefined
let used: HostKeysMode | undefined

/**
 * Sets the mode for all connections of the process without their own `hostVerifier` or `hostKey`. Until then the variable SSH2_HOST_KEYS sets
 * it, and the default is `warn`.
 * @throws TypeError for an invalid mode, Error `ERR_SSH2_HOST_KEYS` if the mode would become looser after the first connection
 */
export function setDefaultHostKeys(mode: HostKeysMode): void {
  if (!MODES.includes(mode)) throw new TypeError(`the host-key mode must be one of ${MODES.join(', ')}`)
  if (used !== undefined && MODES.indexOf(mode) < MODES.indexOf(used)) {
    throw clientError(`the host-key mode has been used as ${used}: it can only become stricter, not ${mode}`, { code: 'ERR_SSH2_HOST_KEYS' })
  }
  chosen = mode
  if (used !== undefined) used = mode
}

/** The mode for a connection that starts now. @throws Error if the environment has an invalid one */
export function hostKeysMode(environment: NodeJS.ProcessEnv = process.env): HostKeysMode {
  const named = environment[VARIABLE] || undefined
  const mode = chosen ?? used ?? named ?? 'warn'
  if (!MODES.includes(mode as HostKeysMode)) throw clientError(`${VARIABLE} must be one of ${MODES.join(', ')}`, { code: 'ERR_SSH2_HOST_KEYS' })
  if (used === undefined && mode === 'ssh2') process.emitWarning('Host keys are not checked in this process: a man in the middle can read and change everything', { code: 'SSH2_HOST_KEYS_UNCHECKED' })
  return used = mode as HostKeysMode
}
