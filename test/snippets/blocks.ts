import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const project = fileURLToPath(new URL('../../', import.meta.url))

/** One fenced block of a document. */
export interface Snippet {
  readonly document: string
  /** The last heading before it. */
  readonly heading: string
  /** What stands after the fence: `ts`, `sh`, … */
  readonly language: string
  readonly code: string
  readonly line: number
}

/** Documents that people read: those of the site. */
export function documents(): string[] {
  const files = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--', '*.md'], { cwd: project, encoding: 'utf8' }).split('\0')
  return files.filter((path) => /^([A-Z]+\.md|docs\/.*|packages\/.*|examples\/.*)$/.test(path)).sort()
}

/** Every fenced block of a document. */
export function snippets(document: string): Snippet[] {
  const text = readFileSync(`${project}${document}`, 'utf8')
  return [...text.matchAll(/^```([a-z]*)\n(.*?)^```$/gms)].map((match) => {
    const before = text.slice(0, match.index)
    return { document, heading: /.*^#+ ([^\n]*)/ms.exec(before)?.[1] ?? '', language: match[1] as string, code: match[2] as string, line: before.split('\n').length + 1 }
  })
}
