import { chmodSync, mkdirSync, readdirSync, renameSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'

/** Where the machine's own /etc is, inside. Debian keeps this folder empty, and everybody may pass through it. */
const REAL = '/media'

/**
 * The shell commands that give a mount namespace an /etc of its own. `own` are the entries that differ, by name, with the files or folders that become them; all others lead to the machine's.
 * /etc is mounted over as a whole: useradd and apt replace /etc/passwd by a new file, which takes away, in every namespace, what is mounted over the old one.
 * `folder` is made, takes `own` in, and must be there for as long as the namespace.
 */
export function ownEtc(folder: string, own: Readonly<Record<string, string>>): string[] {
  mkdirSync(folder)
  chmodSync(folder, 0o755)
  for (const name of readdirSync('/etc')) if (!(name in own)) symlinkSync(join(REAL, name), join(folder, name))
  for (const [name, path] of Object.entries(own)) renameSync(path, join(folder, name))
  return [`mount --bind /etc ${REAL}`, `mount --bind '${folder}' /etc`]
}

/** Checks what `ownEtc` needs: containers may refuse mounts even to root. */
export const MOUNT_CHECK = ['unshare', '--mount', 'sh', '-c', `mount --bind /etc ${REAL}`] as const
