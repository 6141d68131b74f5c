/// Comparisons whose time reveals nothing about the secret except that it exists. For any runtime.

export async function sameSecret(shown: string, secret: string): Promise<boolean> {
  const [one, other] = await Promise.all([digest(shown), digest(secret)])
  return sameBytes(one, other)
}

/** Both have the same length: digests. */
export function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.reduce((difference, byte, at) => difference | (byte ^ (other[at] as number)), 0) === 0
}

async function digest(text: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)))
}
