// What runs for a release and between releases: workflows, the project for OSS-Fuzz, how to report.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const root = new URL('../../../', import.meta.url)
const text = (path: string) => readFileSync(new URL(path, root), 'utf8')
const exists = (path: string) => existsSync(new URL(path, root))
const workflows = readdirSync(new URL('.github/workflows/', root)).map((name) => [name, text(`.github/workflows/${name}`)] as const)
const { scripts } = JSON.parse(text('package.json')) as { scripts: Record<string, string> }

test.each(workflows)('%s runs what there is, with no more rights than it needs', (_, workflow) => {
  const [top = ''] = workflow.split(/^jobs:$/m)
  expect(top).toMatch(/^permissions: \{ contents: read \}$/m)
  // Each job has an end, and a checkout leaves no token behind.
  expect(workflow.match(/^ {4}timeout-minutes: \d+$/gm)).toHaveLength(workflow.match(/^ {4}runs-on: /gm)!.length)
  expect(workflow.match(/persist-credentials: false/g)).toHaveLength(workflow.match(/actions\/checkout@/g)!.length)
  for (const [, script] of workflow.matchAll(/npm run ([\w:-]+)/g)) expect(scripts, script).toHaveProperty([script!])
  for (const [, file] of workflow.matchAll(/run: (\.[\w./-]+)/g)) expect(exists(file!), file).toBe(true)
  // A tag can be moved: the hash says what runs, and what stands behind it is for people and for Dependabot.
  for (const [, name] of workflow.matchAll(/uses: (.+)$/gm)) expect(name).toMatch(/^(actions|github)\/[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/)
})

test('there are tests, CodeQL, dependency review, provenance, fuzzing, and a look at upstream', () => {
  const all = workflows.map(([, workflow]) => workflow).join('\n')
  for (const part of ['.ci/run', 'npm run reproducible', 'npm run fuzz', 'npm run test:misuse', 'npm run test:parcels', 'github/codeql-action/analyze', 'c-cpp', 'javascript-typescript', 'actions/dependency-review-action', 'id-token: write', 'npm run release -- --publish', 'npm run upstream']) {
    expect(all, part).toContain(part)
  }
  expect(text('scripts/release.mjs')).toContain("'--provenance'")
  // What .ci/run runs has the inputs that fuzzing once found faults with.
  expect(exists('test/fuzz/replay.test.ts')).toBe(true)
  expect(readdirSync(new URL('test/fuzz/regressions/', root)).length).toBeGreaterThan(0)
})

test('the project for OSS-Fuzz builds targets that there are, with their corpora', () => {
  const build = text('scripts/fuzz/oss-fuzz/build.sh')
  const targets = /^targets='(.*)'$/m.exec(build)?.[1]?.split(' ') ?? []
  expect(targets.length).toBeGreaterThan(1)
  for (const target of targets) {
    expect(exists(`test/native/fuzz-${target}.c`), target).toBe(true)
    expect(exists(`test/fuzz/corpus/native-${target}.txt`), target).toBe(true)
  }
  const dockerfile = text('scripts/fuzz/oss-fuzz/Dockerfile'), project = text('scripts/fuzz/oss-fuzz/project.yaml')
  for (const [, script] of dockerfile.matchAll(/(scripts\/[\w/-]+\.(?:sh|mjs))/g)) expect(exists(script!), script).toBe(true)
  for (const field of ['homepage', 'language', 'primary_contact', 'main_repo', 'fuzzing_engines', 'sanitizers']) expect(project).toMatch(new RegExp(`^${field}: `, 'm'))
  // The sources come from Debian's indexes, which only a Debian has; the targets are built by the service's own image, of one system in both files.
  expect(dockerfile).toMatch(/^FROM debian:\d+ AS sources$[^]*scripts\/build\/sources\.sh[^]*^FROM gcr\.io/m)
  const [, system] = /^FROM gcr\.io\/oss-fuzz-base\/base-builder:(\S+)$/m.exec(dockerfile) ?? []
  expect(project).toMatch(new RegExp(`^base_os_version: ${system}$`, 'm'))
})

test('SECURITY.md says where to report, how soon we answer, and how it becomes public', () => {
  const [, reporting = ''] = /^## Reporting\n([\s\S]*?)^## /m.exec(text('SECURITY.md')) ?? []
  for (const part of [/report privately/, /answer\s+within three working days/, /within thirty/, /when to publish/, /credit/]) expect(reporting).toMatch(part)
})
