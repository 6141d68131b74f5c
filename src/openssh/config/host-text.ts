/// Names that come from the command line and may reach a shell through a token (CVE-2023-51385, CVE-2025-61984).

/** Whether a host name may be used in a command: OpenSSH's rule since 9.6. */
export function isSafeHost(host: string): boolean {
  return host !== '' && !host.startsWith('-') && !/['`"$\\;&<>|(){}\s\p{Cc}]/u.test(host)
}

/** Whether a user name may be used in a command: OpenSSH's rule since 10.1. */
export function isSafeUser(user: string): boolean {
  return !user.startsWith('-') && !/['`";&<>|(){}\p{Cc}]/u.test(user) && !/\s-/.test(user) && !user.endsWith('\\') && !user.includes('$')
}
