import { describe, expect, test } from 'vitest'
import { matchPattern, matchPatternList } from '../../../src/host-key/known-hosts/pattern.ts'
import { quickest } from '../../support/quickest.ts'
import { seededRandom } from '../../support/random.ts'

describe('matchPattern', () => {
  test.each([
    ['', '', true], ['', '*', true], ['', '?', false], ['a', '', false],
    ['host.example', '*.example', true], ['.example', '*.example', true], ['host.example.org', '*.example', false],
    ['abc', 'a?c', true], ['ac', 'a?c', false], ['a*c', 'a*c', true], ['aXbXc', 'a*X?', true], ['192.168.0.1', '192.168.?.*', true],
    ['aaa', '**a', true], ['abab', '*ab', true], ['ababx', '*ab', false],
  ])('%j against %j is %s', (text, pattern, expected) => {
    expect(matchPattern(text, pattern)).toBe(expected)
  })

  test('agrees with a regular expression on random input', () => {
    const random = seededRandom(1)
    const pick = (letters: string) => Array.from({ length: random.below(8) }, () => letters[random.below(letters.length)]).join('')
    for (let i = 0; i < 20_000; i++) {
      const text = pick('ab.'), pattern = pick('ab.*?')
      const reference = new RegExp(`^${pattern.replace(/[.*?]/g, (c) => ({ '.': '\\.', '*': '.*', '?': '.' })[c]!)}$`).test(text)
      expect(matchPattern(text, pattern), `${text} ${pattern}`).toBe(reference)
    }
  })

  test('is not slow on patterns made to be', async () => {
    expect(await quickest(() => expect(matchPattern('a'.repeat(5000), `${'a*'.repeat(500)}b`)).toBe(false))).toBeLessThan(2000)
  })
})

test('matchPatternList: one pattern must match, and none that is negated', () => {
  expect(matchPatternList('a.example', ['*.example', '!b.example'])).toBe(true)
  expect(matchPatternList('b.example', ['*.example', '!b.example'])).toBe(false)
  expect(matchPatternList('b.example', ['!b.example', '*.example'])).toBe(false)
  expect(matchPatternList('c.other', ['!b.example'])).toBe(false)
  expect(matchPatternList('x', [])).toBe(false)
})
