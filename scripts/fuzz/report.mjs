/** The results of a run of scripts/fuzz.mjs, in Markdown. */
export function reportText({ begin, seconds, c, ts }) {
  const findings = [...(c?.targets.flatMap(({ findings }) => findings) ?? []), ...(ts?.findings ?? [])]
  return [
    '# Fuzzing', '',
    `${new Date(begin).toISOString().slice(0, 16).replace('T', ' ')} UTC, ${(seconds / 60).toFixed(0)} minutes.`, '',
    ...(c ? ['## C', '', '| target | runs | CPU seconds | edges | features | inputs kept |', '|---|--:|--:|--:|--:|--:|',
      ...c.targets.map(({ target, runs, cpuSeconds, edges, features, corpus }) => `| ${target} | ${runs} | ${cpuSeconds.toFixed(0)} | ${edges} | ${features} | ${corpus} |`), '',
      '| file | lines | run |', '|---|--:|--:|', ...c.files.map(([file, lines, run]) => `| ${file} | ${lines} | ${percent(run, lines)} |`), ''] : []),
    ...(ts ? ['## TypeScript', '', `${ts.cpuSeconds.toFixed(0)} CPU seconds.`, '', '| parser | runs | inputs kept |', '|---|--:|--:|',
      ...ts.targets.map(({ target, runs, corpus }) => `| ${target} | ${runs} | ${corpus} |`), '',
      '| file | blocks | run |', '|---|--:|--:|', ...ts.files.map(([file, blocks, run]) => `| ${file} | ${blocks} | ${percent(run, blocks)} |`), ''] : []),
    '## Findings', '',
    ...(findings.length > 0 ? findings.map(({ target, error, artifact }) => `- ${target}: ${error}${artifact ? ` (${artifact})` : ''}`) : ['None.']), '',
  ].join('\n')
}

const percent = (part, whole) => whole === 0 ? '-' : `${(100 * part / whole).toFixed(0)} %`
