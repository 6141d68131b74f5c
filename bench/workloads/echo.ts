import { deferred } from '../peers/deferred.ts'
import type { Workload } from './workload.ts'

/** From the press of a key to its echo, from `cat` on a raw terminal. */
export const echo: Workload = {
  name: 'echo',
  title: 'key press to echo',
  unit: 'ms',
  count: 100,
  async run(library, { target, cipher, count }) {
    const connection = await library.connect(target, cipher)
    let next = deferred()
    const terminal = await connection.terminal(ECHO_COMMAND, () => next.resolve())
    await next.promise
    const seconds: number[] = []
    for (let i = 0; i < count; i++) {
      next = deferred()
      const start = performance.now()
      terminal.write(KEY)
      await next.promise
      seconds.push((performance.now() - start) / 1000)
      // A person is slower than this, and immediate input could be answered at once.
      await new Promise((resolve) => setTimeout(resolve, 3))
    }
    await connection.close()
    return { seconds, cipher: connection.cipher }
  },
}

/** Prints `r` when the terminal is raw; from then on `cat` returns each byte once. */
export const ECHO_COMMAND = 'stty raw -echo; printf r; exec cat'
const KEY = new Uint8Array([0x61])
