// Runs scripts/mutation/runner.mjs, and ends it when a change makes a test hang.
import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'

/**
 * One runner, until it ends or says nothing for `longest` milliseconds and four times what it expects.
 * @param {string} folder its own
 * @param {Record<string, unknown>} task for the runner
 * @param {number} longest
 * @param {(result: any) => void} each takes what it says of each change
 */
export async function runTask(folder, task, longest, each) {
  const file = `${folder}/task.json`
  writeFileSync(file, JSON.stringify({ ...task, active: `${folder}/active`, hits: `${folder}/hits` }))
  const child = spawn(process.execPath, ['scripts/mutation/runner.mjs', file], { stdio: ['ignore', 'pipe', 'inherit'], detached: true })
  let rest = ''
  let ended = false
  const hangs = () => {
    ended = true
    try { process.kill(-(child.pid ?? 0), 'SIGKILL') } catch { /* It has ended by itself. */ }
  }
  let timer = setTimeout(hangs, longest)
  child.stdout.setEncoding('utf8').on('data', chunk => {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      if (!line.startsWith('@@')) continue
      const result = JSON.parse(line.slice(2))
      if (result.id !== undefined) each(result)
      clearTimeout(timer)
      timer = setTimeout(hangs, longest + 4 * (result.expected ?? 0))
    }
  })
  const code = await new Promise(settle => { child.on('close', settle) })
  clearTimeout(timer)
  // Only a change that makes a test hang may end the runner: a runner that fails by itself says nothing about changes.
  if (code !== 0 && !ended) throw new Error(`scripts/mutation/runner.mjs failed with ${code}`)
}
