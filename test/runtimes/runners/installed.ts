import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** A program that scripts/install-runtimes.sh has brought. */
export const installed = (name: string): string => fileURLToPath(new URL(`../../../.cache/runtimes/bin/${name}`, import.meta.url))

/** For `Runtime.missing`: which of the files are not there. */
export function lacking(...files: readonly string[]): string | undefined {
  const file = files.find((path) => !existsSync(path))
  return file && `${file.replace(/^.*(?=\.cache\/)/, '')} is not there (scripts/install-runtimes.sh)`
}
