'use strict'
const SSH = require('simple-ssh')
const { connection, run, tell } = require('./common.cjs')

run(async () => {
  const { host, port, username, privateKey } = connection
  await new Promise((resolve, reject) => {
    const ssh = new SSH({ host, port, user: username, key: privateKey })
    ssh.on('error', reject)
    ssh.exec('echo one', { out: text => tell(text) })
      .exec('cat; exit 4', { in: 'two', out: text => tell(text), exit: code => tell(code) })
      .exec('printf "%s\n" "$@"', { args: ['a', 'b'], err: text => tell(text), exit: (code, out, err) => tell(code, out, err) })
      .exec('true', { exit: () => { setTimeout(resolve, 10) } })
      .on('close', () => tell('closed'))
      .start({ success: () => tell('started'), fail: reject })
  })
})
