import { expect, test } from 'vitest'
import { encodeAnswers } from '../../../src/bindings/session/prompt-round.ts'
import { checkedPath } from '../../../src/sftp/protocol/requests.ts'
import { joinPath } from '../../../src/sftp/protocol/paths.ts'
import { encodeText } from '../../../src/wire-format/bytes.ts'
import { WireWriter } from '../../../src/wire-format/writer.ts'

const round = { name: '', instruction: '', prompts: [{ text: 'Password: ', echo: false }] }
const bytes = Uint8Array.of(0xff)

/** Each is given text with half of a surrogate pair: U+FFFD in its place would be another name, another password. */
const CALLS: Readonly<Record<string, (text: string) => unknown>> = {
  'WireWriter.string': (text) => new WireWriter().string(text),
  'WireWriter.nameList': (text) => new WireWriter().nameList([text]),
  'encodeText of a passphrase': (text) => encodeText(text, 'passphrase'),
  'an answer to a prompt': (text) => encodeAnswers(round, [text]),
  'joinPath, a name behind bytes': (text) => joinPath(bytes, text),
  'joinPath, a folder before bytes': (text) => joinPath(text, bytes),
  'a path of SFTP': (text) => checkedPath(text),
}

test.each(Object.entries(CALLS))('%s refuses half of a surrogate pair, and takes a whole one', (_, call) => {
  for (const wrong of ['a\ud800', '\udfffb', '\ude00\ud83d']) expect(() => call(wrong)).toThrow(TypeError)
  expect(() => call('größe 😀')).not.toThrow()
})

test('so does a runtime without String.prototype.isWellFormed', () => {
  const own = Object.getOwnPropertyDescriptor(String.prototype, 'isWellFormed')
  Reflect.deleteProperty(String.prototype, 'isWellFormed')
  try {
    for (const wrong of ['a\ud800', '\udfffb', '\ude00\ud83d']) expect(() => checkedPath(wrong)).toThrow(TypeError)
    expect(checkedPath('größe 😀')).toBe('größe 😀')
  } finally {
    if (own) Object.defineProperty(String.prototype, 'isWellFormed', own)
  }
})

test('answers are an array of as many strings as there were prompts', () => {
  for (const wrong of ['secret', undefined, { 0: 'secret', length: 1 }, [5], [undefined], [], ['one', 'two']]) expect(() => encodeAnswers(round, wrong as never)).toThrow(TypeError)
})
