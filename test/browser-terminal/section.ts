import { readFileSync, writeFileSync } from 'node:fs'

const DOCUMENT = new URL('../../docs/terminal.md', import.meta.url)

/** Replaces what stands between `<!-- NAME -->` and `<!-- /NAME -->` in docs/terminal.md. */
export function writeSection(name: string, text: string): void {
  const before = readFileSync(DOCUMENT, 'utf8')
  const pattern = new RegExp(`(<!-- ${name} -->\n)[^]*?(<!-- /${name} -->)`)
  if (!pattern.test(before)) throw new Error(`docs/terminal.md has no section ${name}`)
  writeFileSync(DOCUMENT, before.replace(pattern, (_, start: string, end: string) => `${start}${text.trimEnd()}\n${end}`))
}

/** E.g. `29 November 2026`. */
export const today = (): string => new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' }).format(new Date())
