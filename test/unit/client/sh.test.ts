import { describe, expect, test } from 'vitest'
import { quoted, sh } from '../../../src/index.ts'

test('plain words stay as they are, others are quoted', () => {
  expect(sh`ls ${'/tmp/a-b_c.txt'} ${'a b'} ${'it\'s'} ${''}`).toBe('ls /tmp/a-b_c.txt \'a b\' \'it\'\\\'\'s\' \'\'')
})

test('an array is as many words, none where it is empty', () => {
  expect(sh`rm -- ${['a', 'b c', 3]} ${[]}`).toBe('rm -- a \'b c\' 3 ')
})

test('backslashes of the command are its own', () => {
  expect(sh`printf '\n\t' ${'\n'}`).toBe('printf \'\\n\\t\' \'\n\'')
})

describe('where it would not be safe it is refused', () => {
  const x = '$(id)'
  test.each<[string, () => string]>([
    ['double quotes', () => sh`echo "${x}"`],
    ['single quotes', () => sh`echo '${x}'`],
    ['behind a quoted word', () => sh`echo 'a' "b ${x}"`],
    ['behind a dollar', () => sh`echo $${x}`],
    ['quotes that an escaped one does not end', () => sh`echo "\" ${x}"`],
  ])('%s', (_, command) => {
    expect(command).toThrow(/inside quotes/)
  })

  test('beside quotes, and in a substitution inside of them, it is safe', () => {
    expect(sh`echo 'a'${x}"b" \' ${x}`).toBe('echo \'a\'\'$(id)\'"b" \\\' \'$(id)\'')
    expect(sh`echo "$(ls ${x})"`).toBe('echo "$(ls \'$(id)\')"')
  })
})

test.each([undefined, null, {}, true, Symbol('x'), [[]], Promise.resolve('x')])('%s is no word', (value) => {
  expect(() => sh`ls ${value as never}`).toThrow(TypeError)
})

test('a NUL is refused', () => {
  expect(() => quoted('a\0b')).toThrow(/NUL/)
})
