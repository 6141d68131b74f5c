/** The text of another party's error: its message, or whatever was thrown in place of an error. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
