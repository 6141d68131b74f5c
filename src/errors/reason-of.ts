/** What somebody is told of an error that is not theirs: its message, or whatever was thrown in place of one. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
