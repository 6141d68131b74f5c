import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Debian releases whose servers scripts/install-peers.sh unpacks beside the machine's own. `python`: trixie's interpreter, with the servers written in it; `libssh`: its library. */
export type Release = 'bullseye' | 'trixie' | 'sid' | 'python' | 'libssh'

const peers = fileURLToPath(new URL('../../.toolchain/peers/', import.meta.url))

/** Where a file of that release's tree is, or would be. `path` is absolute within the tree. `ssh-audit` and `mina` are trees of their own. */
export function treeFile(release: Release | 'ssh-audit' | 'mina', path: string): string {
  return join(peers, release, path)
}

/**
 * Command and first arguments that run a program of an unpacked tree with that tree's own loader and
 * libraries, without chroot and so without root. `name` is what the program sees as its own name.
 */
export function treeCommand(release: Release, program: string, name?: string): string[] {
  return [...treeLoader(release), ...(name === undefined ? [] : ['--argv0', name]), treeFile(release, program)]
}

/** The beginning of such a command: a program of this machine may follow. */
export function treeLoader(release: Release): string[] {
  const libraries = ['usr/lib', 'lib'].flatMap((folder) => {
    const path = join(peers, release, folder)
    if (!existsSync(path)) return []
    return readdirSync(path).filter((entry) => entry.endsWith('-linux-gnu')).map((entry) => join(path, entry))
  })
  const loader = libraries.flatMap((path) => readdirSync(path).filter((file) => /^ld-(linux|2\.).*\.so/.test(file)).sort().map((file) => join(path, file)))[0]
  if (loader === undefined) throw new Error(`no dynamic loader in the tree of ${release}`)
  return [loader, '--library-path', libraries.join(':')]
}

/** A script that does the same, for programs that another program starts by path. Its owner removes it. */
export function writeTreeScript(file: string, release: Release, program: string): string {
  const words = treeCommand(release, program).map((word) => `'${word}'`)
  writeFileSync(file, `#!/bin/sh\nexec ${words.join(' ')} "$@"\n`, { mode: 0o755 })
  return file
}
