import { reasonOf } from '../../../errors/reason-of.ts'
import { systemWords } from '../../system-words.ts'
import { visibleLine } from '../../terminal/visible.ts'

/** The text of an error of the local file system, in the words of scp(1). */
export function wordsOf(error: unknown): string {
  return systemWords((error as NodeJS.ErrnoException).code) ?? reasonOf(error)
}

/** Names and messages of a server, safe to show. */
export const shown = (bytes: Uint8Array) => visibleLine(Buffer.from(bytes).toString())
