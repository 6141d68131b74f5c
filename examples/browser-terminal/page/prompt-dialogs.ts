import type { PromptRound } from '../messages.ts'
import { ask } from './dialog.ts'
import { field, h } from './dom.ts'

/** A password; `null` if the person does not want to. */
export function askPassword(who: string, again: boolean): Promise<string | null> {
  const input = h('input', { type: 'password', autocomplete: 'current-password', autofocus: true })
  return ask('Password', [
    ...again ? [h('p', { class: 'wrong', role: 'alert' }, 'That was not accepted. Please try again.')] : [],
    field(`Password of ${who}`, input),
  ], [{ label: 'Cancel', value: () => null }, { label: 'Log in', value: () => input.value, kind: 'primary' }])
}

/** The passphrase of a key file. */
export function askPassphrase(file: string, again: boolean): Promise<string | null> {
  const input = h('input', { type: 'password', autocomplete: 'off', autofocus: true })
  return ask('The key is locked', [
    ...again ? [h('p', { class: 'wrong', role: 'alert' }, 'That was not the passphrase. Please try again.')] : [],
    field(`Passphrase of ${visible(file)}`, input, 'It unlocks the file here and is not kept.'),
  ], [{ label: 'Cancel', value: () => null }, { label: 'Unlock', value: () => input.value, kind: 'primary' }])
}

/** What the server asks (RFC 4256): answers are shown while they are typed only where it says so. */
export function answerPrompts(who: string, { name, instruction, prompts }: PromptRound): Promise<readonly string[] | null> {
  const inputs = prompts.map(({ echo }, index) => h('input', { type: echo ? 'text' : 'password', autocomplete: echo ? 'one-time-code' : 'off', autofocus: index === 0 }))
  return ask<readonly string[] | null>(visible(name) || 'The server asks', [
    h('p', {}, visible(instruction) || `To log in ${who}, the server wants to know:`),
    ...prompts.map(({ text }, index) => field(visible(text).replace(/:\s*$/, ''), inputs[index]!)),
  ], [{ label: 'Cancel', value: () => null }, { label: 'Answer', value: () => inputs.map(({ value }) => value), kind: 'primary' }])
}

/** Text of the server in this page: control and direction characters would let it look like something else. */
export function visible(text: string): string {
  return text.replace(/[\0-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '')
}
