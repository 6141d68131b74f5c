import { visibleLine } from '../terminal/visible.ts'

/** The progress of a transfer on one line: OpenSSH's progress meter. Only shown on a terminal. */
export class ProgressMeter {
  readonly #name: string
  readonly #shown: boolean
  readonly #start = performance.now()
  #last = 0

  constructor(name: string, shown: boolean) {
    this.#name = visibleLine(name)
    this.#shown = shown && process.stdout.isTTY
  }

  show(bytes: number, total?: number): void {
    const now = performance.now()
    if (!this.#shown || now - this.#last < 200) return
    this.#last = now
    process.stdout.write(`\r${this.#line(bytes, total, false)}`)
  }

  /** @param bytes all that have arrived */
  end(bytes: number): void {
    if (this.#shown) process.stdout.write(`\r${this.#line(bytes, bytes, true)}\n`)
  }

  #line(bytes: number, total: number | undefined, ended: boolean): string {
    const seconds = Math.max((performance.now() - this.#start) / 1000, 1e-3)
    const rate = bytes / seconds
    const left = ended ? seconds : total === undefined || rate === 0 ? 0 : (total - bytes) / rate
    const percent = total === undefined || total === 0 ? 100 : Math.floor(bytes * 100 / total)
    const width = Math.max(10, (process.stdout.columns || 80) - 36)
    return `${this.#name.padEnd(width).slice(0, width)} ${String(percent).padStart(3)}% ${size(bytes, 4)} ${size(rate, 5, 1)}/s   ${clock(left)}${ended ? '    ' : ' ETA'}`
  }
}

const UNITS = [' B', 'KB', 'MB', 'GB', 'TB']

/** Sizes as OpenSSH writes them: four digits and a unit, the next one from 10,000 on. */
function size(bytes: number, width: number, digits = 0): string {
  let value = bytes, unit = digits > 0 ? 1 : 0
  if (digits > 0) value /= 1024
  for (; value >= (digits > 0 ? 1000 : 10_000) && unit < UNITS.length - 1; unit++) value /= 1024
  return `${(digits > 0 ? value.toFixed(digits) : String(Math.floor(value))).padStart(width)}${UNITS[unit]}`
}

function clock(seconds: number): string {
  const whole = Math.floor(seconds), two = (value: number) => String(value).padStart(2, '0')
  const hours = Math.floor(whole / 3600)
  return `${hours > 0 ? `${hours}:` : ''}${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`
}
