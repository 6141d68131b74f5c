import { text } from '../../errors/arguments.ts'
import { decodeText, encodeText } from '../../wire-format/bytes.ts'
import { WireReader } from '../../wire-format/reader.ts'
import { WireWriter } from '../../wire-format/writer.ts'

/** A question of the server; with `echo` the answer may be shown while it is typed. */
export interface Prompt {
  readonly text: string
  readonly echo: boolean
}

/** One round of keyboard-interactive authentication (RFC 4256 section 3.2). Its text comes from the server: escape control characters when you show it. */
export interface PromptRound {
  readonly name: string
  readonly instruction: string
  readonly prompts: readonly Prompt[]
}

/** Answers a round with one string for each prompt, at once or when the person has typed them. */
export type PromptFunction = (round: PromptRound) => readonly string[] | Promise<readonly string[]>

/** Reads a round as `wasm/glue-userauth.c` encodes it. */
export function decodeRound(encoded: Uint8Array): PromptRound {
  const reader = new WireReader(encoded)
  const name = decodeText(reader.string())
  const instruction = decodeText(reader.string())
  const prompts = Array.from({ length: reader.uint32() }, () => ({ text: decodeText(reader.string()), echo: reader.boolean() }))
  return { name, instruction, prompts }
}

/** The answers in order, each a string of RFC 4251. */
export function encodeAnswers(round: PromptRound, answers: readonly string[]): Uint8Array {
  if (!Array.isArray(answers)) throw new TypeError('the answers must be an array of strings')
  if (answers.length !== round.prompts.length) throw new TypeError(`${round.prompts.length} answers are needed, ${answers.length} were given`)
  const writer = new WireWriter()
  for (const answer of answers) writer.string(encodeText(text(answer, 'an answer'), 'an answer'))
  return writer.finish()
}
