import { connect, pinned, publicKey } from 'libssh2-wasm'

/** Runs a command on the server that SERVER describes. */
export async function say(text) {
  const { host, port, username, fingerprint, key } = JSON.parse(process.env.SERVER)
  const client = await connect({ host, port, username, hostKey: pinned(fingerprint), auth: [publicKey(key)] })
  try {
    return (await client.run(`echo from ${text}`, { check: true })).stdout.trim()
  } finally {
    await client.close()
  }
}
