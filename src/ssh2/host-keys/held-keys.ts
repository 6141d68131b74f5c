/** The most hosts that a process remembers: a program that connects to more unknown hosts should keep them in known_hosts. */
export const MOST_HOSTS = 10_000

/** Unverified host keys, as they were at the first login of this process. */
const held = new Map<string, Buffer>()
/** Hosts and keys for which a warning has been given. */
const warned = new Set<string>()

export const heldKey = (name: string): Buffer | undefined => held.get(name)

/** Whether one more host can be remembered. */
export const roomForOneMore = (): boolean => held.size < MOST_HOSTS

/** Remembers the host's key from now on. Called only after a login. */
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
