// npm run release [-- --publish] : everything that is needed before a version is published: a clean tree, the tag, all checks, the tarballs of the four packages and their contents,
// bill of materials, vulnerabilities and licences, the package as JSR would have it, and what provenance needs.
// Without --publish (or with --dry-run, which means the same) nothing leaves this machine, and what is not ready is listed. With it, npm publishes with provenance: that
// needs a CI that npm trusts (OIDC). --without-checks leaves `npm run ok` out of a dry run.
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { objections, packageObjections, paperObjections, provenanceObjections } from './release/objections.mjs'
import { jsrFindings, prepareJsr } from './release/jsr.mjs'
import { pack, packBeside } from './release/pack.mjs'

const TARGET = resolve('build/release')
const OPTIONS = ['--publish', '--dry-run', '--without-checks']

const output = (command, ...args) => execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
const text = path => readFileSync(path, 'utf8')

/** Identifiers in the ledger: `CVE-2026-58050, -58051` names two. */
const vulnerabilities = ledger => [...ledger.matchAll(/CVE-(\d{4})-(\d+)((?:, -\d+)*)/g)].flatMap(([, year, first, more]) => [first, ...more.split(', -').slice(1)].map(number => `CVE-${year}-${number}`))

async function release(publish, checked) {
  const { version, scripts, repository } = JSON.parse(text('package.json'))
  if (checked) execFileSync(process.execPath, ['scripts/ok.mjs'], { stdio: 'inherit' })
  else execFileSync('./build.sh', { stdio: 'inherit' })
  mkdirSync(TARGET, { recursive: true })
  const core = pack('.', TARGET)
  const beside = await packBeside(TARGET)
  for (const { tarball, files, size, sha256 } of [core, ...beside.map(({ packed }) => packed)]) console.log(`${tarball}: ${files.length} files, ${size} bytes, SHA-256 ${sha256}`)
  const { name } = prepareJsr(`${TARGET}/jsr`)
  const jsr = jsrFindings(`${TARGET}/jsr`)
  console.log(`${TARGET}/jsr: ${name} for JSR, ${jsr === undefined ? 'not checked: scripts/install-runtimes.sh deno brings Deno' : `deno publish --dry-run: ${jsr.length === 0 ? 'ready' : 'not ready'}`}. Only npm is published to from here`)
  const sbom = JSON.parse(text('dist/sbom.cdx.json'))
  const vex = JSON.parse(text('dist/vex.cdx.json'))
  const against = [
    ...checked ? [] : ['npm run ok has not run'],
    ...objections({ version, scripts, files: core.files, repository: repository.url, changelog: text('CHANGELOG.md'), status: output('git', 'status', '--porcelain'), tags: output('git', 'tag', '--points-at', 'HEAD') }),
    ...beside.flatMap(({ manifest, packed, findings }) => [...packageObjections(manifest, packed.files, version), ...findings]),
    ...paperObjections(sbom, vex, text('dist/THIRD-PARTY-NOTICES.txt'), vulnerabilities(text('deps/libssh2/FIXES.md'))),
    ...jsr ?? [],
    ...provenanceObjections(text('.github/workflows/release.yml'), process.env),
  ]
  console.log(`papers: ${sbom.components.filter(({ type }) => type === 'library').length} libraries in the bill of materials, ${vex.vulnerabilities.length} vulnerabilities judged, notices with the licences of all`)
  for (const objection of against) console.log(`not ready: ${objection}`)
  if (!publish) return console.log(against.length > 0 ? `nothing was published; --publish would be refused, for ${against.length} reasons` : 'nothing was published: that is done with --publish')
  if (against.length > 0) throw new Error('not published')
  for (const { tarball } of [core, ...beside.map(({ packed }) => packed)]) execFileSync('npm', ['publish', tarball, '--provenance', '--access', 'public', '--ignore-scripts'], { stdio: 'inherit' })
}

const given = process.argv.slice(2)
const unknown = given.find(option => !OPTIONS.includes(option))
if (unknown !== undefined || given.includes('--publish') && given.length > 1) {
  console.error(`npm run release takes ${OPTIONS.join(', ')}; --publish alone`)
  process.exit(2)
}
await release(given.includes('--publish'), !given.includes('--without-checks'))
