import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startPeer } from '../../support/process.ts'
import { workerdPath as path } from '../../support/require-peer.ts'
import type { Runtime } from '../runtime.ts'
import { lacking } from './installed.ts'

/** Workers reach public addresses only, unless they are told otherwise. */
const config = (controller: string) => `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "internet", network = (allow = ["local"])),
    (name = "suite", worker = (
      modules = [
        (name = "workerd.js", esModule = embed "workerd/workerd.js"),
        (name = "libssh2.wasm", wasm = embed "workerd/libssh2.wasm"),
      ],
      compatibilityDate = "2026-01-01",
      bindings = [(name = "CONTROLLER", text = "${controller}")],
    )),
  ],
);
`

export const workerd: Runtime = {
  key: 'workerd', name: 'workerd', missing: () => lacking(path),
  async start({ folder, controller }) {
    const version = execFileSync(path, ['--version'], { encoding: 'utf8' }).replace(/^\D*/, '').trim()
    writeFileSync(join(folder, 'config.capnp'), config(controller))
    const peer = await startPeer(path, ['test', 'config.capnp'], { cwd: folder })
    return { version, ended: peer.exited.then((code) => `exit code ${code}\n${peer.log()}`), stop: peer.stop }
  },
}
