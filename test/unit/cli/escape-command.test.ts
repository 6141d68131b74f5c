import { expect, test } from 'vitest'
import { performCommand } from '../../../src/cli/ssh/escape-command.ts'
import type { Forward } from '../../../src/openssh/forward-spec.ts'
import type { Direction, Tunnel, Tunnels } from '../../../src/openssh/forward/tunnels.ts'

/** Keeps what is open, and refuses the port 1. */
function fakeTunnels(): Tunnels {
  const open: Tunnel[] = []
  return {
    open,
    async add(direction: Direction, forward: Forward) {
      if ('port' in forward.listen && forward.listen.port === 1) throw new Error('permission denied')
      open.push({ direction, forward } as Tunnel)
    },
    async cancel(tunnel: Tunnel) { open.splice(open.indexOf(tunnel), 1) },
  } as unknown as Tunnels
}

async function said(lines: readonly string[], permitLocalCommand = false): Promise<readonly string[]> {
  const tunnels = fakeTunnels(), told: string[] = []
  for (const line of lines) await performCommand(line, tunnels, { permitLocalCommand }, { tell: (text) => { told.push(text.split('\n')[0]!) } })
  return told
}

// The words of OpenSSH 9.2's ssh for the same lines.
test.for<[line: string, ...told: string[]]>([
  ['', ...[]], ['-', ...[]], ['-h', 'Commands:'], ['help', 'Commands:'], ['?', 'Commands:'], ['-Z 4', 'Invalid command.'], ['abc', 'Invalid command.'], ['-l 39126:b:3', 'Invalid command.'],
  ['!true', 'Invalid command.'], ['-K', 'Invalid command.'], ['-KL', 'Bad forwarding close specification.'], ['-KD x', 'Bad forwarding close specification.'], ['-KL 1', 'Unknown port forwarding.'],
  ['-L', 'Bad local forwarding specification.'], ['-L 1', 'Bad local forwarding specification.'], ['-Lx y', 'Bad local forwarding specification.'], ['-D', 'Bad local forwarding specification.'],
  ['-R x', 'Bad remote forwarding specification.'], ['L 39123:a:1', 'Forwarding port.'], ['-D39124', 'Forwarding port.'], ['-R 39125', 'Forwarding port.'],
  ['-L 1:a:1', 'Port forwarding failed: permission denied'],
])('%s', async ([line, ...told]) => {
  expect(await said([line])).toEqual(told)
})

test('a forwarding is cancelled by its direction, address and port', async () => {
  expect(await said(['-L 10:a:1', '-D 11', '-R localhost:12:b:2', '-KD 10', '-KL 11', '-KR 12', ' -KL  10', '-KL 10', '-KD11', '-KR localhost:12'])).toEqual([
    'Forwarding port.', 'Forwarding port.', 'Forwarding port.', 'Unknown port forwarding.', 'Unknown port forwarding.', 'Unknown port forwarding.', 'Canceled forwarding.', 'Unknown port forwarding.', 'Canceled forwarding.',
    'Canceled forwarding.',
  ])
})

test('PermitLocalCommand allows commands of the local shell', async () => {
  expect(await said(['!exit 3', '-!true'], true)).toEqual([])
})
