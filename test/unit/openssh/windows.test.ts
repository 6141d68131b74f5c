import { describe, expect, test } from 'vitest'
import { parsePlace } from '../../../src/cli/scp/place.ts'
import { systemConfigFolder } from '../../../src/openssh/config/places.ts'
import { parseConfigLine } from '../../../src/openssh/config/line.ts'
import { agentSocket, type AgentSurroundings } from '../../../src/openssh/login/agent-socket.ts'

const OPENSSH = '\\\\.\\pipe\\openssh-ssh-agent'
const PAGEANT = `pageant.me.${'0a'.repeat(32)}`
const windows = (there: readonly string[], pipes: readonly string[] = [], environment: Record<string, string> = {}): AgentSurroundings => ({ platform: 'win32', environment, exists: (path) => there.includes(path), pipes: () => pipes })

describe('on Windows, as far as it can be run elsewhere', () => {
  test('the agent is that of the variable, else the pipe of OpenSSH, else that of Pageant', () => {
    const config = { identityAgent: undefined }
    expect(agentSocket(config, windows([OPENSSH], [PAGEANT], { SSH_AUTH_SOCK: 'C:\\agent' }))).toBe('C:\\agent')
    expect(agentSocket(config, windows([OPENSSH], [PAGEANT]))).toBe(OPENSSH)
    expect(agentSocket(config, windows([], ['other', PAGEANT]))).toBe(`\\\\.\\pipe\\${PAGEANT}`)
    expect(agentSocket(config, windows([], ['pageant.me.short']))).toBeUndefined()
    expect(agentSocket({ identityAgent: 'none' }, windows([OPENSSH]))).toBeUndefined()
    expect(agentSocket(config, { ...windows([OPENSSH], [PAGEANT]), platform: 'darwin' })).toBeUndefined()
  })

  test('the system-wide configuration is in ProgramData', () => {
    expect(systemConfigFolder({ environment: { ProgramData: '/D' } }, 'win32')).toBe('/D/ssh')
    expect(systemConfigFolder({ environment: {} }, 'darwin')).toBe('/etc/ssh')
  })

  test('a drive letter is no host, and backslashes of paths stay', () => {
    expect(parsePlace('C:\\files\\a', 'win32')).toEqual({ local: 'C:\\files\\a' })
    expect(parseConfigLine('IdentityFile C:\\Users\\me\\.ssh\\id\r')?.args).toEqual(['C:\\Users\\me\\.ssh\\id'])
  })
})
