/// What the READMEs of the kit tell: copied into a project, each Worker is bundled and its configuration accepted by wrangler.
import { execFile, execFileSync } from 'node:child_process'
import { cpSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { installPackedPackage } from '../support/packed-package.ts'
import { node22Path, requirePeer, wranglerPath } from '../support/require-peer.ts'
import { type TemporaryDirectory, temporaryDirectory } from '../support/temporary.ts'

const project = fileURLToPath(new URL('../../', import.meta.url))
const kit = readdirSync(`${project}examples/edge-kit`, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map(({ name }) => name)

test('each Worker of the kit has a configuration and a README, which the kit lists', () => {
  const overview = readFileSync(`${project}examples/edge-kit/README.md`, 'utf8')
  expect([...kit].sort()).toEqual(['gateway-do', 'kept-terminal', 'run-command', 'sftp-to-r2'])
  for (const name of kit) {
    expect(overview).toContain(`(${name}/README.md)`)
    expect(readFileSync(`${project}examples/edge-kit/${name}/README.md`, 'utf8')).toContain(`npx wrangler deploy -c ${name}/wrangler.jsonc`)
  }
})

describe.runIf(requirePeer('wrangler'))('wrangler', () => {
  let folder: TemporaryDirectory
  beforeAll(() => {
    folder = temporaryDirectory('edge-kit-user')
    installPackedPackage(folder.path)
    execFileSync(process.execPath, ['packages/gateway/build.mjs'], { cwd: project, stdio: 'pipe' })
    for (const part of ['dist', 'package.json']) cpSync(`${project}packages/gateway/${part}`, folder.file(`node_modules/libssh2-wasm-gateway/${part}`), { recursive: true })
    cpSync(`${project}node_modules/jose`, folder.file('node_modules/jose'), { recursive: true })
    cpSync(`${project}examples/edge-kit`, folder.file('edge-kit'), { recursive: true })
  }, 60_000)
  afterAll(() => folder.remove())

  test.each(kit)('bundles %s and accepts its configuration', async (name) => {
    const { stdout, stderr } = await promisify(execFile)(node22Path, [wranglerPath, 'deploy', '--dry-run', '-c', `${name}/wrangler.jsonc`, '--outdir', folder.file(`out/${name}`)], {
      cwd: folder.file('edge-kit'), env: { ...process.env, CI: '1', NO_COLOR: '1', HOME: folder.path, WRANGLER_SEND_METRICS: 'false' },
    })
    expect(stderr).not.toMatch(/warning|error/i)
    expect(stdout).toContain('--dry-run: exiting now')
    // The module is compiled by the platform, not by the Worker.
    expect(readdirSync(folder.file(`out/${name}`)).some((file) => file.endsWith('.wasm'))).toBe(name !== 'gateway-do')
  }, 60_000)
})
