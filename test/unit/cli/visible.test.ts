import { expect, test } from 'vitest'
import { visible, visibleJson, visibleLine } from '../../../src/cli/terminal/visible.ts'

const HOSTILE = 'a\x1b[31m\x9b0m\x7f\u{202e}txt.exe\u{2066}\u{200f}\u{61c}\u{2028}z\r'

test('what controls a terminal or turns the text around is escaped; line breaks, tabs and every script stay', () => {
  expect(visible(HOSTILE)).toBe('a\\x1b[31m\\x9b0m\\x7f\\u{202e}txt.exe\\u{2066}\\u{200f}\\u{61c}\\u{2028}z\\x0d')
  const fine = 'line\n\tعربي שלום 한국 👩\u{200d}💻 é'
  expect(visible(fine)).toBe(fine)
})

test('a name stays in its line', () => {
  expect(visibleLine('a\nb\tc\x1b')).toBe('a\\nb\\tc\\x1b')
})

test('JSON has no such character, and reads as the same value', () => {
  const value = { stdout: HOSTILE, [HOSTILE]: [HOSTILE] }
  const json = visibleJson(value)
  expect(json).not.toMatch(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/u)
  expect(JSON.parse(json)).toEqual(value)
})
