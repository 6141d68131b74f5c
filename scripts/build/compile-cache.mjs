// Object files by content: a file is compiled again only if its text, a header that it read, its flags or the
// compiler has changed. Modification times do not count, so switching branches or unpacking again costs nothing.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { spawn } from 'node:child_process'
import { availableParallelism } from 'node:os'

export const sha256 = data => createHash('sha256').update(data).digest('hex')

const texts = new Map()
function hashOf(path) {
  if (!texts.has(path)) texts.set(path, existsSync(path) ? sha256(readFileSync(path)) : 'missing')
  return texts.get(path)
}

/** Files of the project that a make rule (`-MMD`) names; the compiler's own headers count through its version. */
function dependencies(rule) {
  return rule.replace(/\\\r?\n/g, ' ').replace(/^[^:]*:/, '').split(/\s+/).filter(path => path && !path.startsWith('/')).sort()
}

/** The key of everything that `unit` was made from, or undefined if it was never made. */
function keyOf(unit, compiler) {
  const rule = `${unit.object}.d`
  if (!existsSync(rule)) return undefined
  const files = dependencies(readFileSync(rule, 'utf8'))
  return sha256(JSON.stringify([compiler, unit.flags, files.map(file => [file, hashOf(file)])]))
}

/** Runs a program to its end; rejects with its output if it fails. */
export function run(program, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    child.stdout.on('data', data => { output += data })
    child.stderr.on('data', data => { output += data })
    child.on('error', reject)
    child.on('close', code => code === 0 ? resolve(output) : reject(new Error(`${args.find(arg => arg.endsWith(".c")) ?? program} failed:\n${output}`)))
  })
}

/**
 * Compiles what is out of date, one job per processor.
 * @param units `{ source, object, flags }` each
 * @returns number of files compiled
 */
export async function compileAll(emcc, compiler, units) {
  const stale = units.filter(unit => {
    const key = `${unit.object}.key`
    return !existsSync(unit.object) || !existsSync(key) || readFileSync(key, 'utf8') !== keyOf(unit, compiler)
  })
  const queue = [...stale]
  const failures = []
  async function worker() {
    for (let unit = queue.shift(); unit; unit = queue.shift()) {
      mkdirSync(dirname(unit.object), { recursive: true })
      const partial = `${unit.object}.partial.o`
      try {
        const output = await run(emcc, ['-c', unit.source, '-o', partial, '-MMD', '-MF', `${unit.object}.d`, '-MT', 'object', ...unit.flags])
        if (output) process.stderr.write(output)
        renameSync(partial, unit.object)
        writeFileSync(`${unit.object}.key`, keyOf(unit, compiler) ?? '')
      } catch (error) {
        failures.push(error)
      }
    }
  }
  await Promise.all(Array.from({ length: availableParallelism() }, worker))
  if (failures.length > 0) throw new Error(failures.map(error => error.message).join('\n'))
  return stale.length
}
