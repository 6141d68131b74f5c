import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { startSshd, type SshdOptions } from '../../support/sshd.ts'
import { type EitherClient, MODULES, openBoth, told } from './both.ts'

type Server = Awaited<ReturnType<typeof startSshd>>

/** What a script tells with either module, each with a server of its own. */
async function transcripts(options: SshdOptions, script: (client: EitherClient, server: Server) => Promise<unknown>): Promise<unknown[]> {
  const all: unknown[] = []
  for (const { client: make } of MODULES) {
    await using server = await startSshd(options)
    const client = make()
    client.on('error', () => { /* the callbacks tell */ })
    try {
      all.push(await script(client, server))
    } finally {
      client.destroy()
    }
  }
  return all
}

async function logIn(client: EitherClient, { host, port, user, keys }: Server): Promise<void> {
  const ready = once(client as never, 'ready')
  client.connect({ host, port, username: user, privateKey: readFileSync(keys.ed25519.path), hostVerifier: () => true })
  await ready
}

describe('the life of an SFTP channel, with npm ssh2 and with the drop-in', () => {
  test('end() tells end and close; what is under way and what comes later gets no response', async () => {
    const [theirs, ours] = await transcripts({}, async (client, server) => {
      const sftp = await openBoth(client, server)
      const events: string[] = []
      for (const event of ['exit', 'end', 'close']) sftp.on(event, () => events.push(event))
      const closed = once(sftp, 'close')
      const pending = told(sftp, 'stat', '/')
      await pending
      sftp.end()
      await closed
      return events.filter((event) => event !== 'exit')
    })
    expect(ours).toEqual(theirs)
    expect(ours).toEqual(['end', 'close'])
  })

  test('the drop-in: what is under way and what is asked later gets no response', async () => {
    await using server = await startSshd()
    const client = MODULES[1]!.client()
    const sftp = await openBoth(client, server)
    const pending = told(sftp, 'read', Buffer.from('none'), Buffer.alloc(4), 0, 4, 0)
    sftp.destroy()
    expect(await pending).toEqual([{ message: 'No response from server', code: undefined }])
    expect(await told(sftp, 'stat', '/')).toEqual([{ message: 'No response from server', code: undefined }])
    expect(await told(sftp, 'fastGet', '/etc/hostname', '/dev/null')).toEqual([{ message: 'No response from server', code: undefined }])
    const [error] = await once(sftp.createReadStream('/etc/hostname'), 'error') as [Error]
    expect(error.message).toBe('No response from server')
    client.end()
    await once(client as never, 'close')
  })

  test('a connection that is lost: the client closes first, then callbacks are told', async () => {
    const [theirs, ours] = await transcripts({}, async (client, server) => {
      const sftp = await openBoth(client, server)
      const order: unknown[] = []
      client.on('close', () => order.push('client close'))
      const reading = new Promise<void>((resolve) => sftp.stat('/', (error) => {
        order.push(error?.message)
        resolve()
      }))
      client.destroy()
      await reading
      await new Promise((resolve) => setImmediate(resolve))
      return order
    })
    expect(ours).toEqual(theirs)
    expect(ours).toEqual(['client close', 'No response from server'])
  })

  test.each([
    ['there is none', { sftp: 'none' }, 'Unable to start subsystem: sftp', undefined],
    ['it ends at once', { sftp: 'none', config: ['Subsystem sftp /bin/false'] }, 'Received exit code 1 while establishing SFTP session', 1],
  ] as const)('no SFTP: %s', async (_, options, message, code) => {
    const outcomes = await transcripts(options, async (client, server) => {
      await logIn(client, server)
      return new Promise((resolve) => client.sftp((error) => resolve(error && { message: error.message, code: (error as { code?: unknown }).code })))
    })
    expect(outcomes).toEqual([{ message, code }, { message, code }])
  })

  test('what is no SFTP at all is an error of level sftp-protocol', async () => {
    await using server = await startSshd({ sftp: 'none', config: ['Subsystem sftp /bin/echo Welcome to this machine'] })
    const client = MODULES[1]!.client()
    await logIn(client, server)
    const error = await new Promise<unknown>((resolve) => client.sftp(resolve))
    expect(error).toMatchObject({ level: 'sftp-protocol', message: expect.stringContaining('Welc') })
    client.end()
    await once(client as never, 'close')
  })

  test('variables that the server refuses do not keep it from starting', async () => {
    await using server = await startSshd()
    const client = MODULES[1]!.client() as EitherClient & { sftp(env: object, callback: (error: unknown, sftp: unknown) => void): unknown }
    await logIn(client, server)
    expect(await new Promise((resolve) => client.sftp({ LANG_X: 'y' }, (error) => resolve(error)))).toBe(undefined)
    client.end()
    await once(client as never, 'close')
  })
})
