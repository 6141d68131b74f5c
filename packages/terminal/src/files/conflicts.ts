import type { Existing } from '../session/messages.ts'
import type { Dialogs } from '../ui/dialog.ts'
import { h } from '../ui/dom.ts'
import { visible } from '../ui/visible.ts'
import { formatDate, formatSize } from './format.ts'

export type Decision = 'replace' | 'both' | 'skip' | 'go-on'

/** Asks what to do with a file whose name exists, or which was partly uploaded. `all`: the same for the following ones. `null`: stop here. */
export async function askConflict(dialogs: Dialogs, file: File, existing: Existing, more: number): Promise<{ decision: Decision, all: boolean } | null> {
  const forAll = h('input', { type: 'checkbox', id: 'for-all' })
  const unfinished = existing.unfinished > 0 && existing.unfinished < file.size
  const there = existing.size > 0 || existing.modified > 0
  const decide = (decision: Decision) => () => ({ decision, all: forAll.checked })
  return dialogs.ask<{ decision: Decision, all: boolean }>(there ? 'A file of this name is there' : 'A part of this file is there', [
    h('dl', { class: 'facts' },
      ...there ? [h('dt', {}, 'On the server'), h('dd', {}, `${visible(file.name)}, ${formatSize(existing.size)}, ${formatDate(existing.modified)}`)] : [],
      h('dt', {}, 'To be uploaded'), h('dd', {}, `${visible(file.name)}, ${formatSize(file.size)}, ${formatDate(file.lastModified)}`)),
    ...unfinished ? [h('p', {}, `${formatSize(existing.unfinished)} of an unfinished upload lie beside it. Going on compares their end with this file first.`)] : [],
    h('p', {}, 'Until all of it has arrived, what is on the server stays as it is.'),
    ...more > 0 ? [h('label', { class: 'check', for: 'for-all' }, forAll, h('span', {}, `The same for the ${more} that follow`))] : [],
  ], [
    { label: 'Skip', value: decide('skip') },
    ...there ? [{ label: 'Keep both', value: decide('both') }] : [],
    ...unfinished ? [{ label: 'Go on where it stopped', value: decide('go-on') }] : [],
    { label: there ? 'Replace' : 'Begin anew', value: decide('replace'), kind: 'primary' as const },
  ])
}

/** `name (2).ext`, or the first free number. */
export async function freeName(path: string, taken: (path: string) => Promise<boolean>): Promise<string> {
  const [, folder = '', stem = '', extension = ''] = /^(.*\/)?(.+?)(\.[^./]*)?$/.exec(path) ?? []
  for (let number = 2; ; number++) {
    const other = `${folder}${stem} (${number})${extension}`
    if (!await taken(other)) return other
  }
}
