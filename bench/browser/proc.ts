/** Linux's figures for processes that are not our children. */
import { readFileSync } from 'node:fs'

/** Ticks of /proc per second, on every Linux that Node runs on. */
const TICKS = 100

function read(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8')
  } catch {
    return ''
  }
}

/** User and system time together. */
export function processorSeconds(pids: readonly number[]): number {
  let ticks = 0
  for (const pid of pids) {
    const stat = read(pid, 'stat')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    ticks += Number(fields[11] ?? 0) + Number(fields[12] ?? 0)
  }
  return ticks / TICKS
}

/** The largest resident size that any of them had, in bytes. */
export function residentPeak(pids: readonly number[]): number {
  return Math.max(0, ...pids.map((pid) => Number(/VmHWM:\s+(\d+)/.exec(read(pid, 'status'))?.[1] ?? 0) * 1024))
}
