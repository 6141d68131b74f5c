// npm run upstream : is there anything newer than the pins of deps/, and does a published vulnerability touch what we compile?
// Debian's signed indexes tell the versions; Debian's changelogs, and its security tracker where it can be reached, tell the CVEs; the tags of upstream's
// repositories tell of releases that Debian does not have. What cannot be reached is said, and counted in the last line. Exit code 1: something is to be done; 2: nothing could be asked.
import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { isAtLeast, libraries, readCves, upstreamVersion } from './build/cves.mjs'

const run = promisify(execFile)
const FOLDER = 'build/upstream'
const TRACKER = 'https://security-tracker.debian.org/tracker/data/json'
const REPOSITORIES = {
  libssh2: 'https://github.com/libssh2/libssh2', mbedtls: 'https://github.com/Mbed-TLS/mbedtls', libsodium: 'https://github.com/jedisct1/libsodium',
  zlib: 'https://github.com/madler/zlib', tinyssh: 'https://github.com/janmojzis/tinyssh',
}

/** A field of deps/NAME/pin.txt. @param {string} name @param {string} field */
const pin = (name, field) => new RegExp(`^${field} +(.*)$`, 'm').exec(readFileSync(`deps/${name}/pin.txt`, 'utf8'))?.[1].trim() ?? ''
/** `1:1.2.3-4` of Debian is 1.2.3 of upstream. @param {string} version */
export const debianUpstream = version => upstreamVersion(version.replace(/^\d+:/, '').replace(/-[^-]*$/, ''))

/**
 * The CVEs that a changelog of Debian's names since it has the pinned version: those that its own patches mend there, and those that newer versions mend.
 * The entry that brought the pinned version tells what that version has mended itself.
 * @param {string} changelog newest first
 * @param {string} pinned version of upstream
 */
export function cvesSince(changelog, pinned) {
  const entries = changelog.split(/^(?=[a-z0-9.+-]+ \()/m).map(text => ({ version: debianUpstream(/\(([^)]+)\)/.exec(text)?.[1] ?? ''), text }))
    .filter(({ version }) => /\d/.test(version) && isAtLeast(version, pinned))
  const first = entries.findLastIndex(({ version }) => version === pinned)
  return [...new Set(entries.filter((_, index) => index !== first).flatMap(({ text }) => [...text.matchAll(/CVE-\d{4}-\d{4,}/g)].map(([id]) => id)))].sort()
}

/**
 * The CVEs that are open in Debian's tracker for the newest release that has the package.
 * @param {Record<string, Record<string, { releases: Record<string, { status: string, urgency?: string }> }>>} tracker
 * @param {string} name of the package
 */
export const openInTracker = (tracker, name) => Object.entries(tracker[name] ?? {}).filter(([id, { releases }]) => id.startsWith('CVE-') && releases.sid?.status === 'open').map(([id]) => id).sort()

/** The newest version among tags. @param {string} tags of `git ls-remote --tags` */
export function newestTag(tags) {
  const versions = [...tags.matchAll(/refs\/tags\/(?:\w+-|v)?(\d+(?:\.\d+)*)(?:-RELEASE|-stable)?$/gm)].map(match => match[1])
  return versions.reduce((/** @type {string | undefined} */ best, version) => best === undefined || isAtLeast(version, best) ? version : best, undefined)
}

const reason = error => `${error.stderr?.trim().split('\n').at(-1) || error.cause?.code || error.message}`.slice(0, 120)

async function main() {
  rmSync(FOLDER, { recursive: true, force: true })
  mkdirSync(FOLDER, { recursive: true })
  let asked = 0, toDo = 0, notHad = 0
  const tracker = await fetch(TRACKER, { signal: AbortSignal.timeout(60_000) }).then(response => response.json()).catch(error => {
    console.log(`Debian's security tracker cannot be reached (${reason(error)}): what follows of CVEs is from changelogs alone`)
    notHad++
  })
  for (const name of libraries()) {
    const pinned = upstreamVersion(pin(name, 'sha256').split(' ')[0])
    console.log(`\n${name} ${pinned} (SHA-256 ${pin(name, 'sha256').split(' ')[1].slice(0, 16)}…)`)
    const changelog = `${FOLDER}/${name}.changelog`
    let newest = ''
    /** @type {string[]} */
    let cves = tracker ? openInTracker(tracker, pin(name, 'package')) : []
    if (tracker) asked++
    try {
      const { stdout } = await run('bash', ['scripts/build/source-news.sh', name, FOLDER], { maxBuffer: 1 << 24 })
      asked++
      newest = stdout.split('\n')[0]
      const newer = !isAtLeast(pinned, debianUpstream(newest))
      const inRange = newer && !isAtLeast(debianUpstream(newest), upstreamVersion(pin(name, 'below')))
      if (inRange) toDo++
      console.log(`  Debian's newest: ${newest}: ${!newer ? 'not newer' : inRange ? 'NEWER, in the range of the pin' : `newer, outside of the range of the pin (below ${pin(name, 'below')})`}`)
    } catch (error) {
      notHad++
      console.log(`  Debian's indexes cannot be read (${reason(error)})`)
    }
    if (existsSync(changelog)) {
      const text = readFileSync(changelog, 'utf8')
      cves = [...new Set([...cves, ...cvesSince(text, pinned)])].sort()
      const of = /\(([^)]+)\)/.exec(text)?.[1]
      // An older one says nothing of the CVEs that the newest mends.
      if (of !== newest) notHad++
      console.log(`  Debian's changelog: of ${of}${of === newest ? '' : ", not of Debian's newest, which cannot be had"}`)
    } else {
      notHad++
      console.log("  Debian's changelog cannot be had")
    }
    try {
      const { stdout } = await run('git', ['ls-remote', '--tags', '--refs', REPOSITORIES[name]], { maxBuffer: 1 << 24, timeout: 30_000, env: { ...process.env, GIT_TERMINAL_PROMPT: '0' } })
      asked++
      console.log(`  upstream's newest tag: ${newestTag(stdout)}`)
    } catch (error) {
      notHad++
      console.log(`  upstream's tags cannot be read (${reason(error)})`)
    }
    const judged = new Map(readCves(name).map(cve => [cve.id, cve]))
    for (const id of cves) {
      const cve = judged.get(id)
      if (!cve) toDo++
      console.log(`  ${id}: ${cve ? `${cve.state} ${cve.about}` : `NOT JUDGED: does it touch what wasm/sources-${name}.txt compiles? The answer belongs in deps/${name}/cves.txt`}`)
    }
    if (cves.length === 0) console.log('  no CVE is named since this version')
  }
  console.log(`\n${asked === 0 ? 'nothing could be asked' : toDo === 0 ? 'nothing to do' : `${toDo} to do`}${asked > 0 && notHad > 0 ? `, of what could be asked: ${notHad} answers are missing` : ''}`)
  process.exitCode = asked === 0 ? 2 : toDo > 0 ? 1 : 0
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) await main()
