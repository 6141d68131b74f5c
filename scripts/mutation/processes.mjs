// Runs one task of `npm run mutation` in a process of its own, and ends it when a change makes a test hang.
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'

/** Milliseconds without a word after which a process hangs, while no change is made and while one is, besides what its longest test takes: a busy machine must not look like a change that was noticed. */
const UNCHANGED = 240_000, SILENCE = 30_000

/**
 * A fresh Vitest on one file of tests.
 * @param {string} folder for what it needs
 * @param {Omit<import('./test-runner.mjs').Task, 'log'>} task
 * @param {number} longest milliseconds of the longest test of the file
 * @returns {Promise<{ lines: any[][], code: number | null, hung: boolean, output: string }>} `lines` of its log
 */
export async function runTask(folder, task, longest) {
  mkdirSync(folder, { recursive: true })
  const [file, log] = [`${folder}/task.json`, `${folder}/log`]
  rmSync(log, { force: true })
  writeFileSync(file, JSON.stringify({ ...task, log }))
  const child = spawn(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', '--config', 'scripts/mutation/vitest.config.mjs'], {
    stdio: ['ignore', 'pipe', 'pipe'], detached: true, env: { ...process.env, MUTATION_TASK: file },
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', chunk => { output = (output + chunk).slice(-10_000) })
  let hung = false
  let [size, since] = [0, Date.now()]
  const timer = setInterval(() => {
    const now = existsSync(log) ? statSync(log).size : 0
    if (now !== size) [size, since] = [now, Date.now()]
    if (Date.now() - since < (size === 0 || task.whole === undefined && isUnchanged(log) ? UNCHANGED : SILENCE) + 10 * longest) return
    hung = true
    try { process.kill(-(child.pid ?? 0), 'SIGKILL') } catch { /* It has ended by itself. */ }
  }, 500)
  const code = await new Promise(settle => { child.on('close', settle) })
  clearInterval(timer)
  const lines = existsSync(log) ? readFileSync(log, 'utf8').split('\n').filter(line => line.endsWith(']')).map(line => JSON.parse(line)) : []
  return { lines, code, hung, output }
}

/** Whether no change is being tried: the process starts, or a test runs as it is. @param {string} log */
function isUnchanged(log) {
  const last = existsSync(log) ? readFileSync(log, 'utf8').trimEnd().split('\n').at(-1) ?? '' : ''
  return !last.startsWith('["try",') || last.startsWith('["try",-1,')
}
