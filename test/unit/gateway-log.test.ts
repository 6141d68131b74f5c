import { expect, test } from 'vitest'
import { logLine, logText } from '../../packages/gateway/src/log.ts'

test('a line of the log is harmless on a terminal', () => {
  const line = logLine('refuse', { client: '127.0.0.1', origin: 'https://a\x1b[31m\x9b0m', user: 'ada\u{202e}\n\x7f', code: 4403 })
  const text = logText(line)
  expect(text).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u)
  expect(JSON.parse(text)).toEqual(line)
})
