import type { EditedFile, FileEntry, HolderApi } from '../session/messages.ts'
import { RemoteError } from '../session/rpc.ts'
import type { Dialogs } from '../ui/dialog.ts'
import { h } from '../ui/dom.ts'
import { visible } from '../ui/visible.ts'

type Choice = 'save' | null

/** Edits a text file of the server. What somebody else has changed meanwhile is not overwritten without a question. */
export async function edit(api: HolderApi, dialogs: Dialogs, explain: (error: unknown) => string, { path, name }: FileEntry): Promise<boolean> {
  const known: EditedFile = await api.readText(path)
  const area = h('textarea', { class: 'editor', value: known.text, spellcheck: false, autocapitalize: 'none', autofocus: true, 'aria-label': `Text of ${visible(name)}` })
  let note = '', changed = false
  for (;;) {
    const choice = await dialogs.ask<Choice>(visible(name), [area, ...note === '' ? [] : [h('p', { class: 'wrong', role: 'alert' }, note)]], [
      { label: 'Close', value: () => null }, { label: changed ? 'Save all the same' : 'Save', value: () => 'save', kind: 'primary' },
    ], { wide: true })
    if (choice === null) {
      if (area.value === known.text || await dialogs.confirm('Leave without saving?', [h('p', {}, 'What you have changed in this text is lost.')], 'Leave', { danger: true, no: 'Go on editing' })) return false
      continue
    }
    try {
      await api.saveText(path, area.value, changed ? null : known)
      return true
    } catch (error) {
      // Whatever the reason: the text is here alone, and is not thrown away.
      const meanwhile = error instanceof RemoteError && error.failure.code === 'CHANGED_MEANWHILE'
      changed ||= meanwhile
      note = meanwhile ? 'Somebody else has changed the file on the server since you opened it. Saving replaces their text with yours.' : `It is not saved. ${explain(error)}`
    }
  }
}
