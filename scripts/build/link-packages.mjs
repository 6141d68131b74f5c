// The packages beside the core import `libssh2-wasm` as their users do: here through a link from packages/node_modules/ to this tree.
import { existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const packages = new URL('../../packages/', import.meta.url)
if (existsSync(packages)) {
  const link = new URL('node_modules/libssh2-wasm', packages)
  mkdirSync(new URL('.', link), { recursive: true })
  rmSync(link, { force: true })
  symlinkSync('../..', fileURLToPath(link), 'junction')
}
