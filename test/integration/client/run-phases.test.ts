import { afterEach, describe, expect, test, vi } from 'vitest'
import { Channel } from '../../../src/bindings/index.ts'
import { CONTEXT } from '../../../src/bindings/session-context.ts'
import { type Client, DisconnectError, type RunOptions } from '../../../src/index.ts'
import { clientOf, sshdAndClient } from '../../support/client-of.ts'
import { exited } from '../../support/exited.ts'
import { rejection, within } from '../../support/within.ts'

const here = sshdAndClient()
afterEach(() => { vi.restoreAllMocks() })

/** Calls back when a method has been called and has returned what is awaited. */
function when<T extends object>(object: T, method: keyof T, then: () => void, is: (result: unknown) => boolean = () => true): void {
  const own = (object[method] as (...given: unknown[]) => unknown)
  vi.spyOn(object, method as never).mockImplementation(function (this: T, ...given: unknown[]) {
    const result = own.apply(this, given)
    if (is(result)) queueMicrotask(then)
    return result
  } as never)
}

const count = (result: unknown) => (result as readonly [number])[0]

/** The phases of a run, each with a command that gets no further; `reached` is called in it. */
const PHASES: Readonly<Record<string, (client: Client, reached: () => void) => readonly [command: string, options?: RunOptions]>> = {
  'its channel is being opened': (client, reached) => {
    when(client.session, 'openSession', reached)
    return ['sleep 60']
  },
  'it is being started': (_, reached) => {
    when(Channel.prototype, 'execute', reached)
    return ['sleep 60']
  },
  'the end of its input is sent': (_, reached) => {
    when(Channel.prototype, 'sendEof', reached)
    return ['sleep 60']
  },
  'its input comes slowly': (_, reached) => ['cat', { stdin: (async function* () {
    yield 'begun'
    reached()
    await new Promise(() => {})
  })() }],
  'the server takes no more input': (_, reached) => {
    setTimeout(reached, 500)
    return ['sleep 60', { stdin: new Uint8Array(8 << 20) }]
  },
  'its output has begun': (_, reached) => {
    when(Channel.prototype, 'readParts', reached, (result) => count(result) > 0)
    return ['echo begun; sleep 60']
  },
  'its output has ended': (_, reached) => {
    when(Channel.prototype, 'readParts', reached, (result) => count(result) === 0)
    return ['exec >&- 2>&-; sleep 60']
  },
  'its output has ended, and its input has not': (_, reached) => {
    when(Channel.prototype, 'readParts', reached, (result) => count(result) === 0)
    return ['exec >&- 2>&-; sleep 60', { stdin: (async function* () {
      yield 'begun'
      await new Promise(() => {})
    })() }]
  },
}

describe.each(Object.keys(PHASES))('a run of which %s', (phase) => {
  const run = (client: Client, reached: () => void, options: RunOptions = {}) => {
    const [command, own] = PHASES[phase]!(client, reached)
    return within(15_000, 'the rejection', rejection(client.run(command, { ...own, ...options })))
  }

  test('ends with the reason of an abort, and the session goes on', async () => {
    const controller = new AbortController()
    const reason = new Error('mine')
    expect(await run(here.client, () => controller.abort(reason), { signal: controller.signal })).toBe(reason)
    vi.restoreAllMocks()
    expect(await here.client.run('echo next')).toMatchObject({ stdout: 'next\n', stderr: '', exit: exited(0) })
  })

  test('ends with what ended the session', async () => {
    const client = await clientOf(here.server)
    const reason = new DisconnectError('it is over', { code: 'ERR_SSH_DISCONNECT' })
    expect(await run(client, () => client.session[CONTEXT].end(reason))).toBe(reason)
    expect(await client.closed).toMatchObject({ error: reason })
  })
})

describe('streams that are made when somebody asks for them', () => {
  test('are the same each time', async () => {
    await using process = await here.client.exec('true')
    expect([process.stdin === process.stdin, process.stdout === process.stdout, process.stderr === process.stderr]).toEqual([true, true, true])
  })

  test('stderr that nobody asks for is kept up to the window, holds the command, and nothing else', async () => {
    const command = 'head -c 6000000 /dev/zero >&2; echo done'
    const process = await here.client.exec(command)
    let over = false
    const output = process.stdout.getReader().read().then(({ value }) => { over = true; return new TextDecoder().decode(value) })
    await new Promise((resolve) => setTimeout(resolve, 500))
    expect(over).toBe(false)
    expect((await here.client.run('echo other')).stdout).toBe('other\n')
    let size = 0
    for await (const chunk of process.stderr) size += chunk.length
    expect([size, await output, await process.exit]).toEqual([6_000_000, 'done\n', exited(0)])
    expect((await within(20_000, 'a run of it', here.client.run(command))).stderrBytes.length).toBe(6_000_000)
  })

  test('have what the command wrote before, though its channel is gone and its number that of another', async () => {
    const process = await here.client.exec('echo out; echo error >&2')
    await process.closed
    const { stdout: before } = process
    const other = await here.client.exec('read line; echo "$line"')
    const [out, error] = await Promise.all([before, process.stderr].map((stream) => new Response(stream as BodyInit).text()))
    expect([out, error]).toEqual(['out\n', 'error\n'])
    const writer = other.stdin.getWriter()
    await writer.write('the other\n')
    expect(await within(10_000, 'the other output', new Response(other.stdout as BodyInit).text())).toBe('the other\n')
    await expect(process.stdin.getWriter().write('x')).rejects.toMatchObject({ code: 'ERR_LIBSSH2_CHANNEL_CLOSED' })
  })

  test('reject with the reason, if they are asked for after an abort', async () => {
    const controller = new AbortController()
    const process = await here.client.exec('echo begun; sleep 60', { signal: controller.signal })
    const reason = new Error('mine')
    controller.abort(reason)
    const errors = [process.stdin.getWriter().closed, process.stdin.abort(), process.stdout.getReader().read(), process.stderr.getReader().closed, process.exit].map((use) => rejection(use))
    expect(await within(5000, 'all of them', Promise.all([errors[0], errors[2], errors[3], errors[4]]))).toEqual([reason, reason, reason, reason])
  })
})
