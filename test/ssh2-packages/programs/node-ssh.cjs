'use strict'
const { mkdirSync, readFileSync, writeFileSync } = require('node:fs')
const { NodeSSH } = require('node-ssh')
const { connection, failed, folder, run, tell } = require('./common.cjs')

run(async () => {
  const ssh = new NodeSSH()
  await ssh.connect(connection)
  tell(ssh.isConnected(), await ssh.execCommand('echo out; echo err >&2; exit 3'), await ssh.execCommand('cat', { stdin: 'given' }), await ssh.execCommand('pwd', { cwd: folder }))
  tell(await ssh.exec('printf', ['%s|', 'a b', '$HOME']), await ssh.exec('sh', ['-c', 'echo bad >&2; exit 2']).then(() => 'no error', failed))
  const chunks = []
  await ssh.execCommand('seq 1 1000', { onStdout: chunk => chunks.push(chunk) })
  tell(Buffer.concat(chunks).length, await ssh.execCommand('kill -TERM $$'))
  mkdirSync(`${folder}/tree/sub`, { recursive: true })
  for (const name of ['one', 'sub/two']) writeFileSync(`${folder}/tree/${name}`, name.repeat(50_000))
  await ssh.putFile(`${folder}/tree/one`, `${folder}/put/deep/one`)
  await ssh.getFile(`${folder}/got`, `${folder}/put/deep/one`)
  tell(readFileSync(`${folder}/got`, 'utf8') === 'one'.repeat(50_000))
  await ssh.putFiles([{ local: `${folder}/tree/one`, remote: `${folder}/put/1` }, { local: `${folder}/tree/sub/two`, remote: `${folder}/put/2` }])
  mkdirSync(`${folder}/back`)
  tell(await ssh.putDirectory(`${folder}/tree`, `${folder}/put/tree`, { recursive: true, concurrency: 3 }), await ssh.getDirectory(`${folder}/back`, `${folder}/put/tree`))
  tell(readFileSync(`${folder}/back/sub/two`, 'utf8').length, await ssh.getFile(`${folder}/x`, `${folder}/nowhere`).then(() => 'no error', failed))
  const shell = await ssh.withShell(async channel => {
    let text = ''
    channel.on('data', data => { text += data })
    channel.end('echo from a $((40 + 2)) shell\nexit\n')
    await new Promise(resolve => { channel.on('close', resolve) })
    return text.includes('from a 42 shell')
  })
  tell(shell)
  ssh.dispose()
  tell(ssh.isConnected(), await ssh.connect({ ...connection, privateKey: undefined, password: 'wrong' }).then(() => 'no error', failed))
})
