import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { startPeer } from '../../support/process.ts'
import type { Runtime } from '../runtime.ts'
import { installed, lacking } from './installed.ts'

/** A runtime that runs `host`, a file of JavaScript, from the command line, and ends with it. */
function program(key: string, name: string, path: string, host: string, args: (folder: string) => readonly string[] = () => []): Runtime {
  return {
    key, name, missing: () => lacking(path),
    async start({ folder, controller }) {
      const version = execFileSync(path, ['--version'], { encoding: 'utf8' }).split(/[\n(]/)[0]!.replace(/^\D*/, '').trim()
      const peer = await startPeer(path, [...args(folder), join(folder, host), controller], { cwd: folder, env: { NO_COLOR: '1', DENO_NO_UPDATE_CHECK: '1' } })
      return { version, ended: peer.exited.then((code) => `exit code ${code}\n${peer.log()}`), stop: peer.stop }
    },
  }
}

/** The one that runs the tests, if it is of that version. */
const node = (major: string) => process.versions.node.startsWith(`${major}.`) ? process.execPath : installed(`node${major}`)

export const programs: readonly Runtime[] = [
  ...['20', '22', '24'].map((major) => program(`node${major}`, `Node ${major}`, node(major), 'node.js')),
  // No more than the library needs: its own files, and the network.
  program('deno', 'Deno', installed('deno'), 'deno.js', (folder) => ['run', '--no-prompt', '--no-remote', '--allow-net=127.0.0.1', `--allow-read=${folder}`]),
  program('bun', 'Bun', installed('bun'), 'bun.js', () => ['run', '--no-install']),
]
