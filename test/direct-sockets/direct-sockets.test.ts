import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Transport } from '../../src/index.ts'
import { connectTcp } from '../../src/transports/direct-sockets.ts'
import { tcpConnection } from '../contract/connection.ts'
import { transportContract } from '../contract/transport.contract.ts'
import { installPackedPackage } from '../support/packed-package.ts'
import { freePort } from '../support/port.ts'
import { requirePeer } from '../support/require-peer.ts'
import { clientKeys } from '../support/ssh-server.ts'
import { startSshd } from '../support/sshd.ts'
import { suiteServer } from '../support/suite-server.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { type IsolatedWebApp, openIsolatedWebApp } from './isolated-web-app.ts'

test('a runtime without Direct Sockets says so', async () => {
  await expect(connectTcp({ host: '127.0.0.1' })).rejects.toMatchObject({ name: 'SSHError', code: 'ERR_NO_TCP' })
})

describe.runIf([requirePeer('chromium'), requirePeer('sshd')].every(Boolean))('Direct Sockets, in an Isolated Web App', () => {
  const server = suiteServer(() => startSshd())
  const folder = temporaryDirectory('direct-sockets')
  let app: IsolatedWebApp
  /** Calls a function of app.js. */
  const call = (name: string, ...values: unknown[]): Promise<unknown> => app.page.evaluate(async ([called, given]) => {
    const { functions } = globalThis as unknown as { functions: Record<string, (...given: unknown[]) => unknown> }
    return functions[called]!(...given)
  }, [name, values] as const)

  beforeAll(async () => {
    const { host, port, user, hostKeys } = server()
    installPackedPackage(folder.path)
    await build({
      stdin: { contents: readFileSync(fileURLToPath(new URL('app.js', import.meta.url)), 'utf8'), resolveDir: folder.path },
      absWorkingDir: folder.path, outfile: folder.file('out/app.js'), bundle: true, format: 'esm', platform: 'browser', target: 'es2022',
    })
    writeFileSync(folder.file('out/index.html'), '<!doctype html><link rel="manifest" href="/.well-known/manifest.webmanifest"><title>SSH</title><script type="module" src="/page.js"></script>')
    writeFileSync(folder.file('out/page.js'), 'import * as functions from "./app.js"\nObject.assign(globalThis, { functions })\n')
    app = await openIsolatedWebApp(folder.file('out'), {
      host, port, username: user, closed: await freePort(), folder: folder.path,
      known: hostKeys.map(({ publicKey }) => `[${host}]:${port} ${publicKey}\n`).join(''), key: (await clientKeys()).ed25519.privateKey,
    })
    await app.page.waitForFunction(() => 'functions' in globalThis)
  }, 240_000)
  afterAll(async () => {
    await app?.[Symbol.asyncDispose]()
    folder.remove()
  })
  const settings = () => app.page.evaluate(async () => await (await fetch('/settings.json')).json() as object)

  test('a command, data there and back, and SFTP, without a gateway', async () => {
    expect(await call('run', await settings())).toBe('without a gateway, 5242880 bytes, equal: true, exit code 7')
  }, 120_000)

  test('what cannot be opened is a typed error, and an abort ends it at once', async () => {
    const { host, closed } = await settings() as { host: string, closed: number }
    expect(await call('refusals', await settings())).toEqual({
      'closed port': { name: 'ConnectError', code: 'ERR_CONNECT', message: `cannot connect to ${host}:${closed}: Network Error.` },
      'no such name': { name: 'ConnectError', code: 'ENOTFOUND', message: 'cannot connect to nobody.invalid:22: Hostname couldn\'t be resolved.' },
      'aborted before': { name: 'Error', message: 'not now' },
      'aborted meanwhile': { name: 'Error', message: 'enough' },
      'no host': { name: 'TypeError', message: 'host must be a string' },
      'no port': { name: 'RangeError', message: 'port must be a whole number from 0 to 65535' },
      'a transport that connect() gives up': { name: 'TypeError', message: 'username is required, as a string, not an empty string' },
    })
  }, 60_000)

  // Each piece goes through the browser's debugger too.
  transportContract('connectTcp of Direct Sockets', { size: 1 << 18, connect: () => tcpConnection(async (port) => remote(await call('open', port) as number)) })

  /** The connection of the page, as a transport out here. */
  function remote(connection: number): Transport {
    return {
      readable: new ReadableStream({
        async pull(controller) {
          const data = await call('read', connection) as string | null
          if (data === null) controller.close()
          else controller.enqueue(new Uint8Array(Buffer.from(data, 'base64')))
        },
        cancel: async () => { await call('cancel', connection) },
      }, { highWaterMark: 0 }),
      writable: new WritableStream({
        write: async (chunk) => { await call('write', connection, Buffer.from(chunk).toString('base64')) },
        close: async () => { await call('end', connection) },
        abort: async () => { await call('abort', connection) },
      }),
    }
  }
})
