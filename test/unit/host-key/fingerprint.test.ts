import { afterAll, describe, expect, test } from 'vitest'
import { fingerprint, keyTitle, randomart } from '../../../src/host-key/fingerprint.ts'
import { drunkenBishop } from '../../../src/host-key/randomart.ts'
import { keyPair } from '../../support/key-pairs.ts'
import { temporaryDirectory } from '../../support/temporary.ts'
import { blob, certify, fingerprintWithSshKeygen, KEY_TYPES, newKey } from './ssh-keygen.ts'

const directory = temporaryDirectory('fingerprint')
afterAll(() => directory.remove())

async function agrees(line: string): Promise<void> {
  const [head, ...art] = fingerprintWithSshKeygen(directory, line).split('\n')
  expect(await fingerprint(blob(line))).toBe(head!.split(' ')[1])
  expect(`(${keyTitle(blob(line))})`).toBe(head!.split(' ').at(-1))
  expect(await randomart(blob(line))).toBe(art.join('\n'))
}

describe('fingerprint and randomart are those of ssh-keygen -lv', () => {
  test.each(KEY_TYPES)('%s', async (type) => agrees((await keyPair(type, 'host')).publicKey))
  test.each(KEY_TYPES)('%s certificate', async (type) => agrees(await certify(directory, type, 'ed25519', ['-h', '-n', 'a'])))
  test('many keys', async () => {
    for (let i = 0; i < 20; i++) await agrees(newKey(directory, `key-${i}`))
  })
})

test('a corner that is visited more often than there are symbols keeps the last one', () => {
  const art = drunkenBishop(new Uint8Array(64), ['[X]'], '[Y]')
  expect(art.split('\n')[0]).toBe('+-------[X]-------+')
  expect(art.split('\n')[1]).toBe('|E....            |')
  expect(drunkenBishop(new Uint8Array([...new Uint8Array(64), 0b1100_0000]), ['[X]'], '').split('\n')[1]).toBe('|^....            |')
})

test('a title that does not fit is left out', () => {
  expect(drunkenBishop(new Uint8Array(1), ['x'.repeat(17), '[SHORT]'], '').split('\n')[0]).toBe('+-----[SHORT]-----+')
})
