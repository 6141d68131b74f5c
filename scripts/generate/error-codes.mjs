// error-codes.mjs : writes docs/errors.md from error-codes-table.mjs. test/unit/build/error-codes.test.ts holds it complete and current.
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { LIBSSH2, OWN, SFTP } from './error-codes-table.mjs'

/** @param {string} title @param {readonly import('./error-codes-table.mjs').Row[]} rows @param {string} [prefix] */
const section = (title, rows, prefix = '') => [
  `## ${title}`, '', '| `code` | what happened | what to do |', '|---|---|---|',
  ...rows.map(([code, meaning, cure]) => `| <a id="${(prefix + code).toLowerCase()}"></a>\`${prefix}${code}\` | ${meaning} | ${cure} |`), '',
]

/** The document's text. */
export const errorsDocument = () => [
  '# Error codes', '',
  'Every error has a `code` that does not change, whatever its message says; [errors and timeouts](guides/errors-and-timeouts.md) has the classes. This page is written by',
  '`node scripts/generate/error-codes.mjs`, and a test holds it complete.', '',
  'Besides these, a `ConnectError` has the code of the system (`ECONNREFUSED`: nobody listens; `ENOTFOUND`: the name has no address; `ETIMEDOUT`, `EHOSTUNREACH`: no way there;',
  '`ECONNRESET`: cut), an abort rejects with `signal.reason`, and a wrong argument with a `TypeError` or `RangeError` that names it.', '',
  ...Object.entries(OWN).flatMap(([title, rows]) => section(title, rows)),
  ...section('From libssh2', LIBSSH2, 'ERR_LIBSSH2_'),
  ...section('From SFTP servers', SFTP, 'ERR_SFTP_'),
].join('\n')

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(new URL('../../docs/errors.md', import.meta.url), errorsDocument())
