import process from 'node:process'
import { connect, pinned, publicKey } from 'npm:libssh2-wasm'

const { host, port, username, fingerprint, key } = JSON.parse(process.env.SERVER)
const client = await connect({ host, port, username, hostKey: pinned(fingerprint), auth: [publicKey(key)] })
console.log((await client.run('echo from Deno')).stdout.trim())
await client.close()
