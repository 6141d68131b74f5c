import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Dialogs } from '../../../packages/terminal/src/ui/dialog.ts'
import { answerPrompts } from '../../../packages/terminal/src/ui/prompt-dialogs.ts'
import { type Element, ownDocument } from './dom.ts'

beforeEach(() => { vi.stubGlobal('document', ownDocument) })
afterEach(() => { vi.unstubAllGlobals() })

/** The title and the paragraphs of a round of the server's prompts. */
async function shown(name: string, instruction: string): Promise<readonly string[]> {
  const seen: string[] = []
  const dialogs = { ask: (title: string, body: readonly Element[]) => {
    seen.push(title, ...body.map(({ text }) => text))
    return Promise.resolve(null)
  } } as unknown as Dialogs
  await answerPrompts(dialogs, 'ada@jump.example', { name, instruction, prompts: [{ text: "root@vault's pass\u{202e}word: ", echo: false }] })
  return seen
}

// The title and the sentence above the fields were the server's own words, where it had any: it could be another server, or the page.
test('prompts of a server say who asks, whatever its own words are', async () => {
  const WHO = 'To log in ada@jump.example, the server wants to know:'
  expect(await shown('', '')).toEqual(['The server asks', WHO, "root@vault's password"])
  expect(await shown('The key is locked', 'Passphrase of id_ed25519')).toEqual(['The server asks', WHO, 'The key is locked', 'Passphrase of id_ed25519', "root@vault's password"])
})
