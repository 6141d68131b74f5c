import type { PromptRound } from '../session/messages.ts'
import type { Dialogs } from './dialog.ts'
import { field, h } from './dom.ts'
import { visible } from './visible.ts'

/** A password; `null` if the user declines. */
export function askPassword(dialogs: Dialogs, who: string, again: boolean): Promise<string | null> {
  const input = h('input', { type: 'password', autocomplete: 'current-password', autofocus: true })
  return dialogs.ask('Password', [
    ...again ? [h('p', { class: 'wrong', role: 'alert' }, 'That was not accepted. Please try again.')] : [],
    field(`Password of ${who}`, input),
  ], [{ label: 'Cancel', value: () => null }, { label: 'Log in', value: () => input.value, kind: 'primary' }])
}

/** The passphrase of a key file. */
export function askPassphrase(dialogs: Dialogs, file: string, again: boolean): Promise<string | null> {
  const input = h('input', { type: 'password', autocomplete: 'off', autofocus: true })
  return dialogs.ask('The key is locked', [
    ...again ? [h('p', { class: 'wrong', role: 'alert' }, 'That was not the passphrase. Please try again.')] : [],
    field(`Passphrase of ${visible(file)}`, input, 'It unlocks the file here and is not kept.'),
  ], [{ label: 'Cancel', value: () => null }, { label: 'Unlock', value: () => input.value, kind: 'primary' }])
}

/** The gateway's token. */
export function askToken(dialogs: Dialogs, refused: boolean): Promise<string | null> {
  const input = h('input', { type: 'password', autocomplete: 'off', autofocus: true })
  return dialogs.ask('Token of the gateway', [
    ...refused ? [h('p', { class: 'wrong', role: 'alert' }, 'The gateway did not accept that token.')] : [],
    field('Token', input, 'Tokens are not stored. Leave this empty if the gateway needs none.'),
  ], [{ label: 'Cancel', value: () => null }, { label: 'Go on', value: () => input.value, kind: 'primary' }])
}

/** The server's prompts (RFC 4256): typed answers are visible only if the server says so. */
export function answerPrompts(dialogs: Dialogs, who: string, { name, instruction, prompts }: PromptRound): Promise<readonly string[] | null> {
  const inputs = prompts.map(({ echo }, index) => h('input', { type: echo ? 'text' : 'password', autocomplete: echo ? 'one-time-code' : 'off', autofocus: index === 0 }))
  // The page says who asks: in its own words the server could pretend to be another one, or the page.
  return dialogs.ask<readonly string[] | null>('The server asks', [
    h('p', {}, `To log in ${who}, the server wants to know:`),
    ...[name, instruction].map(visible).filter((text) => text !== '').map((text) => h('p', { class: 'said' }, text)),
    ...prompts.map(({ text }, index) => field(visible(text).replace(/:\s*$/, ''), inputs[index] as HTMLInputElement)),
  ], [{ label: 'Cancel', value: () => null }, { label: 'Answer', value: () => inputs.map(({ value }) => value), kind: 'primary' }])
}
