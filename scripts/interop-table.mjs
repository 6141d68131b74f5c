// Writes build/interop.md, the table of servers and features, from the results of test/interop in build/interop/:
// results.json (vitest's report: suites are servers, names of tests begin with a feature and a colon) and algorithms.json (the matrix).
import { readFileSync, writeFileSync } from 'node:fs'

const read = (name) => JSON.parse(readFileSync(`build/interop/${name}`, 'utf8'))
const rows = read('algorithms.json')
const results = new Map()
for (const { ancestorTitles: [server], title, status } of read('results.json').testResults.flatMap((file) => file.assertionResults)) {
  const feature = /^([^:]+): /.exec(title)?.[1]
  if (feature === undefined) continue
  const features = results.get(server) ?? new Map()
  const count = features.get(feature) ?? { passed: 0, failed: 0 }
  if (status === 'passed' || status === 'failed') count[status]++
  results.set(server, features.set(feature, count))
}

const table = (heads, lines) => [heads, heads.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
const version = ({ banner }) => banner.replace('SSH-2.0-', '')
const names = (list) => list.map((name) => name.replace(/@.*/, '')).filter((name, at, all) => all.indexOf(name) === at).join(' ')

/** Some set-ups of a server are for the algorithms alone: their features were left out. */
const withFeatures = rows.filter(({ server }) => [...results.get(server)?.values() ?? []].some(({ passed, failed }) => passed + failed > 0))
const features = [...new Set(withFeatures.flatMap(({ server }) => [...results.get(server).keys()]))]
const cell = (count) => {
  if (count === undefined || count.passed + count.failed === 0) return '–'
  return count.failed === 0 ? 'yes' : `**${count.failed} of ${count.passed + count.failed} failed**`
}

writeFileSync('build/interop.md', `# Interoperability, ${new Date().toISOString().slice(0, 10)}

\`npm run test:interop\` writes this page, from runs against real servers on loopback; nothing is simulated. A dash means that the server lacks the feature, or that this project's
set-up of it does not use it; libraries such as golang x/crypto leave most features to the program around them. Re-keys happen while data flows in both directions:
started by the server, if it can be configured to, by us, and by both sides at arbitrary times. After a re-key, TinySSH reads data that arrived in one piece with our NEWKEYS only
when more arrives, or after a minute: use \`keepalive\` with it. "Windows" are of 100, 4,000 and 16,777,216 bytes, with small packets if the server accepts them.

## Features

${table(['server', 'version', ...features], withFeatures.map((row) => [row.server, version(row), ...features.map((name) => cell(results.get(row.server).get(name)))]))}

## Algorithms

Each exchange: handshake, host key compared, login, 100 kB there and back through a command, exit status. Every shared algorithm was tried, also those
that are only offered when they are named. Those offered by default were also tried in "pairs": every two of different kinds together (cipher with
MAC is one kind), or "all": in all combinations. AES and HMAC are the runtime's (Node's) in one half of these exchanges, and WebAssembly's in the other.

${table(
  ['server', 'negotiated by default', 'kex', 'host keys', 'ciphers', 'MACs', 'tried', 'exchanges that worked'],
  rows.map(({ server, byDefault: { kex, hostKey, cipher, mac = '' }, shared, how, tried, failed }) => [
    server, `${kex} ${hostKey} ${cipher} ${mac}`.trim(), names(shared.kex), names(shared.hostKey), names(shared.cipher), names(shared.mac),
    how, failed === 0 ? `${tried} of ${tried}` : `**${tried - failed} of ${tried}**`,
  ]),
)}

## ssh-audit

\`ssh-audit\` 3.3.0 in client mode (test/interop/ssh-audit.test.ts) knows of no vulnerability in the defaults. It complains of four things, which stay
because many servers have nothing better, and which OpenSSH's client has too: NIST's curves in key exchange and host keys, ECDSA's need of
randomness, MACs that are not encrypt-then-MAC, and group14 with its 2048 bits. It does not know \`mlkem768nistp256-sha256\` (RFC 10042) yet. If all your servers have better ones, ask for these only:

\`\`\`ts
const algorithms = {
  kex: [
    'mlkem768x25519-sha256', 'sntrup761x25519-sha512', 'sntrup761x25519-sha512@openssh.com', 'curve25519-sha256', 'curve25519-sha256@libssh.org',
    'diffie-hellman-group16-sha512', 'diffie-hellman-group18-sha512',
  ],
  hostKey: ['ssh-ed25519', 'rsa-sha2-512', 'rsa-sha2-256'],
  mac: ['hmac-sha2-256-etm@openssh.com', 'hmac-sha2-512-etm@openssh.com'],
}
\`\`\`

and ssh-audit then has nothing to complain of.
`)
console.log(`build/interop.md: ${rows.length} servers, ${features.length} features, ${rows.reduce((sum, { tried }) => sum + tried, 0)} exchanges`)
