/// What the connections of a runtime say that cannot be opened.
import { ConnectError } from '../../../src/errors/ssh-error.ts'
import type { connectTcp as ConnectTcp, connectUnix as ConnectUnix } from '../../../src/transports/deno.ts'
import { freePort } from '../../support/port.ts'
import { describe, expect, test } from './vitest.ts'

export function refusals(runtime: string, connectTcp: typeof ConnectTcp, connectUnix: typeof ConnectUnix): void {
  describe(`what ${runtime} cannot connect to`, () => {
    test('a port where nobody listens', async () => expectError(connectTcp({ host: '127.0.0.1', port: await freePort() }), ['ECONNREFUSED']))
    test('a name without an address', () => expectError(connectTcp({ host: 'nobody.invalid' }), ['ENOTFOUND', 'EAI_AGAIN']))
    test('a Unix socket that is not there', () => expectError(connectUnix('/nowhere/socket'), ['ENOENT']))
  })
}

async function expectError(connecting: Promise<unknown>, codes: readonly string[]): Promise<void> {
  const error: unknown = await connecting.then(() => undefined, (reason: unknown) => reason)
  expect(error instanceof ConnectError, String(error)).toBe(true)
  const { code } = error as ConnectError
  expect(codes.includes(code), code).toBe(true)
}
