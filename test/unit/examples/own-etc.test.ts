import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { ownEtc } from '../../../examples/node/own-etc.ts'
import { requirePeer } from '../../support/require-peer.ts'
import { temporaryDirectory } from '../../support/temporary.ts'

/** What a namespace with `mounts` reads in its /etc/passwd after a program outside has replaced the machine's file, as useradd and apt do. The machine here is a folder mounted over /etc. */
function afterReplacing(folder: string, mounts: readonly string[]): string {
  writeFileSync(`${folder}/inside`, `${mounts.join('\n')}\necho ready > ${folder}/ready\nread go < ${folder}/go\nexec cat /etc/passwd\n`)
  return execFileSync('unshare', ['--mount', 'sh', '-ec', `
    mkdir ${folder}/machine
    echo machine > ${folder}/machine/passwd
    mount --bind ${folder}/machine /etc
    mkfifo ${folder}/ready ${folder}/go
    unshare --mount sh -e ${folder}/inside & inside=$!
    read ready < ${folder}/ready
    echo changed > /etc/passwd.new
    mv /etc/passwd.new /etc/passwd
    echo > ${folder}/go
    wait $inside`], { encoding: 'utf8', timeout: 30_000 })
}

test.runIf(requirePeer('sshd-login'))('a made-up user stays when another program replaces the machine\'s /etc/passwd', () => {
  const directory = temporaryDirectory('own-etc')
  try {
    const read = (name: string, mounts: (folder: string) => readonly string[]) => {
      const folder = directory.file(name)
      mkdirSync(folder)
      writeFileSync(`${folder}/passwd`, 'demo\n')
      return afterReplacing(folder, mounts(folder))
    }
    expect(read('whole', (folder) => ownEtc(`${folder}/etc`, { passwd: `${folder}/passwd` }))).toBe('demo\n')
    // The control: what is mounted over the file alone is taken away with it.
    expect(read('file', (folder) => [`mount --bind ${folder}/passwd /etc/passwd`])).toBe('changed\n')
  } finally {
    directory.remove()
  }
})
