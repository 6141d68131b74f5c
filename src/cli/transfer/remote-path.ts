import type { SftpClient } from '../../sftp/client/sftp-client.ts'
import { globExpression, isGlob } from '../../openssh/glob.ts'

/** The server expands `~` and `~user` at the start of a remote path if it can (`expand-path@openssh.com`); the user's own home is where relative paths start. */
export async function expandRemoteHome(sftp: SftpClient, path: string): Promise<string> {
  if (!path.startsWith('~')) return path
  if (sftp.extensions.has('expand-path@openssh.com')) return sftp.expandPath(path)
  if (path === '~' || path.startsWith('~/')) return path.slice(2) || '.'
  throw new Error(`the server cannot resolve ${path}`)
}

/** The remote paths that match a pattern, in order; none for a word without a pattern or without a match. */
export async function expandRemoteGlob(sftp: SftpClient, pattern: string): Promise<readonly string[]> {
  const path = await expandRemoteHome(sftp, pattern)
  if (!isGlob(path)) return [path.replace(/\\(.)/gs, '$1')]
  return expand(sftp, path.replace(/(.)\/+$/, '$1'))
}

async function expand(sftp: SftpClient, pattern: string): Promise<readonly string[]> {
  if (!isGlob(pattern)) return [pattern.replace(/\\(.)/gs, '$1')]
  const slash = pattern.lastIndexOf('/')
  const parents = slash < 0 ? ['.'] : slash === 0 ? ['/'] : await expand(sftp, pattern.slice(0, slash))
  const name = pattern.slice(slash + 1)
  const found: string[] = []
  for (const parent of parents) found.push(...await matching(sftp, parent, name, slash < 0))
  return found
}

async function matching(sftp: SftpClient, parent: string, name: string, bare: boolean): Promise<readonly string[]> {
  const at = (entry: string) => bare ? entry : parent === '/' ? `/${entry}` : `${parent}/${entry}`
  if (!isGlob(name)) return await sftp.exists(at(name)) ? [at(name)] : []
  const expression = globExpression(name)
  const names: string[] = []
  try {
    for await (const { filename } of sftp.readdir(parent)) if (expression.test(filename) && filename.startsWith('.') === name.startsWith('.')) names.push(filename)
  } catch {
    // A directory that cannot be listed matches nothing, as in a shell.
  }
  return names.sort().map(at)
}
