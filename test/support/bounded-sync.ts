import childProcess from 'node:child_process'
import { syncBuiltinESMExports } from 'node:module'

// A synchronous child that never ends also blocks its test's time limit, so each gets a timeout, unless it sets another.
const DEFAULTS = { timeout: 300_000, killSignal: 'SIGKILL' } as const
const { execFileSync, spawnSync } = childProcess

type Sync = (command: string, args?: readonly string[], options?: object) => unknown
const bounded = (call: Sync): Sync => (command, args, options) => Array.isArray(args) || args === undefined
  ? call(command, args ?? [], { ...DEFAULTS, ...options })
  : call(command, [], { ...DEFAULTS, ...args as object })

childProcess.execFileSync = bounded(execFileSync as Sync) as typeof execFileSync
childProcess.spawnSync = bounded(spawnSync as Sync) as typeof spawnSync
syncBuiltinESMExports()
