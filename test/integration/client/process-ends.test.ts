import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Client, connect, insecureAcceptAnyHostKey, type Process, publicKey } from '../../../src/index.ts'
import { exited } from '../../support/exited.ts'
import type { SshServer } from '../../support/ssh-server.ts'
import { startSshd } from '../../support/sshd.ts'
import { rejection, within } from '../../support/within.ts'

let server: SshServer
let client: Client
beforeAll(async () => {
  server = await startSshd({ config: ['MaxSessions 100', 'AcceptEnv LC_*'] })
  client = await connect({ host: server.host, port: server.port, username: server.user, hostKey: insecureAcceptAnyHostKey(), auth: [publicKey(readFileSync(server.keys.ed25519.path, 'utf8'))] })
})
afterAll(async () => {
  await client.close()
  await server.stop()
})

const soon = <T>(work: Promise<T>) => within(15_000, 'it', work)
const decode = (bytes: Uint8Array | undefined) => new TextDecoder().decode(bytes)
const drain = async (stream: ReadableStream<Uint8Array>) => { let size = 0; for await (const chunk of stream) size += chunk.length; return size }

/** Everything that can wait on a process, or be asked of it later. */
function uses(process: Process): Record<string, () => Promise<unknown>> {
  return {
    exit: () => process.exit,
    'a read of stdout': () => process.stdout.getReader().read(),
    'a loop over stderr': () => drain(process.stderr),
    'a write that waits for the window': async () => {
      const writer = process.stdin.getWriter()
      for (;;) await writer.write(new Uint8Array(1 << 20))
    },
  }
}

describe.each(['an abort', 'close()'])('after %s', (how) => {
  const reason = new Error('mine')
  const end = (process: Process, controller: AbortController) => { if (how === 'close()') void process.close(); else controller.abort(reason) }
  const isRight = (error: unknown) => { if (how === 'close()') expect(error).toMatchObject({ name: 'ChannelError', code: 'ERR_LIBSSH2_CHANNEL_CLOSED' }); else expect(error).toBe(reason) }

  test('whatever waits on a process rejects at once', async () => {
    const controller = new AbortController()
    const process = await client.exec('sleep 60', { signal: controller.signal })
    const waiting = Object.values(uses(process)).map((use) => rejection(use()))
    await new Promise((resolve) => setTimeout(resolve, 100))
    end(process, controller)
    for (const error of await soon(Promise.all(waiting))) isRight(error)
  })

  test('whatever is asked later rejects too', async () => {
    const controller = new AbortController()
    const process = await client.exec('echo begun; sleep 60', { signal: controller.signal })
    end(process, controller)
    for (const use of [...Object.values(uses(process)), () => process.kill(), () => process.resize(1, 1)]) isRight(await soon(rejection(use())))
  })

  test('pipes end with the reason, though their source is silent', async () => {
    const controller = new AbortController()
    const process = await client.exec('sleep 60', { signal: controller.signal })
    const pipes = [new ReadableStream<Uint8Array>({}).pipeTo(process.stdin), process.stdout.pipeTo(new WritableStream())].map(rejection)
    end(process, controller)
    for (const error of await soon(Promise.all(pipes))) isRight(error)
  })

  test('output that has been cut never looks complete', async () => {
    const controller = new AbortController()
    const process = await client.exec('for i in $(seq 1000); do echo line $i; sleep 0.02; done', { signal: controller.signal })
    const lines: string[] = []
    const reading = rejection((async () => {
      for await (const line of process.lines()) {
        lines.push(line)
        if (lines.length === 5) end(process, controller)
      }
    })())
    isRight(await soon(reading))
    expect(lines.length).toBeLessThan(1000)
  })
})

describe('an end that comes from the server', () => {
  test('exit comes with its message, though a child in the background holds the output open', async () => {
    await using process = await client.exec('(sleep 2; echo late) & exit 3')
    const output = drain(process.stdout)
    expect(await Promise.race([process.exit, output])).toEqual(exited(3))
    expect(await output).toBe(5)
  })

  test('what nobody has read is still there, and then gone from WebAssembly', async () => {
    const used = () => client.session.instance.heapUsed()
    const before = used()
    const process = await client.exec('head -c 300000 /dev/zero; echo words >&2')
    expect(await process.exit).toEqual(exited(0))
    await soon(process.closed)
    expect(used() - before).toBeLessThan(1000)
    expect([await drain(process.stdout), await drain(process.stderr)]).toEqual([300_000, 6])
  })

  test('a write afterwards is an error, an end of the input is not', async () => {
    const process = await client.exec('true')
    await soon(process.closed)
    const writer = process.stdin.getWriter()
    const other = await client.exec('true')
    await soon(other.closed)
    await other.stdin.close()
    await expect(writer.write('x')).rejects.toMatchObject({ code: 'ERR_LIBSSH2_CHANNEL_CLOSED' })
  })

  test('an abort that comes after it changes nothing', async () => {
    const controller = new AbortController()
    const process = await client.exec('echo all', { signal: controller.signal })
    await soon(process.closed)
    controller.abort()
    expect([decode((await process.stdout.getReader().read()).value), (await process.exit).code]).toEqual(['all\n', 0])
  })

  test('two hundred processes that nobody closes leave nothing', async () => {
    const once = async () => {
      const process = await client.exec('echo hello')
      await process.exit
      await process.closed
    }
    await once()
    const before = client.session.instance.heapUsed()
    for (let i = 0; i < 40; i++) await Promise.all(Array.from({ length: 5 }, once))
    expect(client.session.instance.heapUsed() - before).toBeLessThan(2000)
  })
})

describe('output that nobody wants any more', () => {
  test('break discards the rest, and exit comes', async () => {
    const process = await client.exec('head -c 8000000 /dev/zero; exit 4')
    for await (const _ of process.stdout) break
    expect(await soon(process.exit)).toEqual(exited(4))
  })

  test('a cancelled stdout does not hold up stderr', async () => {
    const process = await client.exec('head -c 8000000 /dev/zero; echo done >&2')
    await process.stdout.cancel()
    expect(await soon(drain(process.stderr))).toBe(5)
    expect(await soon(process.exit)).toEqual(exited(0))
  })

  test('leaving lines() discards the rest', async () => {
    const process = await client.exec('seq 1000000; exit 5')
    for await (const line of process.lines()) if (line === '3') break
    expect((await soon(process.exit)).code).toBe(5)
  })

  test('a program that would write for ever gets SIGPIPE from OpenSSH, as in `command | head`', async () => {
    const process = await client.exec('yes')
    for await (const _ of process.stdout) break
    const { code, signal } = await soon(process.exit)
    // A shell between reports the signal as a code.
    expect(signal ?? code).toBe(signal ? 'PIPE' : 141)
    const later = await client.exec('read line; echo more; echo "$line" > /dev/null; exit 3')
    await later.stdout.cancel()
    const input = later.stdin.getWriter()
    await input.write('input still goes there\n')
    const last = await soon(later.exit)
    expect([3, 141, 'PIPE']).toContain(last.signal ?? last.code)
  })

  test('a terminal whose output is cancelled goes on', async () => {
    const process = await client.exec('seq 100000; exit 6', { pty: true })
    await process.stdout.cancel()
    expect((await soon(process.exit)).code).toBe(6)
  })

  test('where nobody is left the channel is closed', async () => {
    const process = await client.exec('yes')
    await Promise.all([process.stdout.cancel(), process.stderr.cancel()])
    await soon(process.closed)
  })
})

test('lines are those of the output, however it is cut', async () => {
  await using process = await client.exec(String.raw`printf 'a\r\n'; printf '\303'; sleep 0.2; printf '\244\n\nlast'`)
  const lines: string[] = []
  for await (const line of process.lines()) lines.push(line)
  expect(lines).toEqual(['a', 'ä', '', 'last'])
})

describe('MaxSessions 1', () => {
  test('commands one after another, an SFTP session between, and a refusal that is one', async () => {
    await using narrow = await startSshd({ config: ['MaxSessions 1'] })
    await using alone = await connect({ host: narrow.host, port: narrow.port, username: narrow.user, hostKey: insecureAcceptAnyHostKey(), auth: [publicKey(readFileSync(narrow.keys.ed25519.path, 'utf8'))] })
    for (let i = 0; i < 20; i++) expect((await alone.run(`echo ${i}`)).stdout).toBe(`${i}\n`)
    const sftp = await alone.sftp()
    expect(await soon(rejection(alone.run('true')))).toMatchObject({ name: 'ChannelError' })
    await sftp.close()
    expect((await alone.run('echo end')).stdout).toBe('end\n')
  }, 30_000)
})

describe('a server that gives no terminal', () => {
  test('has a shell all the same, and one without a terminal can be asked for', async () => {
    await using strict = await startSshd({ config: ['PermitTTY no'] })
    const options = { host: strict.host, port: strict.port, username: strict.user, hostKey: insecureAcceptAnyHostKey(), auth: [publicKey(readFileSync(strict.keys.ed25519.path, 'utf8'))] }
    await using there = await connect(options)
    for (const pty of [undefined, false]) {
      await using shell = await there.shell({ pty })
      expect(shell.terminal).toBe(false)
      const writer = shell.stdin.getWriter()
      await writer.write('echo here; exit 6\n')
      expect(await soon(shell.exit)).toEqual(exited(6))
    }
    expect(await rejection(there.exec('true', { pty: true }))).toMatchObject({ name: 'ChannelError' })
  })

  test('one that gives it says so', async () => {
    await using shell = await client.shell()
    expect(shell.terminal).toBe(true)
  })
})
