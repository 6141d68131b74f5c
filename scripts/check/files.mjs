// Shared by the checks in this folder: the files of the project, and the report of findings.
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'

/** Paths of files that git knows or would add, in `folders`, in order. */
export function projectFiles(...folders) {
  const output = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--', ...folders], { encoding: 'utf8', maxBuffer: 1 << 26 })
  return [...new Set(output.split('\0'))].filter(path => path && existsSync(path)).sort()
}

export const read = path => readFileSync(path, 'utf8')

/** 1-based line of an index in a text. */
export const lineAt = (text, index) => text.slice(0, index).split('\n').length

/** Links of a page to other files of the tree: the target, the text, and the line of each. @param {string} page @param {string} text */
export function linksOf(page, text) {
  return [...text.matchAll(/\]\((?!https?:|mailto:|#)([^)\s#]+)/g)]
    .map(match => ({ link: match[1], target: posix.join(posix.dirname(page), decodeURI(match[1])), line: lineAt(text, match.index) }))
}

/** The package.json of each package beside the core. */
export const packageManifests = () => projectFiles('packages').filter(path => /^packages\/[^/]+\/package\.json$/.test(path))

/** Prints `findings` and sets the exit code; prints `checked` if there are none. */
export function report(findings, checked) {
  for (const finding of findings) console.error(finding)
  if (findings.length > 0) process.exitCode = 1
  else console.log(checked)
}
