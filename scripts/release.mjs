// npm run release [-- --publish] : everything that is needed before a version is published: a clean tree, the tag, all checks, the tarball and its contents.
// Without --publish (or with --dry-run, which means the same) nothing leaves this machine. With it, npm publishes with provenance: that needs a CI that npm trusts
// (OIDC).
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'

const TARGET = 'build/release'

const output = (command, ...args) => execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })

/**
 * Reasons why this tree must not be published; empty if it may. Also for tests.
 * @param {object} release
 * @param {string} release.version
 * @param {string} release.changelog
 * @param {string} release.status of `git status --porcelain`
 * @param {string} release.tags of `git tag --points-at HEAD`
 * @param {Readonly<Record<string, string>>} release.scripts of package.json
 * @param {string} release.repository address in package.json
 * @param {readonly string[]} release.files paths in the tarball
 */
export function objections({ version, changelog, status, tags, scripts, repository, files }) {
  const list = []
  if (status.trim() !== '') list.push('the work tree has changes that are not committed')
  if (!changelog.includes(`## ${version} `) && !changelog.includes(`## ${version}\n`)) list.push(`CHANGELOG.md has no entry for ${version}`)
  if (changelog.includes(`## ${version} (unreleased)`)) list.push(`CHANGELOG.md says that ${version} is unreleased`)
  if (!tags.split('\n').includes(`v${version}`)) list.push(`the commit has no tag v${version}`)
  if (/\bOWNER\b/.test(repository)) list.push('package.config.mjs has no address yet: OWNER is a placeholder')
  for (const script of ['preinstall', 'install', 'postinstall', 'prepare']) if (scripts[script]) list.push(`package.json has a script "${script}", which would run where the package is installed`)
  for (const file of files) if (!/^(dist\/|docs\/|package\.json$|LICENSE$|[\w/-]+\.md$|bench\/results\.svg$)/.test(file)) list.push(`${file} is in the tarball`)
  for (const file of ['dist/index.js', 'dist/index.d.ts', 'dist/libssh2.wasm', 'dist/build-info.json', 'dist/sbom.cdx.json', 'dist/vex.cdx.json', 'dist/THIRD-PARTY-NOTICES.txt']) {
    if (!files.includes(file)) list.push(`${file} is not in the tarball`)
  }
  return list
}

function release(publish) {
  const { version, scripts, repository } = JSON.parse(readFileSync('package.json', 'utf8'))
  execFileSync(process.execPath, ['scripts/ok.mjs'], { stdio: 'inherit' })
  mkdirSync(TARGET, { recursive: true })
  const [packed] = JSON.parse(output('npm', 'pack', '--json', '--ignore-scripts', '--pack-destination', TARGET))
  const files = packed.files.map(({ path }) => path)
  for (const { path, size } of packed.files) console.log(`${String(size).padStart(9)}  ${path}`)
  const tarball = `${TARGET}/${packed.filename}`
  console.log(`${tarball}: ${files.length} files, ${packed.size} bytes, SHA-256 ${createHash('sha256').update(readFileSync(tarball)).digest('hex')}`)
  const against = objections({
    version, scripts, files, repository: repository.url, changelog: readFileSync('CHANGELOG.md', 'utf8'), status: output('git', 'status', '--porcelain'), tags: output('git', 'tag', '--points-at', 'HEAD'),
  })
  for (const objection of against) console.log(`not ready: ${objection}`)
  if (!publish) return console.log('nothing was published: that is done with --publish')
  if (against.length > 0) throw new Error('not published')
  execFileSync('npm', ['publish', tarball, '--provenance', '--access', 'public', '--ignore-scripts'], { stdio: 'inherit' })
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) release(process.argv.includes('--publish'))
