import type { CopyOptions } from '../../transfer/copy.ts'

/** What the old protocol needs to know. */
export interface LegacyOptions extends Pick<CopyOptions, 'recursive' | 'preserve' | 'progress' | 'limit'> {
  /** Takes names from a server that were not asked for (`-T`). */
  readonly anyName: boolean
  /** Shows what could not be copied, and makes the exit code 1. */
  readonly tell: (text: string) => void
  /** Makes the exit code 1. */
  readonly failed: () => void
}
