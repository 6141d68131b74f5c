import { spawnSync } from 'node:child_process'
import { closeSync, constants, mkdtempSync, openSync, rmSync } from 'node:fs'
import { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Two pipes to a child: its ends as descriptors, ours as streams. */
export interface Pipes {
  readonly childInput: number
  readonly childOutput: number
  readonly input: Socket
  readonly output: Socket
  /** Closes the child's ends here: to be called once it has them. */
  given(): void
}

/** Real pipes, which Node has no call for: named ones that lose their names at once. Undefined where `mkfifo` is missing. */
export function openPipes(): Pipes | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'libssh2-wasm-'))
  const down = join(folder, 'down'), up = join(folder, 'up')
  try {
    if (spawnSync('mkfifo', ['-m', '600', down, up], { stdio: 'ignore' }).status !== 0) return undefined
    // Opened both ways first, so that opening an end waits for nobody. Our ends do not block; the child's do, as it expects.
    const held = [openSync(down, constants.O_RDWR), openSync(up, constants.O_RDWR)]
    const childInput = openSync(down, constants.O_RDONLY), childOutput = openSync(up, constants.O_WRONLY)
    const input = new Socket({ fd: openSync(down, constants.O_WRONLY | constants.O_NONBLOCK), readable: false, writable: true })
    const output = new Socket({ fd: openSync(up, constants.O_RDONLY | constants.O_NONBLOCK), readable: true, writable: false })
    for (const descriptor of held) closeSync(descriptor)
    const given = () => {
      closeSync(childInput)
      closeSync(childOutput)
    }
    return { childInput, childOutput, input, output, given }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
