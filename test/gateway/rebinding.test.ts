import { execFile, spawnSync } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { MOUNT_CHECK, ownEtc } from '../../examples/node/own-etc.ts'
import { temporaryDirectory } from '../support/temporary.ts'

/** Why the system's resolver cannot be made to ask our name server. */
function missing(): string | undefined {
  if (process.getuid?.() !== 0) return 'only root may have a name server of its own (a network and a mount namespace)'
  const file = ['/sbin/ip', '/etc/resolv.conf', '/etc/nsswitch.conf'].find((path) => !existsSync(path))
  if (file !== undefined) return `${file} is not there`
  const { status } = spawnSync('unshare', ['--net', '--mount', 'sh', '-c', MOUNT_CHECK.at(-1) as string], { timeout: 10_000 })
  return status === 0 ? undefined : 'this machine allows no network and mount namespaces'
}

const reason = missing()
if (reason !== undefined) console.warn(`skipped: rebinding by a real name server: ${reason}`)

test.runIf(reason === undefined)('a name server that says 8.8.8.8 first and 127.0.0.1 next, to the resolver of the system: asked once, and only what was checked is connected to', async () => {
  const directory = temporaryDirectory('rebinding')
  try {
    writeFileSync(directory.file('resolv.conf'), 'nameserver 127.0.0.1\n')
    writeFileSync(directory.file('nsswitch.conf'), 'hosts: dns\n')
    const prepare = `ip link set lo up && ip address add 8.8.8.8/32 dev lo && ${ownEtc(directory.file('etc'), Object.fromEntries(['resolv.conf', 'nsswitch.conf'].map((name) => [name, directory.file(name)]))).join(' && ')}`
    const root = fileURLToPath(new URL('../../', import.meta.url))
    const { stdout } = await promisify(execFile)('unshare', ['--net', '--mount', 'sh', '-c', `${prepare} && exec '${process.execPath}' --import ./scripts/run/typescript.mjs test/gateway/rebinding.ts`], { cwd: root, timeout: 60_000 })
    const refused = JSON.stringify({ code: 4403, reason: '' })
    expect(JSON.parse(stdout)).toEqual({
      // Whoever asks twice is fooled.
      control: { asked: 2, result: ['8.8.8.8', '127.0.0.1'] },
      first: { asked: 1, result: 'outside' },
      second: { asked: 1, result: refused },
      both: { asked: 1, result: 'outside' },
      inside: 0,
    })
  } finally {
    directory.remove()
  }
}, 90_000)
