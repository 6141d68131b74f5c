import { expect, test } from 'vitest'
import { zipName } from '../../../packages/terminal/src/files/zip.ts'

test.each([
  ['folder/file.txt', 'folder/file.txt'],
  ['folder/..\\..\\Startup\\evil.exe', 'folder/.._.._Startup_evil.exe'],
  ['folder/a\u{202e}gpj.exe\x1b[31m\n', 'folder/a_gpj.exe_[31m_'],
  ['folder/שלום é', 'folder/שלום é'],
])('%j is %j in a ZIP', (name, written) => expect(zipName(name)).toBe(written))
