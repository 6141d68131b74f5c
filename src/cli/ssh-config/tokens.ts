import { ConfigLineError } from './line.ts'

/** What tokens and `~` stand for on this machine. */
export interface LocalUser {
  readonly name: string
  readonly uid: number
  readonly home: string
  readonly hostName: string
  readonly environment: Readonly<Record<string, string | undefined>>
}

/** Values by the letter that follows `%` (ssh_config(5), TOKENS). */
export type Tokens = Readonly<Record<string, string>>

export function expandTokens(text: string, tokens: Tokens): string {
  return text.replaceAll(/%(.?)/gs, (token, letter: string) => {
    if (letter === '%') return '%'
    if (!Object.hasOwn(tokens, letter)) throw new ConfigLineError(`the token ${token} is not known here`)
    return tokens[letter]!
  })
}

/** Expands `${NAME}`. */
export function expandEnvironment(text: string, { environment }: LocalUser): string {
  return text.replaceAll(/\$\{([^}]*)\}/g, (_, name: string) => {
    const value = environment[name]
    if (value === undefined) throw new ConfigLineError(`the environment has no ${name}`)
    return value
  })
}

/** Expands `~` and `~/…`. Other users' homes are not looked up. */
export function expandHome(path: string, { home }: LocalUser): string {
  if (path === '~' || path.startsWith('~/')) return home + path.slice(1)
  if (path.startsWith('~')) throw new ConfigLineError('the home of another user is not supported')
  return path
}

/** All three, for file names. */
export function expandPath(path: string, local: LocalUser, tokens: Tokens): string {
  return expandEnvironment(expandTokens(expandHome(path, local), tokens), local)
}
