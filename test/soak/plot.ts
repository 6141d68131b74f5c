/** The curves as SVG: a row for each case, a column for each metric, zero at the bottom. */
import { METRICS } from './flat.ts'
import type { Metric, Result } from './job.ts'
import { format, TITLES } from './words.ts'

const [LABEL, WIDTH, HEIGHT, GAP] = [150, 170, 70, 34]
const MOST_POINTS = 200

function curve({ samples }: Result, metric: Metric, x: number, y: number): string {
  const step = Math.ceil(samples.length / MOST_POINTS)
  const shown = samples.filter((_, i) => i % step === 0)
  const length = Math.max(...shown.map(({ at }) => at), 1)
  const top = Math.max(...samples.map((sample) => sample[metric]), 1) * 1.1
  const points = shown.map((sample) => `${(x + sample.at / length * WIDTH).toFixed(1)},${(y + HEIGHT - sample[metric] / top * HEIGHT).toFixed(1)}`)
  return [
    `<rect x="${x}" y="${y}" width="${WIDTH}" height="${HEIGHT}" fill="none" stroke="#bbb"/>`,
    `<polyline points="${points.join(' ')}" fill="none" stroke="#4477aa" stroke-width="1.5"/>`,
    `<text x="${x + 4}" y="${y + HEIGHT - 5}" font-size="10" fill="#666">most ${format(metric, top / 1.1)}</text>`,
  ].join('\n')
}

export function plot(results: readonly Result[]): string {
  const [width, height] = [LABEL + METRICS.length * (WIDTH + 14) + 10, 40 + results.length * (HEIGHT + GAP)]
  const rows = results.flatMap((result, row) => {
    const y = 36 + row * (HEIGHT + GAP)
    return [
      `<text x="10" y="${y + HEIGHT / 2}" font-weight="bold">${result.name}</text>`,
      `<text x="10" y="${y + HEIGHT / 2 + 16}" font-size="11" fill="#666">0 to ${(result.seconds / 60).toFixed(1)} minutes</text>`,
      ...METRICS.map((metric, column) => curve(result, metric, LABEL + column * (WIDTH + 14), y)),
    ]
  })
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="13">`,
    '<rect width="100%" height="100%" fill="white"/>',
    ...METRICS.map((metric, column) => `<text x="${LABEL + column * (WIDTH + 14)}" y="24" font-weight="bold">${TITLES[metric]}</text>`),
    ...rows, '</svg>', '',
  ].join('\n')
}
