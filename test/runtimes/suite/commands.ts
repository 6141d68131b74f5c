import { randomBytes, readUntil, sha256 } from './bytes.ts'
import { type Case, login } from './case.ts'
import { equal } from './check.ts'

const BULK = 20_000_000

export const commands: readonly Case[] = [
  {
    feature: 'connect', name: 'connects, logs in, runs a command and closes',
    async run(target) {
      const client = await login(target)
      const { stdout, exit } = await client.run('echo "hello from $((6 * 7))"')
      equal([stdout, exit.code], ['hello from 42\n', 0], 'output and exit')
      await client.close()
      equal((await client.closed).expected, true, 'closed as expected')
    },
  },
  {
    feature: 'exec', name: 'gives stdout, stderr and the exit code; takes stdin; tells the signal that ended a command',
    async run(target) {
      await using client = await login(target)
      const { stdout, stderr, exit } = await client.run('sed s/^/in:/; echo "täglich 😀" >&2; exit 3', { stdin: 'a\nb\n' })
      equal([stdout, stderr, exit.code], ['in:a\nin:b\n', 'täglich 😀\n', 3], 'stdout, stderr and exit')
      const killed = await client.run('kill -TERM $$')
      equal(killed.exit.signal, 'TERM', 'signal')
    },
  },
  {
    feature: 'exec', name: 'runs several commands at once, each with its own streams',
    async run(target) {
      await using client = await login(target)
      const numbers = Array.from({ length: 8 }, (_, i) => i)
      const results = await Promise.all(numbers.map((i) => client.run(`sleep 0.0${i}; echo ${i}; exit ${i}`)))
      equal(results.map(({ stdout, exit }) => [stdout, exit]), numbers.map((i) => [`${i}\n`, { code: i, signal: null, coreDumped: false, message: '' }]), 'answers')
    },
  },
  {
    feature: '20 MB both ways', name: '20 MB to the server: its SHA-256 is ours',
    async run(target) {
      await using client = await login(target)
      const data = randomBytes(BULK)
      const { stdout } = await client.run('sha256sum', { stdin: data })
      equal(stdout.split(' ')[0], await sha256(data), 'SHA-256')
    },
  },
  {
    feature: '20 MB both ways', name: '20 MB from the server: our SHA-256 is its',
    async run(target) {
      await using client = await login(target)
      const { path, sha256: expected } = target.environment.file
      const { stdoutBytes } = await client.run(`cat '${path}'`)
      equal([stdoutBytes.length, await sha256(stdoutBytes)], [BULK, expected], 'length and SHA-256')
    },
  },
  {
    feature: 'shell, PTY, resize', name: 'a shell in a terminal, which is resized',
    async run(target) {
      await using client = await login(target)
      const shell = await client.shell({ term: 'xterm-256color', columns: 120, rows: 40 })
      const output = shell.stdout.getReader()
      const keys = shell.stdin.getWriter()
      // Quoted, so that the terminal's echo of what was typed does not match.
      await keys.write('echo "[$TERM]"; stty size\n')
      await readUntil(output, /\[xterm-256color\]\r\n40 120\r\n/)
      await shell.resize(99, 31)
      await keys.write('stty size\n')
      await readUntil(output, /31 99\r\n/)
      await keys.write('exit 5\n')
      while (!(await output.read()).done);
      equal((await shell.exit).code, 5, 'exit')
    },
  },
]
