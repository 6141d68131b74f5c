import type { Metric, Result, Sample } from './job.ts'

export const METRICS: readonly Metric[] = ['resident', 'webAssembly', 'javaScript', 'descriptors', 'handles', 'serverSessions']

const MIB = 1 << 20
/** What the last quarter may have more than the second one, beside a tenth. Server processes: of the few connections that come and go, none to seven are there at a time. */
const SLACK: Readonly<Record<Metric, number>> = { resident: 16 * MIB, webAssembly: MIB, javaScript: 2 * MIB, descriptors: 2, handles: 2, serverSessions: 8 }
/** A process that has just begun still compiles its code and makes room. */
const YOUNG = { seconds: 60, resident: 96 * MIB, javaScript: 16 * MIB }
const SHARE = 0.1

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[sorted.length >> 1] ?? 0
}

export interface Judgement {
  /** Medians of the second and of the last quarter of the samples. */
  readonly early: number
  readonly late: number
  readonly flat: boolean
}

/** A curve is flat if the median of its last quarter is at most a tenth and a little above that of its second. */
export function judge(samples: readonly Sample[], metric: Metric): Judgement {
  const quarter = Math.ceil(samples.length / 4)
  const values = samples.map((sample) => sample[metric])
  const [early, late] = [median(values.slice(quarter, 2 * quarter)), median(values.slice(-quarter))]
  const young = (samples.at(-1)?.at ?? 0) < YOUNG.seconds
  const slack = young && (metric === 'resident' || metric === 'javaScript') ? YOUNG[metric] : SLACK[metric]
  return { early, late, flat: late <= early * (1 + SHARE) + slack }
}

/** What is wrong with a run, in words; nothing if all is well. */
export function problems({ name, samples, left, done }: Result): string[] {
  const rising = METRICS.filter((metric) => !judge(samples, metric).flat).map((metric) => {
    const { early, late } = judge(samples, metric)
    return `${name}: ${metric} rose from ${early} to ${late}`
  })
  return [
    ...samples.length < 4 ? [`${name}: only ${samples.length} samples`] : [],
    ...rising,
    ...Object.entries(left).filter(([, count]) => count > 0).map(([kind, count]) => `${name}: ${count} ${kind} left at the end`),
    ...done['alive at the end'] !== undefined && done['alive at the end'] !== done.sessions ? [`${name}: ${done['alive at the end']} of ${done.sessions} sessions alive at the end`] : [],
    ...done['bytes left in the shared instance'] ? [`${name}: ${done['bytes left in the shared instance']} bytes left in the shared instance`] : [],
  ]
}
