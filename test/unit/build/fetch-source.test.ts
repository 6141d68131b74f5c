import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { temporaryDirectory } from '../../support/temporary.ts'

const project = fileURLToPath(new URL('../../..', import.meta.url))
const downloads = join(project, 'build/downloads')
const libraries = readdirSync(join(project, 'deps')).filter((name) => existsSync(join(project, 'deps', name, 'pin.txt')))
const hasDpkg = spawnSync('dpkg', ['--version']).status === 0

/** Runs scripts/build/fetch-source.sh for a library in a copy of the scripts, without a way to the archive. `files`: what lies in its folder of downloads. */
function fetchSource(library: string, files: Readonly<Record<string, string | Buffer>>, env: NodeJS.ProcessEnv = {}) {
  using directory = temporaryDirectory('sources')
  for (const part of ['scripts/build', 'deps']) cpSync(join(project, part), directory.file(part), { recursive: true })
  mkdirSync(directory.file(`build/downloads/${library}`), { recursive: true })
  for (const [name, content] of Object.entries(files)) writeFileSync(directory.file(`build/downloads/${library}/${name}`), content)
  const unreachable = { http_proxy: 'http://127.0.0.1:9', https_proxy: 'http://127.0.0.1:9' }
  const { status, stdout, stderr } = spawnSync('bash', ['scripts/build/fetch-source.sh', library], {
    cwd: directory.path, encoding: 'utf8', timeout: 60_000, env: { ...process.env, ...unreachable, ...env },
  })
  return { status, stdout, stderr }
}

const pin = (library: string, field: string) => new RegExp(`^${field} +(.*)$`, 'm').exec(readFileSync(join(project, `deps/${library}/pin.txt`), 'utf8'))?.[1] ?? ''

describe.runIf(hasDpkg)('a build takes only what its pins or a signed index list', () => {
  test.each(libraries)('%s: a tarball of a version in the range that nobody has listed is refused, whatever its name says', (library) => {
    const listed = pin(library, 'sha256').split(' ')[0]
    const versions = [`${pin(library, 'minimum')}.1`, `${listed}.99`].filter((each) => spawnSync('dpkg', ['--compare-versions', each, 'lt', pin(library, 'below')]).status === 0)
    for (const each of versions) {
      const result = fetchSource(library, { [`${pin(library, 'package')}_${each}.orig.tar.xz`]: 'anything at all' })
      expect(result.status, result.stdout).not.toBe(0)
      expect(result.stderr).toMatch(/has SHA-256 [0-9a-f]{64}/)
      expect(result.stdout).toBe('')
    }
  }, 120_000)

  test.each(libraries)('%s: other content under the name of the listed version is refused', (library) => {
    const [version] = pin(library, 'sha256').split(' ')
    const result = fetchSource(library, { [`${pin(library, 'package')}_${version}.orig.tar.gz`]: 'something else' })
    expect(result.status).not.toBe(0)
    expect(result.stderr).toContain(pin(library, 'sha256').split(' ')[1])
  })

  test.each(libraries)('%s: a snapshot of the sources is enough, and is checked', (library) => {
    const kept = existsSync(join(downloads, library)) ? join(downloads, library) : undefined
    const [version, hash] = pin(library, 'sha256').split(' ')
    const file = kept && readdirSync(kept).find((name) => name.startsWith(`${pin(library, 'package')}_${version}.orig.tar.`))
    if (!kept || !file) return expect(existsSync(join(project, 'build/src', library)), 'built from a tree that was given').toBe(true)
    const result = fetchSource(library, {}, { LIBSSH2_WASM_SOURCES: kept })
    expect(result).toMatchObject({ status: 0, stdout: expect.stringContaining(`${version} ${hash} `) as string })
    using other = temporaryDirectory('snapshot')
    writeFileSync(other.file(file), 'something else')
    expect(fetchSource(library, {}, { LIBSSH2_WASM_SOURCES: other.path }).status).not.toBe(0)
  })
})
