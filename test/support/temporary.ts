import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A directory that only this user may enter. Owner: the caller, with `remove()`. */
export interface TemporaryDirectory extends Disposable {
  readonly path: string
  file(name: string): string
  remove(): void
}

const made = new Set<string>()

/** Directories that were not removed yet. */
export function temporaryDirectories(): string[] {
  return [...made]
}

export function removeTemporaryDirectories(): void {
  for (const path of made) rmSync(path, { recursive: true, force: true })
  made.clear()
}

export function temporaryDirectory(purpose: string): TemporaryDirectory {
  const path = mkdtempSync(join(tmpdir(), `libssh2-wasm-${purpose}-`))
  made.add(path)
  const remove = () => {
    made.delete(path)
    rmSync(path, { recursive: true, force: true })
  }
  return { path, file: (name) => join(path, name), remove, [Symbol.dispose]: remove }
}
