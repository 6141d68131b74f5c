/** Hosts that a process may hold: whoever connects to more without knowing one of them has known_hosts to keep them in. */
export const MOST_HOSTS = 10_000

/** Keys of hosts that nobody vouched for, as they were at the first login of this process. */
const held = new Map<string, Buffer>()
/** Hosts and keys of which a warning has been given. */
const warned = new Set<string>()

export const heldKey = (name: string): Buffer | undefined => held.get(name)

/** Whether one more host can be held. */
export const roomForOneMore = (): boolean => held.size < MOST_HOSTS

/** From now on the host is known by this key: after a login alone. */
export function holdKey(name: string, key: Buffer): void {
  if (!held.has(name) && roomForOneMore()) held.set(name, Buffer.from(key))
}

/** Whether this is the first warning about a host and its key. */
export function firstWarning(name: string, fingerprint: string): boolean {
  const entry = `${name} ${fingerprint}`
  if (warned.has(entry)) return false
  if (warned.size < MOST_HOSTS) warned.add(entry)
  return true
}
