import { existsSync, readdirSync, statSync } from 'node:fs'

/** Whether all of `sources` are older than a build's last file. @param {string} result @param {readonly string[]} sources */
export function isFresh(result, sources) {
  return existsSync(result) && Math.max(...sources.map(newest)) < statSync(result).mtimeMs
}

/** @param {string} path @returns {number} milliseconds */
function newest(path) {
  const { mtimeMs } = statSync(path)
  if (!statSync(path).isDirectory()) return mtimeMs
  return Math.max(mtimeMs, ...readdirSync(path).map(name => newest(`${path}/${name}`)))
}
