// Forwardings of the program with Unix sockets on either side, as `ssh -L` and `ssh -R` take them.
import { existsSync, writeFileSync } from 'node:fs'
import { connect, createServer, type Server } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { freePort } from '../support/port.ts'
import { demoHost, run } from './program.ts'

const servers: Server[] = []
afterEach(() => { for (const server of servers.splice(0)) server.close() })

/** Answers everything with its name in front. */
async function answering(name: string, at: string | number): Promise<void> {
  const server = createServer((socket) => { socket.on('data', (data: Buffer) => socket.end(`${name}: ${data.toString()}`)).on('error', () => {}) })
  servers.push(server)
  await new Promise<void>((resolve) => { if (typeof at === 'number') server.listen(at, '127.0.0.1', resolve); else server.listen(at, resolve) })
}

/** What is at the other end says. */
const ask = (to: string | { readonly host: string, readonly port: number }) => new Promise<string>((resolve, reject) => {
  const socket = typeof to === 'string' ? connect(to) : connect(to)
  let text = ''
  socket.on('data', (data: Buffer) => { text += data.toString() }).on('end', () => resolve(text)).on('error', reject)
  socket.write('hello')
})

describe('forwardings with sockets', () => {
  const host = demoHost('cli-sockets')
  let number = 0

  /** The program runs with these arguments until `use` is over. */
  async function through(args: readonly string[], use: () => Promise<void>): Promise<string> {
    const [begun, done] = [`begun${++number}`, `done${number}`].map((name) => host.files.file(name)) as [string, string]
    const running = run(['-F', host.config, '-o', 'ExitOnForwardFailure=yes', ...args, 'demo', `touch ${begun}; while ! [ -e ${done} ]; do sleep 0.1; done`])
    let ended = false
    void running.then(() => { ended = true })
    while (!existsSync(begun)) {
      if (ended) return (await running).stderr
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    try {
      await use()
    } finally {
      writeFileSync(done, '')
    }
    const { code, stderr } = await running
    expect(code).toBe(0)
    return stderr
  }

  test('-R PATH:PATH', async () => {
    const [there, here] = [host.files.file('r1'), host.files.file('r1-target')]
    await answering('here', here)
    await through(['-R', `${there}:${here}`], async () => {
      expect(await ask(there)).toBe('here: hello')
      expect(await Promise.all([1, 2, 3].map(() => ask(there)))).toEqual(['here: hello', 'here: hello', 'here: hello'])
    })
  })

  test('-R PATH:HOST:PORT', async () => {
    const there = host.files.file('r2'), port = await freePort()
    await answering('port', port)
    await through(['-R', `${there}:127.0.0.1:${port}`], async () => expect(await ask(there)).toBe('port: hello'))
  })

  test('-R PORT:PATH', async () => {
    const here = host.files.file('r3-target'), port = await freePort()
    await answering('here', here)
    await through(['-R', `${port}:${here}`], async () => expect(await ask({ host: '127.0.0.1', port })).toBe('here: hello'))
  })

  test('-L PATH:PATH', async () => {
    const [here, there] = [host.files.file('l1'), host.files.file('l1-target')]
    await answering('there', there)
    await through(['-L', `${here}:${there}`], async () => expect(await ask(here)).toBe('there: hello'))
    // As ssh does: the socket goes with the forwarding.
    expect(existsSync(here)).toBe(false)
  })

  test('-L PATH:HOST:PORT and -L PORT:PATH', async () => {
    const here = host.files.file('l2'), there = host.files.file('l3-target'), [target, port] = [await freePort(), await freePort()]
    await answering('port', target)
    await answering('there', there)
    await through(['-L', `${here}:127.0.0.1:${target}`, '-L', `${port}:${there}`], async () => {
      expect(await ask(here)).toBe('port: hello')
      expect(await ask({ host: '127.0.0.1', port })).toBe('there: hello')
    })
  })

  test('a path at which the server cannot listen', async () => {
    const nowhere = `${host.files.file('none')}/socket`
    const stderr = await through(['-R', `${nowhere}:127.0.0.1:1`], async () => { throw new Error('the command has run') })
    expect(stderr).toMatch(/forward/i)
  })
})
