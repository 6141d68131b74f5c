import type { HolderApi, SavedKey } from '../session/messages.ts'
import type { Dialogs } from './dialog.ts'
import { field, h } from './dom.ts'
import { makePasskey, passkeysPossible, serverLines } from './passkey-dialogs.ts'
import { visible } from './visible.ts'

const NEW = 'new', PASSKEY = 'passkey'
/** Days that a key may be good for. */
const TERMS: readonly (readonly [days: string, what: string])[] = [['', 'until it is removed'], ['30', 'for 30 days'], ['90', 'for 90 days'], ['365', 'for a year']]

/** Makes a key in this browser, or uses an existing one, and puts it on the server, so that the next login needs no password. */
export async function installKeyDialog(api: HolderApi, dialogs: Dialogs, who: string, explain: (error: unknown) => string): Promise<SavedKey | null> {
  const keys = await api.savedKeys()
  const select = h('select', {}, h('option', { value: NEW }, 'A new key, made in this browser'), ...passkeysPossible() ? [h('option', { value: PASSKEY }, 'A new passkey, which asks each time')] : [],
    ...keys.map(({ id, comment }) => h('option', { value: id }, `${visible(comment)} · ${id.slice(0, 15)}…`)))
  const term = h('select', {}, ...TERMS.map(([value, what]) => h('option', { value }, what)))
  const chosen = await dialogs.ask('Log in with a key from now on', [
    h('p', {}, 'The key’s public half is written into ', h('code', {}, '~/.ssh/authorized_keys'), ` of ${who}. The private half stays in this browser and can be read by no script.`),
    field('Key', select), field('The server takes it', term),
  ], [{ label: 'Cancel', value: () => null }, { label: 'Put it on the server', value: () => select.value, kind: 'primary' }])
  if (chosen === null) return null
  let key: SavedKey | undefined
  try {
    const comment = `${who} in this browser, ${new Date().toISOString().slice(0, 10)}`
    if (chosen === PASSKEY) {
      const made = await makePasskey(comment)
      if (!made) return null
      key = await api.addPasskey(made)
    } else key = chosen === NEW ? await api.createKey(comment) : keys.find(({ id }) => id === chosen) as SavedKey
    const added = await api.installKey(key.id, term.value === '' ? null : Number(term.value))
    await dialogs.ask('The key works', [
      h('p', {}, `${added ? 'It was added' : 'It was there already'}, and a second connection has logged in with it.`), ...serverLines(key),
    ], [{ label: 'Done', value: () => true, kind: 'primary' }])
    return key
  } catch (error) {
    await dialogs.ask('The key does not work yet', [h('p', {}, explain(error)), ...key ? serverLines(key) : []], [{ label: 'Close', value: () => true, kind: 'primary' }], { tone: 'danger' })
    return null
  }
}
