/** What the operating system calls its errors in C: Node has them after the name of the error. */
const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'Connection refused', ETIMEDOUT: 'Connection timed out', EHOSTUNREACH: 'No route to host', ENETUNREACH: 'Network is unreachable', ECONNRESET: 'Connection reset by peer',
  EACCES: 'Permission denied', EPERM: 'Operation not permitted', EADDRNOTAVAIL: 'Cannot assign requested address', EINVAL: 'Invalid argument', ENOENT: 'No such file or directory',
  ENOTDIR: 'Not a directory', EISDIR: 'Is a directory', ENOSPC: 'No space left on device', EROFS: 'Read-only file system', ELOOP: 'Too many levels of symbolic links',
  ENAMETOOLONG: 'File name too long', EEXIST: 'File exists', EDQUOT: 'Disk quota exceeded', EFBIG: 'File too large',
}

/** The system's words for the code of an error, e.g. `ENOENT`; undefined for other codes. */
export function systemWords(code: unknown): string | undefined {
  return typeof code === 'string' && Object.hasOwn(WORDS, code) ? WORDS[code] : undefined
}
