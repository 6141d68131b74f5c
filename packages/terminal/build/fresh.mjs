import { existsSync, readdirSync, statSync } from 'node:fs'

/** Whether all of `sources` are older than the build results in `folder`. @param {string} folder @param {readonly string[]} sources */
export function isFresh(folder, sources) {
  const built = `${folder}/custom-elements.json`
  return existsSync(built) && Math.max(...sources.map(newest)) < statSync(built).mtimeMs
}

/** @param {string} path @returns {number} milliseconds */
function newest(path) {
  const { mtimeMs } = statSync(path)
  if (!statSync(path).isDirectory()) return mtimeMs
  return Math.max(mtimeMs, ...readdirSync(path).map(name => newest(`${path}/${name}`)))
}
