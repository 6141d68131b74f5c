import type { Runtime } from './runtime.ts'
import { browsers } from './runners/browsers.ts'
import { programs } from './runners/programs.ts'
import { workerd } from './runners/workerd.ts'

const all: readonly Runtime[] = [...programs, workerd, ...browsers]

/** The runtimes that this run is about: all, or those of `--only` (RUNTIMES). */
export const runtimes: readonly Runtime[] = chosen(process.env.RUNTIMES)

function chosen(only: string | undefined): readonly Runtime[] {
  if (!only) return all
  const keys = only.split(',')
  const unknown = keys.filter((key) => !all.some((runtime) => runtime.key === key))
  if (unknown.length > 0) throw new Error(`no such runtime: ${unknown.join(', ')}; there are ${all.map(({ key }) => key).join(', ')}`)
  return all.filter(({ key }) => keys.includes(key))
}
