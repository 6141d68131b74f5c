/// The one table of ssh_config(5), for OpenSSH 10.
import type { Keyword, ValueOf } from '../spec.ts'
import { HOST_KEYWORDS } from './host.ts'
import { HOST_KEY_KEYWORDS } from './host-keys.ts'
import { KEY_KEYWORDS } from './keys.ts'
import { SESSION_KEYWORDS } from './session.ts'

/** Every keyword, under its name in camel case. */
export const KEYWORDS = { ...HOST_KEYWORDS, ...HOST_KEY_KEYWORDS, ...KEY_KEYWORDS, ...SESSION_KEYWORDS }

export type KeywordName = keyof typeof KEYWORDS

/** The value of each keyword. */
export type KeywordValues = { readonly [K in KeywordName]: ValueOf<(typeof KEYWORDS)[K]> }

/** Older names. */
const ALIASES: Readonly<Record<string, KeywordName>> = {
  challengeresponseauthentication: 'kbdInteractiveAuthentication', skeyauthentication: 'kbdInteractiveAuthentication', tisauthentication: 'kbdInteractiveAuthentication',
  dsaauthentication: 'pubkeyAuthentication', hostbasedkeytypes: 'hostbasedAcceptedAlgorithms', identityfile2: 'identityFile', keepalive: 'tcpKeepAlive',
  pubkeyacceptedkeytypes: 'pubkeyAcceptedAlgorithms', smartcarddevice: 'pkcs11Provider',
}

const NAMES: ReadonlyMap<string, KeywordName> = new Map([...Object.keys(KEYWORDS).map((name) => [name.toLowerCase(), name as KeywordName] as const), ...Object.entries(ALIASES)])

/** Old keywords that OpenSSH ignores. */
const FORGOTTEN = new Set(['cipher', 'fallbacktorsh', 'globalknownhostsfile2', 'protocol', 'rhostsauthentication', 'useprivilegedport', 'userknownhostsfile2', 'useroaming', 'usersh'])
/** Old keywords that OpenSSH passes over with a message. */
const UNSUPPORTED = new Set(['afstokenpassing', 'compressionlevel', 'kerberosauthentication', 'kerberostgtpassing', 'rhostsrsaauthentication', 'rsaauthentication'])

/** @param keyword in lower case */
export function findKeyword(keyword: string): KeywordName | 'forgotten' | 'unsupported' | undefined {
  return NAMES.get(keyword) ?? (FORGOTTEN.has(keyword) ? 'forgotten' : UNSUPPORTED.has(keyword) ? 'unsupported' : undefined)
}

/** The keyword of any name, without its value's type, for code that goes through all of them. */
export function keywordOf(name: KeywordName): Keyword<unknown> {
  return KEYWORDS[name] as unknown as Keyword<unknown>
}
