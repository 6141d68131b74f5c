// Logs in with a private key and a passphrase that are bytes, and writes a heap snapshot while the client lives. Arguments: the built library, host, port, user,
// the key's file, the passphrase's file, where the snapshot goes. A control string shows that strings are found in snapshots.
import { readFileSync } from 'node:fs'
import { writeHeapSnapshot } from 'node:v8'

const [library = '', host, port, username, keyFile = '', passphraseFile = '', snapshot] = process.argv.slice(2)
const { connect, insecureAcceptAnyHostKey, publicKey } = await import(library)

async function login() {
  // Memory of their own: small buffers of Node share theirs.
  const key = new Uint8Array(readFileSync(keyFile))
  const passphrase = new Uint8Array(readFileSync(passphraseFile))
  return connect({ host, port: Number(port), username, hostKey: insecureAcceptAnyHostKey(), auth: [publicKey(key, { passphrase })] })
}

globalThis.control = ['control', 'string', 'of', 'the', 'test'].join('-')
const client = await login()
const { stdout } = await client.run('echo logged in')
writeHeapSnapshot(snapshot)
process.stdout.write(stdout)
await client.close()
