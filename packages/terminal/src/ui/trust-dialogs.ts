import type { Failure, NewHostKey } from '../session/messages.ts'
import { address } from '../session/address.ts'
import type { Dialogs } from './dialog.ts'
import { button, h } from './dom.ts'
import { visible } from './visible.ts'

/** For a host that is seen for the first time. */
export async function confirmNewHost(dialogs: Dialogs, { host, port, fingerprint, randomart }: NewHostKey): Promise<boolean> {
  const answer = await dialogs.ask('Is this the right server?', [
    h('p', {}, `This browser has not connected to `, h('strong', {}, address(host, port)), ' before. The server shows this key:'),
    h('code', { class: 'fingerprint' }, fingerprint),
    h('details', { open: true }, h('summary', {}, 'As a picture'), h('pre', { class: 'randomart', role: 'img', 'aria-label': 'Random art of the key; the fingerprint says the same in letters' }, randomart)),
    h('p', {}, 'Compare it with what the server’s administrator tells you, or with ', h('code', {}, 'ssh-keygen -lvf'), ' on the server. If you accept, it is remembered, and any other key is refused from then on. Nothing secret has been sent so far.'),
  ], [
    { label: 'Do not connect', value: () => false },
    { label: 'Accept and remember', value: () => true, kind: 'primary' },
  ])
  return answer === true
}

/** For a host whose key has changed. True if the user wants the old key removed. */
export async function warnChangedKey(dialogs: Dialogs, host: string, port: number, { expected = '', received = '' }: Failure): Promise<boolean> {
  const remove = button('', () => {}, { disabled: true })
  const checked = h('input', { type: 'checkbox', id: 'compared', onchange: () => { remove.disabled = !checked.checked } })
  const answer = await dialogs.ask('The server’s key has changed', [
    h('p', {}, h('strong', {}, address(host, port)), ' shows another key than before. ', h('strong', {}, 'Somebody may be between you and the server'), ' and read all that you type, your password too. Or the server was set up anew. The connection has been refused.'),
    h('dl', { class: 'keys' },
      h('dt', {}, 'Known until now'), h('dd', {}, h('code', { class: 'fingerprint' }, expected)),
      h('dt', {}, 'Shown now'), h('dd', {}, h('code', { class: 'fingerprint new' }, received))),
    h('label', { class: 'check', for: 'compared' }, checked, h('span', {}, 'I have asked the administrator, and the new fingerprint is the right one.')),
  ], [
    { label: 'Remove the old key', value: () => true, kind: 'danger', element: remove },
    { label: 'Stay away', value: () => false, kind: 'primary' },
  ], { tone: 'danger' })
  return answer === true
}

/** For a gateway that a link has named: whoever runs it sees to which server the connection goes. */
export function confirmGateway(dialogs: Dialogs, gateway: string): Promise<boolean> {
  return dialogs.confirm('Use this gateway?', [
    h('p', {}, 'The link that filled in this form names a gateway that was not used here before:'), h('code', { class: 'fingerprint' }, visible(gateway)),
    h('p', {}, 'It gets the token, and sees to which server you connect and how much you send, but nothing of what you type. Use it only if you know who runs it.'),
  ], 'Use it', { no: 'Do not connect' })
}
