import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { findKeyword, keywordOf, KEYWORDS, type KeywordName } from '../../../src/openssh/config/keywords/index.ts'
import { treeFile } from '../../support/foreign-tree.ts'

const MANUAL = treeFile('trixie', '/usr/share/man/man5/ssh_config.5.gz')
const PAGE = fileURLToPath(new URL('../../../docs/ssh-config.md', import.meta.url))
/** Not keywords with a value. */
const SECTIONS = ['host', 'match', 'include']

test.skipIf(!existsSync(MANUAL))('every keyword in the manual of OpenSSH 10 is in the table (needs the tree of Debian 13: scripts/install-peers.sh)', () => {
  const named = [...gunzipSync(readFileSync(MANUAL)).toString().matchAll(/^\.It Cm ([A-Z]\w+)/gm)].map(([, name]) => name!.toLowerCase()).filter((name) => !SECTIONS.includes(name))
  expect(named.length).toBeGreaterThan(100)
  expect(named.filter((name) => findKeyword(name) === undefined)).toEqual([])
})

const capital = (name: string) => `${name[0]!.toUpperCase()}${name.slice(1)}`

function row(name: KeywordName): string {
  const { use, refuse, warn } = keywordOf(name)
  const effect = use === true ? 'honoured' : refuse ? 'refused where it asks for more than nothing' : warn ? 'no effect: said aloud' : 'no effect: said with `-v`'
  return `| ${capital(name)} | ${effect} | ${use === true ? '' : use} |`
}

describe('docs/ssh-config.md', () => {
  test('is the table (KEYWORD_PAGE=write writes it)', () => {
    const names = (Object.keys(KEYWORDS) as KeywordName[]).sort((a, b) => a.toLowerCase() < b.toLowerCase() ? -1 : 1)
    const text = [
      '# Keywords of ssh_config(5)', '',
      'This table says what `libssh2-wasm` (the program), `openHost` and `hosts` do with each keyword of OpenSSH 10. A keyword that does not exist is an error, as in `ssh`; one that OpenSSH no longer supports is ignored, and `-v` says so.',
      '`test/cli/ssh-g` compares what `-G` prints with OpenSSH 9.2 and 10.0, over files that name every keyword.', '',
      'One thing differs from `ssh` on purpose: `StrictHostKeyChecking no` accepts new keys only, never changed ones.', '',
      '| keyword | | why |', '|---|---|---|', ...names.map(row), '',
    ].join('\n')
    if (process.env['KEYWORD_PAGE'] === 'write') writeFileSync(PAGE, text)
    expect(readFileSync(PAGE, 'utf8')).toBe(text)
  })
})
