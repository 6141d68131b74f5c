import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'

export interface CodeBlock {
  /** The text between the fences. */
  readonly code: string
  /** Number of its first line in the document. */
  readonly line: number
}

const path = (relative: string) => fileURLToPath(new URL(`../../${relative}`, import.meta.url))

/** The TypeScript blocks of a Markdown file of the repository. */
export function typeScriptBlocks(document: string): CodeBlock[] {
  const text = readFileSync(path(document), 'utf8')
  return [...text.matchAll(/^```ts\n(.*?)^```$/gms)].map((match) => ({ code: match[1] as string, line: text.slice(0, match.index).split('\n').length + 1 }))
}

/**
 * Runs a block as it stands: its imports at the top, the rest in a function that gets `names` from outside.
 * @returns what it printed with console.log and console.error
 */
export async function runBlock(document: string, { code, line }: CodeBlock, names: Readonly<Record<string, unknown>>): Promise<string> {
  const lines = code.split('\n')
  const imports = lines.filter((text) => text.startsWith('import '))
  const body = lines.filter((text) => !text.startsWith('import '))
  const folder = path('build/code-blocks')
  // A module is loaded once: another text is another file.
  const digest = createHash('sha256').update(code).digest('hex').slice(0, 8)
  const file = `${folder}/${document.replace(/\W/g, '-')}-${line}-${digest}.ts`
  mkdirSync(folder, { recursive: true })
  const free = Object.keys(names).filter((name) => !new RegExp(`(const|let|using) (\\w+, )?\\[?{?.*\\b${name}\\b.*=`).test(code))
  writeFileSync(file, [...imports, `export default async ({ ${free.join(', ')} }, console) => {`, ...body, '}', ''].join('\n'))
  const printed: unknown[][] = []
  const console = { log: (...values: unknown[]) => printed.push(values), error: (...values: unknown[]) => printed.push(values) }
  const { default: run } = await import(pathToFileURL(file).href) as { default: (names: unknown, console: unknown) => Promise<void> }
  await run(names, console)
  return printed.map((values) => values.map((value) => typeof value === 'string' ? value : JSON.stringify(value)).join(' ')).join('\n')
}
