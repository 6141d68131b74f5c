// / Numbers from draft-ietf-secsh-filexfer-02 section 3; libssh2 keeps them in a private header.

export const FXP_INIT = 1
export const FXP_VERSION = 2
export const FXP_OPEN = 3
export const FXP_CLOSE = 4
export const FXP_READ = 5
export const FXP_WRITE = 6
export const FXP_LSTAT = 7
export const FXP_FSTAT = 8
export const FXP_SETSTAT = 9
export const FXP_FSETSTAT = 10
export const FXP_OPENDIR = 11
export const FXP_READDIR = 12
export const FXP_REMOVE = 13
export const FXP_MKDIR = 14
export const FXP_RMDIR = 15
export const FXP_REALPATH = 16
export const FXP_STAT = 17
export const FXP_RENAME = 18
export const FXP_READLINK = 19
export const FXP_SYMLINK = 20
export const FXP_STATUS = 101
export const FXP_HANDLE = 102
export const FXP_DATA = 103
export const FXP_NAME = 104
export const FXP_ATTRS = 105
export const FXP_EXTENDED = 200
export const FXP_EXTENDED_REPLY = 201

/** The operation of each request, for errors. */
export const OPERATIONS: Readonly<Record<number, string>> = {
  [FXP_OPEN]: 'open', [FXP_CLOSE]: 'close', [FXP_READ]: 'read', [FXP_WRITE]: 'write', [FXP_LSTAT]: 'lstat', [FXP_FSTAT]: 'fstat',
  [FXP_SETSTAT]: 'setstat', [FXP_FSETSTAT]: 'fsetstat', [FXP_OPENDIR]: 'opendir', [FXP_READDIR]: 'readdir', [FXP_REMOVE]: 'remove',
  [FXP_MKDIR]: 'mkdir', [FXP_RMDIR]: 'rmdir', [FXP_REALPATH]: 'realpath', [FXP_STAT]: 'stat', [FXP_RENAME]: 'rename',
  [FXP_READLINK]: 'readlink', [FXP_SYMLINK]: 'symlink',
}
