import { createServer, type AddressInfo } from 'node:net'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { connect, ConnectError, insecureAcceptAnyHostKey, SSHError } from '../../../src/index.ts'
import { connectError, placeOf } from '../../../src/errors/connect-error.ts'
import * as bun from '../../../src/transports/bun.ts'
import * as deno from '../../../src/transports/deno.ts'
import { connectTcp, connectUnix } from '../../../src/transports/node.ts'

const rejection = (promise: Promise<unknown>) => promise.then(() => { throw new Error('it was resolved') }, (error: unknown) => error)

/** A port where nobody listens. */
async function closedPort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

describe('on Node', () => {
  test('nobody listens: the code of the system, the place, and the cause', async () => {
    const port = await closedPort()
    const error = await rejection(connectTcp({ host: '127.0.0.1', port }))
    expect(error).toBeInstanceOf(ConnectError)
    expect(error).toBeInstanceOf(SSHError)
    expect(error).toMatchObject({ name: 'ConnectError', code: 'ECONNREFUSED', errno: 0, message: `cannot connect to 127.0.0.1:${port}: connect ECONNREFUSED 127.0.0.1:${port}`, cause: { syscall: 'connect' } })
  })

  test('a name without an address', async () => {
    expect(await rejection(connectTcp({ host: 'nobody.invalid' }))).toMatchObject({ name: 'ConnectError', code: expect.stringMatching(/^(ENOTFOUND|EAI_AGAIN)$/) as string, message: expect.stringContaining('nobody.invalid:22') as string })
  })

  test('connect() says the place once', async () => {
    const port = await closedPort()
    const error = await rejection(connect({ host: '127.0.0.1', port, username: 'me', hostKey: insecureAcceptAnyHostKey() })) as Error
    expect(error).toMatchObject({ name: 'ConnectError', code: 'ECONNREFUSED' })
    expect(error.message.startsWith(`cannot connect to 127.0.0.1:${port}: `)).toBe(true)
  })

  test('a Unix socket that is not there', async () => {
    expect(await rejection(connectUnix('/nowhere/socket'))).toMatchObject({ name: 'ConnectError', code: 'ENOENT', message: expect.stringContaining('/nowhere/socket') as string })
  })

  test('an abort is its reason, and a wrong argument is what it was', async () => {
    const reason = new Error('given up')
    expect(await rejection(connectTcp({ host: '127.0.0.1', port: 9, signal: AbortSignal.abort(reason) }))).toBe(reason)
    const aborting = new AbortController()
    const connecting = rejection(connectTcp({ host: '127.0.0.1', port: await closedPort(), signal: aborting.signal }))
    aborting.abort(reason)
    expect(await connecting).toBe(reason)
    expect(await rejection(connectTcp({ host: '127.0.0.1', port: 70_000 }))).toBeInstanceOf(RangeError)
  })
})

describe('in runtimes whose errors are others', () => {
  afterEach(() => { vi.unstubAllGlobals() })
  const failing = (error: unknown) => ({ connect: () => Promise.reject(error as Error) })
  const named = (name: string, message: string) => Object.assign(new Error(message), { name })

  test.each([
    ['ECONNREFUSED', named('ConnectionRefused', 'Connection refused (os error 111)')],
    ['ETIMEDOUT', named('TimedOut', 'Connection timed out (os error 110)')],
    ['EACCES', named('NotCapable', 'Requires net access to "h:22", run again with the --allow-net flag')],
    ['ENOTFOUND', new Error('failed to lookup address information: Name or service not known')],
    ['ERR_CONNECT', new Error('something else')],
  ])('Deno: %s', async (code, cause) => {
    vi.stubGlobal('Deno', failing(cause))
    expect(await rejection(deno.connectTcp({ host: 'h' }))).toMatchObject({ name: 'ConnectError', code, message: `cannot connect to h:22: ${cause.message}`, cause })
    expect(await rejection(deno.connectUnix('/a/socket'))).toMatchObject({ name: 'ConnectError', code, message: `cannot connect to /a/socket: ${cause.message}`, cause })
  })

  test.each([
    ['ECONNREFUSED', Object.assign(new Error('Failed to connect'), { code: 'ECONNREFUSED' })],
    ['ENOTFOUND', Object.assign(new Error('getaddrinfo ENOTFOUND h'), { code: 'DNS_ENOTFOUND' })],
  ])('Bun: %s', async (code, cause) => {
    vi.stubGlobal('Bun', failing(cause))
    expect(await rejection(bun.connectTcp({ host: 'h', port: 2 }))).toMatchObject({ name: 'ConnectError', code, message: `cannot connect to h:2: ${cause.message}`, cause })
    expect(await rejection(bun.connectUnix('/a/socket'))).toMatchObject({ name: 'ConnectError', code, cause })
  })

  test('an abort is its reason there too', async () => {
    vi.stubGlobal('Deno', { connect: () => new Promise(() => {}) })
    vi.stubGlobal('Bun', { connect: () => new Promise(() => {}) })
    for (const { connectTcp } of [deno, bun]) {
      const aborting = new AbortController()
      const connecting = rejection(connectTcp({ host: 'h', signal: aborting.signal }))
      aborting.abort('given up')
      expect(await connecting).toBe('given up')
    }
  })
})

test('several addresses that fail together: the first says why', () => {
  const first = Object.assign(new Error('connect ECONNREFUSED ::1:22'), { code: 'ECONNREFUSED' })
  const cause = Object.assign(new AggregateError([first, new Error('another')], ''), { code: 'ECONNREFUSED' })
  expect(connectError(cause, placeOf('localhost', 22))).toMatchObject({ code: 'ECONNREFUSED', message: 'cannot connect to localhost:22: connect ECONNREFUSED ::1:22', cause })
  expect(connectError(new AggregateError([first]), 'h:1')).toMatchObject({ code: 'ECONNREFUSED' })
})

test.each([[undefined, 'undefined'], ['a text', 'a text'], [null, 'null']])('what is no error, %j, is told too', (cause, said) => {
  expect(connectError(cause, 'h:1')).toMatchObject({ name: 'ConnectError', code: 'ERR_CONNECT', message: `cannot connect to h:1: ${said}` })
})

test('IPv6 addresses stand in brackets', () => {
  expect(placeOf('::1', 22)).toBe('[::1]:22')
})
