const { connect, pinned, publicKey } = require('libssh2-wasm')

test('a command on a server', async () => {
  const { host, port, username, fingerprint, key } = JSON.parse(process.env.SERVER)
  const client = await connect({ host, port, username, hostKey: pinned(fingerprint), auth: [publicKey(key)] })
  try {
    const sftp = await client.sftp()
    expect(await sftp.realpath('/')).toBe('/')
    expect((await client.run('echo from Jest')).stdout).toBe('from Jest\n')
  } finally {
    await client.close()
  }
})
