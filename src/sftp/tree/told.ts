import type { NamedFile } from '../protocol/requests.ts'

/**
 * Recognizes the answers of a listing that repeat. No directory has a name twice, unless it changes meanwhile: an answer that came before is skipped. After
 * as many repeated answers in a row as there are different ones, the server has started again, and would do so for ever.
 */
export class Told {
  readonly #answers = new Set<number>()
  #again = 0

  /** Whether these names have not come together before. */
  isNew(names: readonly NamedFile[]): boolean {
    const answer = digest(names)
    if (this.#answers.has(answer)) {
      this.#again += 1
      return false
    }
    this.#answers.add(answer)
    this.#again = 0
    return true
  }

  /** Whether every answer has come again. */
  get isOver(): boolean {
    return this.#again >= Math.max(1, this.#answers.size)
  }
}

/** A 53-bit digest of the names: only a number is kept for each answer. */
function digest(names: readonly NamedFile[]): number {
  let high = 0x811c9dc5, low = 0x9e3779b9
  for (const { filenameBytes } of names) {
    for (const byte of filenameBytes) {
      high = Math.imul(high ^ byte, 0x01000193)
      low = Math.imul(low ^ byte, 0x85ebca6b) + (low >>> 13)
    }
    // A slash is in no name.
    high = Math.imul(high ^ 0x2f, 0x01000193)
    low = Math.imul(low ^ 0x2f, 0x85ebca6b)
  }
  return (high >>> 0) * 0x200000 + (low >>> 11)
}
