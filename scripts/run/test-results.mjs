// The results of a run of `npm test`, for scripts/ok.mjs.
import { existsSync, readFileSync, rmSync } from 'node:fs'

const RESULTS = 'build/test-results.json'
/** The files that scripts/run/stuck-files.mjs had to end. */
const STUCK = 'build/stuck-files.txt'

/** `npm test` writes its results where this module looks for them. */
export const ENVIRONMENT = { VITEST_JSON: RESULTS, STUCK_FILES: STUCK }

/** Forgets an earlier run. */
export function forget() {
  for (const file of [RESULTS, STUCK]) rmSync(file, { force: true })
}

/** @typedef {{ name: string, status: string, assertionResults: { status: string, fullName: string }[] }} FileResult as vitest writes it */

/** The results of the last run. */
export function results() {
  return summary(existsSync(RESULTS) ? JSON.parse(readFileSync(RESULTS, 'utf8')).testResults : [], existsSync(STUCK) ? readFileSync(STUCK, 'utf8').trim().split('\n') : [])
}

/**
 * How many tests passed, and the names of those that did not, by file: a file that could not be loaded or was stuck counts as one.
 * @param {readonly FileResult[]} files
 * @param {readonly string[]} stuck
 * @returns {{ passed: number, byFile: Map<string, string[]> }}
 */
export function summary(files, stuck) {
  let passed = 0
  /** @type {Map<string, string[]>} */
  const byFile = new Map()
  for (const { name, status, assertionResults } of files) {
    passed += assertionResults.filter(test => test.status === 'passed').length
    const failed = assertionResults.filter(test => test.status === 'failed').map(test => test.fullName)
    if (status === 'failed' && failed.length === 0) failed.push(name)
    if (failed.length > 0) byFile.set(name, failed)
  }
  for (const name of stuck) byFile.set(name, [`${name} (stuck)`])
  return { passed, byFile }
}

/**
 * The tests that failed at first and passed when they ran again: they are flaky, which is a fault as well.
 * @param {Map<string, string[]>} first of `summary`
 * @param {{ status: number, byFile: Map<string, string[]> }} again a run that failed without naming a test says nothing
 */
export function flakyTests(first, again) {
  if (again.status !== 0 && again.byFile.size === 0) return []
  const failed = new Set([...again.byFile.values()].flat())
  return [...first.values()].flat().filter(test => !failed.has(test))
}
