/** SFTP's status numbers (draft-ietf-secsh-filexfer-02 section 7), as errors have them in `code`. */
export const STATUS_CODE = {
  OK: 0, EOF: 1, NO_SUCH_FILE: 2, PERMISSION_DENIED: 3, FAILURE: 4, BAD_MESSAGE: 5, NO_CONNECTION: 6, CONNECTION_LOST: 7, OP_UNSUPPORTED: 8,
} as const

/** Bits for opening a file (section 6.3). */
export const OPEN_MODE = { READ: 1, WRITE: 2, APPEND: 4, CREAT: 8, TRUNC: 16, EXCL: 32 } as const

/** An error's text if the server sends none. */
export const STATUS_WORDS: readonly string[] = [
  'No error', 'End of file', 'No such file or directory', 'Permission denied', 'Failure', 'Bad message', 'No connection', 'Connection lost', 'Operation unsupported',
]

/** Names of open flags, as Node has them. */
export type OpenMode = 'r' | 'r+' | 'w' | 'wx' | 'xw' | 'w+' | 'wx+' | 'xw+' | 'a' | 'ax' | 'xa' | 'a+' | 'ax+' | 'xa+'

const { READ, WRITE, APPEND, CREAT, TRUNC, EXCL } = OPEN_MODE
const EMPTIED = TRUNC | CREAT | WRITE
const APPENDED = APPEND | CREAT | WRITE
/** In the order in which `flagsToString` looks for a name. */
const FLAGS = new Map<OpenMode, number>([
  ['r', READ], ['r+', READ | WRITE],
  ['w', EMPTIED], ['wx', EMPTIED | EXCL], ['xw', EMPTIED | EXCL], ['w+', EMPTIED | READ], ['wx+', EMPTIED | READ | EXCL], ['xw+', EMPTIED | READ | EXCL],
  ['a', APPENDED], ['ax', APPENDED | EXCL], ['xa', APPENDED | EXCL], ['a+', APPENDED | READ], ['ax+', APPENDED | READ | EXCL], ['xa+', APPENDED | READ | EXCL],
])

/** The bits for Node's name (`w+`); `null` for an unknown name. */
export function stringToFlags(text: string): number | null {
  return FLAGS.get(text as OpenMode) ?? null
}

/** The first name of these bits; `null` if they have none. */
export function flagsToString(flags: number): OpenMode | null {
  for (const [name, bits] of FLAGS) if (bits === flags) return name
  return null
}

/** The bits for a name; bits are returned unchanged. @throws Error `Unknown flags string: …` */
export function openFlags(flags: string | number): number {
  const bits = typeof flags === 'number' ? flags : stringToFlags(flags)
  if (bits === null) throw new Error(`Unknown flags string: ${flags}`)
  return bits
}
