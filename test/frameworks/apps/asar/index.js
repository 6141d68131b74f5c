const { connect, pinned, publicKey } = require('libssh2-wasm')

exports.handler = async () => {
  const { host, port, username, fingerprint, key } = JSON.parse(process.env.SERVER)
  const client = await connect({ host, port, username, hostKey: pinned(fingerprint), auth: [publicKey(key)] })
  try {
    return { statusCode: 200, body: (await client.run('echo from an archive')).stdout.trim() }
  } finally {
    await client.close()
  }
}
