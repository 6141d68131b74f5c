import type { Exit } from '../../src/index.ts'

/** How a process ends by itself, with `code`. */
export const exited = (code: number): Exit => ({ code, signal: null, coreDumped: false, message: '' })
