import { visible } from '../../terminal/visible.ts'

/** What the system calls its errors in C: Node has them after the name of the error. */
const WORDS: Readonly<Record<string, string>> = {
  ENOENT: 'No such file or directory', ENOTDIR: 'Not a directory', EISDIR: 'Is a directory', EACCES: 'Permission denied', EPERM: 'Operation not permitted', ENOSPC: 'No space left on device',
  EROFS: 'Read-only file system', ELOOP: 'Too many levels of symbolic links', ENAMETOOLONG: 'File name too long', EEXIST: 'File exists', EDQUOT: 'Disk quota exceeded', EFBIG: 'File too large',
}

/** The text of an error of the local file system, in the words of scp(1). */
export function systemWords(error: unknown): string {
  return WORDS[String((error as NodeJS.ErrnoException).code)] ?? (error instanceof Error ? error.message : String(error))
}

/** Names and messages of a server, safe to show. */
export const shown = (bytes: Uint8Array) => visible(Buffer.from(bytes).toString()).replaceAll('\n', '\\n')
