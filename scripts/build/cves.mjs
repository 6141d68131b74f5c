// Reads deps/NAME/cves.txt and holds it to what is compiled: a state that does not hold is an error, not a line in dist/vex.cdx.json.
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { linkedFiles } from './linked-files.mjs'

/** @typedef {{ library: string, id: string, state: 'patched' | 'absent' | 'fixed', about: string, text: string }} Cve */

/** The upstream version in one of Debian's: `1.3.dfsg+really1.3.2` is 1.3.2. @param {string} version */
export const upstreamVersion = version => version.replace(/^.*\+really/, '').replace(/[+.]dfsg.*$/, '')

/** Whether version `one` is `other` or newer, part by part. @param {string} one @param {string} other */
export function isAtLeast(one, other) {
  const [left, right] = [one, other].map(version => upstreamVersion(version).split('.').map(Number))
  for (let part = 0; part < Math.max(left.length, right.length); part++) {
    const difference = (left[part] ?? 0) - (right[part] ?? 0)
    if (difference !== 0) return difference > 0
  }
  return true
}

/** The folders of deps/ that have a file, in order. @param {string} file */
const having = file => readdirSync('deps', { withFileTypes: true }).filter(entry => entry.isDirectory() && existsSync(`deps/${entry.name}/${file}`)).map(entry => entry.name).sort()

/** The libraries that are compiled from pinned sources. */
export const libraries = () => having('pin.txt')

/** These, and what emcc links in: everything with a list of vulnerabilities. */
export const judged = () => having('cves.txt')

/** @param {string} library @param {string} [text] of its list @returns {Cve[]} */
export function readCves(library, text = existsSync(`deps/${library}/cves.txt`) ? readFileSync(`deps/${library}/cves.txt`, 'utf8') : '') {
  return text.split('\n').filter(line => line.trim() !== '' && !line.startsWith('#')).map(line => {
    const [, id, state, about, what] = /^(CVE-\d{4}-\d{4,}) +(patched|absent|fixed) +(\S+) +(\S.*)$/.exec(line) ?? []
    if (!id) throw new Error(`deps/${library}/cves.txt: not "CVE STATE ABOUT TEXT": ${line}`)
    return { library, id, state: /** @type {Cve['state']} */ (state), about, text: what }
  })
}

/** The C files of a library that are in the module: relative to its tree, or by their names alone for what emcc links in. @param {string} library */
const compiledFiles = library => linkedFiles(library) ?? readFileSync(`wasm/sources-${library}.txt`, 'utf8').split('\n').filter(line => line && !line.startsWith('#')).map(line => line.split(' ')[0])

/** Why a CVE's state does not hold for a version and its patches; undefined where it does. @param {Cve} cve @param {{ version: string, patches: { name: string }[] }} source */
export function objectionTo({ library, state, about }, { version, patches }) {
  if (state === 'patched') return patches.some(({ name }) => name.startsWith(`${about}-`)) ? undefined : `there is no patch ${about}`
  if (state === 'absent') return compiledFiles(library).includes(about) ? `${about} is compiled` : undefined
  return isAtLeast(version, about) ? undefined : `version ${version} is older than ${about}`
}
