import { ChannelError, SSHError } from 'libssh2-wasm'
import { encode, randomBytes, sha256 } from './bytes.ts'
import { type Case, login } from './case.ts'
import { ensure, equal, pause, rejection, within } from './check.ts'

export const connections: readonly Case[] = [
  {
    feature: 'port forwarding', name: 'openTcp carries bytes both ways, and tells who refuses',
    async run(target) {
      await using client = await login(target)
      const { host, echoPort, refusingPort } = target.environment
      const stream = await client.openTcp(host, echoPort)
      const writer = stream.writable.getWriter()
      const back = new Response(stream.readable).text()
      await writer.write(encode('through the server'))
      await writer.close()
      equal(await back, 'through the server', 'echo')
      const refused = await rejection(ChannelError, client.openTcp(host, refusingPort))
      equal(refused.reason, 2, 'reason')
    },
  },
  {
    feature: 'jump host', name: 'connects over openTcp, with a host-key check of its own',
    async run(target) {
      await using jump = await login(target)
      const { host, port } = target.environment
      await using far = await login(target, { transport: await jump.openTcp(host, port) })
      const data = randomBytes(1_000_000)
      equal((await far.run('sha256sum', { stdin: data })).stdout.split(' ')[0], await sha256(data), 'SHA-256')
    },
  },
  {
    feature: 'keepalive', name: 'keeps an idle session alive, and ends one whose server says nothing any more',
    async run(target) {
      await using client = await login(target, { keepalive: { interval: 300, countMax: 20 } })
      await pause(1000)
      equal((await client.run('echo alive')).stdout, 'alive\n', 'output')
      const impatient = await login(target, { keepalive: { interval: 100, countMax: 3 } })
      // sshd serves each connection in a process of its own: the parent of the command.
      const running = rejection(SSHError, impatient.run('kill -STOP $PPID'))
      equal((await within(20_000, running)).code, 'ERR_KEEPALIVE_TIMEOUT', 'code')
      equal((await within(20_000, impatient.closed)).expected, false, 'closed as expected')
    },
  },
  {
    feature: 're-key', name: 'keys are exchanged anew while 5 MB go both ways',
    async run(target) {
      const exchanges = async () => Number(await (await fetch(`${target.controller}/key-exchanges`)).text())
      await using client = await login(target, { port: target.environment.rekeyingPort })
      const before = await exchanges()
      const data = randomBytes(5_000_000)
      const { stdoutBytes } = await client.run('cat', { stdin: data })
      equal(await sha256(stdoutBytes), await sha256(data), 'SHA-256')
      const after = await exchanges()
      ensure(after - before >= 2, `key exchanges: ${after - before}`)
    },
  },
]
