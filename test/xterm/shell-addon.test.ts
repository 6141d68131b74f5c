import { createHash, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Client, connect, knownHosts, publicKey } from '../../src/index.ts'
import { receiveShell, sendShell, type Shell } from '../../src/xterm/index.ts'
import { requirePeer } from '../support/require-peer.ts'
import type { SshServer } from '../support/ssh-server.ts'
import { startSshd } from '../support/sshd.ts'
import { openScreen } from './screen.ts'
import { exited } from '../support/exited.ts'

const ways: Readonly<Record<string, (shell: Shell) => Shell>> = {
  'here': (shell) => shell,
  'over a MessagePort': (shell) => {
    const { port1, port2 } = new MessageChannel()
    sendShell(shell, port1 as unknown as MessagePort)
    // The ports of a test must not keep its process alive.
    for (const port of [port1, port2]) (port as unknown as { unref(): void }).unref()
    return receiveShell(port2 as unknown as MessagePort)
  },
}

describe.runIf(requirePeer('sshd'))('a shell in xterm.js', () => {
  let server: SshServer
  const start = async (): Promise<Client> => connect({
    host: server.host, port: server.port, username: server.user,
    hostKey: knownHosts(server.hostKeys.map(({ publicKey: line }) => `[127.0.0.1]:${server.port} ${line}`).join('\n')),
    auth: [publicKey(readFileSync(server.keys.ed25519.path, 'utf8'))],
  })
  beforeAll(async () => { server = await startSshd() })
  afterAll(() => server.stop())

  for (const [where, carry] of Object.entries(ways)) {
    describe(where, () => {
      test('shows output, sends keys, tells how it ended', async () => {
        await using client = await start()
        const screen = openScreen()
        const exits: unknown[] = []
        screen.addon.onExit((exit) => exits.push(exit))
        const ended = screen.addon.attach(carry(await client.shell({ term: 'xterm-256color' })))
        screen.type('echo "<$((6 * 7))>"\r')
        await screen.shows(/<42>/)
        screen.type('exit 3\r')
        expect(await ended).toEqual(exited(3))
        expect(exits).toEqual([exited(3)])
      })

      test('the server knows the size, at once and after each change', async () => {
        await using client = await start()
        const screen = openScreen(91, 17)
        void screen.addon.attach(carry(await client.shell())).catch(() => {})
        screen.type('stty size\r')
        await screen.shows(/\b17 91\b/)
        for (let columns = 90; columns > 60; columns--) screen.terminal.resize(columns, 20)
        screen.type('until [ "$(stty size)" = "20 61" ]; do sleep 0.1; done; echo "<$((6 * 7))>"\r')
        await screen.shows(/<42>/)
      })

      test('characters that arrive in pieces are put together', async () => {
        await using client = await start()
        const screen = openScreen()
        await screen.addon.attach(carry(await client.exec(String.raw`for byte in '\342' '\202' '\254' '\360' '\237' '\246' '\200'; do printf "$byte"; sleep 0.02; done`, { pty: true })))
        expect(screen.text()).toBe('€🦀')
      })

      test('output waits for the terminal', async () => {
        await using client = await start()
        const screen = openScreen()
        let waiting = 0, most = 0, all = 0, longest = 0
        const write = screen.terminal.write.bind(screen.terminal)
        screen.terminal.write = (data, done) => {
          waiting += data.length
          all += data.length
          most = Math.max(most, waiting)
          longest = Math.max(longest, data.length)
          write(data, () => {
            waiting -= data.length
            done?.()
          })
        }
        const highWaterMark = 100_000
        await screen.addon.attach(carry(await client.exec('yes 0123456789 | head -c 8000000')), { highWaterMark })
        expect(all).toBe(8_000_000)
        expect(waiting).toBe(0)
        expect(most).toBeLessThanOrEqual(highWaterMark + longest)
      })

      test('Ctrl-C ends what would print for ever', async () => {
        await using client = await start()
        const screen = openScreen()
        void screen.addon.attach(carry(await client.shell())).catch(() => {})
        screen.type('yes endless\r')
        await screen.shows(/(endless\n){20}/)
        screen.type('\x03')
        screen.type('echo "<$((6 * 7))>"\r')
        await screen.shows(/<42>/)
      })

      test('what is pasted waits for the server, all of it', async () => {
        await using client = await start()
        const screen = openScreen()
        const pasted = randomBytes(2_250_000).toString('base64')
        const ended = screen.addon.attach(carry(await client.exec(`stty raw -echo; echo ready; sleep 1; head -c ${pasted.length} | sha256sum`, { pty: true })))
        await screen.shows(/ready/)
        screen.type(pasted)
        expect(await ended).toEqual(exited(0))
        expect(screen.text()).toContain(createHash('sha256').update(pasted).digest('hex'))
      })

      test('binary reports of mice are bytes, not UTF-8', async () => {
        await using client = await start()
        const screen = openScreen()
        const ended = screen.addon.attach(carry(await client.exec('stty raw -echo; echo ready; head -c 6 | od -An -tx1', { pty: true })))
        await screen.shows(/ready/)
        const { coreService } = (screen.terminal as unknown as { _core: { coreService: { triggerBinaryEvent(text: string): void } } })._core
        coreService.triggerBinaryEvent('\x1b[M \xe9\xff')
        await ended
        expect(screen.text()).toContain('1b 5b 4d 20 e9 ff')
      })

      test('a detached shell goes on in another terminal', async () => {
        await using client = await start()
        const [first, second] = [openScreen(), openScreen()]
        const shell = carry(await client.shell())
        const ended = first.addon.attach(shell)
        first.type('echo "<$((6 * 7))>"\r')
        await first.shows(/<42>/)
        first.addon.detach()
        expect(await ended).toBeUndefined()
        void second.addon.attach(shell).catch(() => {})
        second.type('echo "<$((7 * 9))>"\r')
        await second.shows(/<63>/)
        expect(first.text()).not.toContain('<63>')
      })

      test('the end of the session is an error with its code', async () => {
        await using client = await start()
        const screen = openScreen()
        const ended = screen.addon.attach(carry(await client.shell()))
        ended.catch(() => {})
        screen.type('echo "<$((6 * 7))>"\r')
        await screen.shows(/<42>/)
        await client.close()
        await expect(ended).rejects.toMatchObject({ name: expect.stringContaining('Error'), code: expect.stringMatching(/^ERR_/) })
        screen.type('nobody takes this\r')
      })
    })
  }
})

test('an addon that is in no terminal says so', async () => {
  const { addon } = openScreen()
  addon.dispose()
  await expect(addon.attach({} as Shell)).rejects.toThrow(TypeError)
})
