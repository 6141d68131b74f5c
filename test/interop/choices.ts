import type { Offer } from './offer.ts'

/** One way to agree on algorithms; `mac` is missing where the cipher authenticates by itself. */
export interface Choice {
  readonly kex: string
  readonly hostKey: string
  readonly cipher: string
  readonly mac?: string
}

export type Shared = Readonly<Record<'kex' | 'hostKey' | 'cipher' | 'mac', readonly string[]>>

/** Names which mark abilities, and host keys that need a certificate or a device which no test server has. */
const noMethods = /^(ext-info-|kex-strict-)|cert-v0[01]@openssh\.com$|^sk-|^webauthn-/

const isAead = (cipher: string): boolean => /gcm|poly1305/.test(cipher)

/** What both sides have, in our order of preference. */
export function shared(ours: Shared, theirs: Offer): Shared {
  const common = (kind: keyof Shared) => ours[kind].filter((name) => theirs[kind].includes(name) && !noMethods.test(name))
  return { kex: common('kex'), hostKey: common('hostKey'), cipher: common('cipher'), mac: common('mac') }
}

/** Every cipher, and with each that needs one every MAC. */
function ciphersWithMacs({ cipher, mac }: Shared): Pick<Choice, 'cipher' | 'mac'>[] {
  return cipher.flatMap((name) => (isAead(name) ? [{ cipher: name }] : mac.map((other) => ({ cipher: name, mac: other }))))
}

/** Every name at least once, the other kinds being those preferred. */
export function oneAtATime(all: Shared): Choice[] {
  const ciphers = ciphersWithMacs(all)
  const [kex, hostKey] = [all.kex[0], all.hostKey[0]]
  const [first] = ciphers
  if (kex === undefined || hostKey === undefined || first === undefined) return []
  return [
    ...all.kex.map((name) => ({ kex: name, hostKey, ...first })),
    ...all.hostKey.slice(1).map((name) => ({ kex, hostKey: name, ...first })),
    ...ciphers.slice(1).map((pair) => ({ kex, hostKey, ...pair })),
  ]
}

/** Two values of different kinds that meet in a choice; cipher and MAC count as one kind. */
function pairs({ kex, hostKey, cipher, mac }: Choice): string[] {
  const packets = `${cipher} ${mac}`
  return [`${kex} ${hostKey}`, `${kex} ${packets}`, `${hostKey} ${packets}`]
}

/** Every two values of different kinds together at least once: those of all with all that bring a new pair, the ones that bring most first. */
export function pairwise(all: Shared): Choice[] {
  const left = product(all)
  const met = new Set<string>()
  const chosen: Choice[] = []
  for (const least of [3, 2, 1]) {
    for (const choice of left) {
      const fresh = pairs(choice).filter((pair) => !met.has(pair))
      if (fresh.length < least) continue
      for (const pair of fresh) met.add(pair)
      chosen.push(choice)
    }
  }
  return chosen
}

/** All with all. */
export function product(all: Shared): Choice[] {
  const ciphers = ciphersWithMacs(all)
  return all.kex.flatMap((kex) => all.hostKey.flatMap((hostKey) => ciphers.map((pair) => ({ kex, hostKey, ...pair }))))
}

export const choiceName = ({ kex, hostKey, cipher, mac }: Choice): string => [kex, hostKey, cipher, ...(mac === undefined ? [] : [mac])].join(' ')
