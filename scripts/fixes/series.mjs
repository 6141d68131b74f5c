// The patches of libssh2, as the checks and the documents on them see them.
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'

const SERIES = 'deps/libssh2/patches'
export const FOLDERS = ['backports', 'repairs', 'hooks']

/**
 * @typedef {object} Patch
 * @property {string} folder one of FOLDERS
 * @property {string} name `NNNN-what`
 * @property {string} number `NNNN`
 * @property {string} header what stands above the first file that it changes
 * @property {string} hash of what it changes, without its header: eight digits of its SHA-256
 */

/** All of them, in the order in which they apply. @returns {Patch[]} */
export function patches() {
  return FOLDERS.flatMap(folder => readdirSync(`${SERIES}/${folder}`).map(file => read(folder, file))).sort((a, b) => a.name < b.name ? -1 : 1)
}

/** @param {string} folder @param {string} file @returns {Patch} */
function read(folder, file) {
  const text = readFileSync(`${SERIES}/${folder}/${file}`, 'utf8')
  const header = text.split(/^(?:--- |diff --git )/m)[0] ?? ''
  const name = basename(file, '.patch')
  return { folder, name, number: name.slice(0, 4), header, hash: createHash('sha256').update(text.slice(header.length)).digest('hex').slice(0, 8) }
}

/** Lines `NNNN text` of a file of reasons. @param {string} path @returns {Map<string, string>} */
export function reasons(path) {
  return new Map(readFileSync(path, 'utf8').split('\n').filter(line => /^\d{4} /.test(line)).map(line => [line.slice(0, 4), line.slice(5)]))
}
