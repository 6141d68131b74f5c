// Writes docs/post-quantum.md from what test/interop/post-quantum.test.ts has left in build/interop/post-quantum.json.
import { readFileSync, writeFileSync } from 'node:fs'

/** @type {{ server: string, banner: string, hybrids: string[], kex: string, postQuantum: boolean }[]} */
const rows = JSON.parse(readFileSync('build/interop/post-quantum.json', 'utf8'))
const missed = rows.filter(({ hybrids, postQuantum }) => hybrids.length > 0 && !postQuantum)
const line = (/** @type {string[]} */ cells) => `| ${cells.join(' | ')} |`

writeFileSync('docs/post-quantum.md', `# Post-quantum key exchange, server by server, ${new Date().toISOString().slice(0, 10)}

Written by \`npm run test:post-quantum\`: real servers on loopback as they are installed, one connection each with the defaults of \`connect()\`, a login and a
command. A second connection has \`requirePostQuantum\`: it must succeed if the server has any such exchange, and otherwise end with \`ERR_NOT_POST_QUANTUM\`
before the host key is judged. Of ${rows.length} servers ${rows.filter(({ hybrids }) => hybrids.length > 0).length} offer one; with ${missed.length === 0 ? 'each of these it is what is agreed upon' : `**${missed.length} of these it is not what is agreed upon**`}.

${[
  line(['server', 'version', 'what it offers against quantum computers', 'agreed upon by default', 'post-quantum']),
  line(['---', '---', '---', '---', '---']),
  ...rows.map(({ server, banner, hybrids, kex, postQuantum }) => line([server, banner.replace('SSH-2.0-', ''), hybrids.join(' ') || '–', kex, postQuantum ? 'yes' : hybrids.length > 0 ? '**no**' : '–'])),
].join('\n')}

\`client.algorithms.postQuantum\` tells whether a connection has such an exchange; \`onAlgorithms\` tells it before the login. \`mlkem768nistp256-sha256\` is offered behind the
other hybrids, for servers in FIPS mode that have only this one. The program warns of a connection without one, in the words of ssh(1), unless \`WarnWeakCrypto\` or \`KexAlgorithms\` says otherwise.
`)
console.log(`docs/post-quantum.md: ${rows.length} servers, ${missed.length} without what they offer`)
