import { expect, test } from 'vitest'
import { canonicalHost, type NameResolver } from '../../../src/openssh/config/canonicalize.ts'
import { readSshConfig } from '../../../src/openssh/config/ssh-config.ts'

const resolver = (cname: string): NameResolver => ({ exists: () => Promise.resolve(true), cname: () => Promise.resolve(cname) })
const settings = {
  canonicalizeHostname: 'yes', canonicalDomains: ['example.org'], canonicalizeMaxDots: 1, canonicalizeFallbackLocal: true, canonicalizePermittedCNAMEs: [{ source: '*', target: '*' }], addressFamily: 'any', proxied: false,
} as const

test('a CNAME that a rule permits is followed', async () => {
  expect(await canonicalHost('alias', settings, resolver('Real.example.net.'))).toBe('real.example.net')
})

// The name goes into tokens, and with them into the commands of ProxyCommand and Match exec (CVE-2023-51385's kind): whoever answers for the name server chooses it.
test.each(['$(id).example.net', 'a;id;.example.net', '`id`', '-oProxyCommand=x', 'a\nb', ''])('a CNAME that is no host name is not: %j', async (name) => {
  expect(await canonicalHost('alias', settings, resolver(name))).toBe('alias.example.org')
  const config = await readSshConfig({
    host: 'alias', file: 'none', resolver: resolver(name), options: [['CanonicalizeHostname', 'yes'], ['CanonicalDomains', 'example.org'], ['CanonicalizePermittedCNAMEs', '*:*'], ['ProxyCommand', 'connect %h'], ['CanonicalizeMaxDots', '1']],
  })
  expect(config.hostName).not.toContain(name || 'connect')
})
