import { judge, METRICS, problems } from './flat.ts'
import type { Result } from './job.ts'
import { format, TITLES, WANTED } from './words.ts'

const count = (value: number): string => value.toLocaleString('en-GB', { maximumFractionDigits: 2 })

function row(result: Result): string {
  const { unit, amount } = WANTED[result.name]
  const curves = METRICS.map((metric) => {
    const { early, late, flat } = judge(result.samples, metric)
    return `${format(metric, early)} → ${format(metric, late)}${flat ? '' : ' **rises**'}`
  })
  const wanted = `${count(amount)} ${unit}`
  return `| ${result.name} | ${count(result.amount)} ${unit} | ${result.amount >= amount ? wanted : `**below** ${wanted}`} | ${(result.seconds / 60).toFixed(1)} min | ${curves.join(' | ')} | ${problems(result).length === 0 ? 'yes' : '**no**'} |`
}

export function report(results: readonly Result[]): string {
  const found = results.flatMap(problems)
  return [
    '# Long runs', '',
    '`npm run soak` writes this page from its runs; `npm run soak -- --help` lists the options. Each case runs in its own process, against OpenSSH on the same machine.', '',
    ...results.map(({ name }) => `- **${name}**: ${WANTED[name].title}`), '',
    `| case | run | wanted | time | ${METRICS.map((metric) => TITLES[metric]).join(' | ')} | all flat |`,
    `|---|---|---|---|${METRICS.map(() => '---|').join('')}---|`,
    ...results.map(row), '',
    '`a → b` are the medians of the second and of the last quarter of the run. A curve is flat if b exceeds a by at most a tenth plus a margin: 16 MiB resident, 1 MiB of WebAssembly, 2 MiB of JavaScript, two',
    'descriptors and handles, eight sshd processes (of connections that open and close). In runs under a minute the process is still warming up, and the margins are 96 MiB and 16 MiB. Garbage is collected before each sample. At the end, descriptors and handles must be back at their initial numbers.', '',
    '![curves](soak.svg)', '',
    '## What was done', '',
    ...results.map(({ name, done, when, samples, machine }) => `- ${name}: ${Object.entries(done).map(([what, value]) => `${what} ${count(value)}`).join('; ')} (${samples.length} looks; ${when}, ${machine})`), '',
    ...found.length === 0 ? [] : ['## What is not right', '', ...found.map((problem) => `- ${problem}`), ''],
  ].join('\n')
}
