// The agent of a login through ssh_config: how its connection ends must not decide how the login ends.
import { expect, test, vi } from 'vitest'
import type { SshConfig } from '../../../src/openssh/config/ssh-config.ts'
import { prepareLogin } from '../../../src/openssh/login/methods.ts'
import type { Transport } from '../../../src/index.ts'
import { rejection } from '../../support/within.ts'
import { scriptedAgent } from '../../wild/support/scripted-agent.ts'

let close: () => void | Promise<void>
vi.mock('../../../src/transports/node/socket.ts', () => ({
  connectUnix: async (): Promise<Transport> => ({ ...scriptedAgent({ keys: [] }).transport, close: () => close() }),
}))
const settings = {
  user: 'ada', host: 'h', hostName: 'h.example', pubkeyAuthentication: 'yes', kbdInteractiveAuthentication: false, passwordAuthentication: false, batchMode: true,
  identityAgent: '/agent', identityFile: [], certificateFile: [], identitiesOnly: false,
} as unknown as SshConfig
const nobody = { ask: async () => undefined, askSecret: async () => undefined, tell: () => {} }
const ENDS: [string, () => void | Promise<void>][] = [
  ['rejects', () => Promise.reject(new Error('EPIPE'))], ['throws', () => { throw new Error('EPIPE') }], ['never settles', () => new Promise(() => {})],
]

test.each(ENDS)('its close() %s: the error of the login passes, and so does its success', async (_, end) => {
  const closing = vi.fn(end), failure = new Error('the login failed')
  close = closing
  const work = async (fails: boolean) => {
    await using login = await prepareLogin(settings, nobody)
    if (fails) throw failure
    return login.methods
  }
  expect(await rejection(work(true))).toBe(failure)
  expect(await work(false)).toEqual([])
  expect(closing).toHaveBeenCalledTimes(2)
})
