// What a user writes: one command and one file, through a gateway. PACKAGE is replaced.
import { connect, knownHosts, publicKey } from 'PACKAGE'
import { connectWebSocket } from 'libssh2-wasm/websocket'

async function run() {
  const { gateway, protocols, host, port, username, known, key } = await (await fetch('settings.json')).json()
  const client = await connect({
    transport: await connectWebSocket(gateway, { protocols }), host, port, username, hostKey: knownHosts(known), auth: [publicKey(key)],
  })
  const { stdout } = await client.run('echo from the bundle')
  const sftp = await client.sftp()
  const directory = (await sftp.stat('/')).isDirectory()
  await client.close()
  return `${stdout.trim()}, ${directory}`
}

const show = (outcome) => { document.body.dataset.outcome = outcome }
run().then(show, (error) => show(`${error.name}: ${error.message}`))
