import { statSync } from 'node:fs'
import { reasonOf } from '../../errors/reason-of.ts'
import type { ConfigOption } from '../../openssh/config/reader.ts'
import { expandHome, thisUser } from '../../openssh/config/tokens.ts'
import type { Terminal } from '../terminal/terminal.ts'

/** The options without those of `-i` whose file is not there, as in ssh, which says so and goes on with the other keys. */
export function withoutMissingKeys(options: readonly ConfigOption[], terminal: Pick<Terminal, 'tell'>): readonly ConfigOption[] {
  return options.filter((option) => {
    // A line of `-o` is a text.
    if (typeof option === 'string' || option[0] !== 'IdentityFile') return true
    try {
      statSync(expandHome(option[1], thisUser()))
      return true
    } catch (error) {
      terminal.tell(`Warning: Identity file ${option[1]} not accessible: ${reasonOf(error)}.`)
      return false
    }
  })
}
