/** Variables that tell programs that this terminal supports all colours, and the user's language in UTF-8; if the server refuses them, they are not requested again. */
export function environment(languages: readonly string[]): Record<string, string> {
  return { LANG: `${languages.map(localeOf).find((locale) => locale !== undefined) ?? 'en_US'}.UTF-8`, COLORTERM: 'truecolor' }
}

/** `de_AT` for `de-AT`. `undefined` for what is no language tag: WebKit says `C` where the system has no language, and a page may write anything into `lang`. */
function localeOf(tag: string): string | undefined {
  try {
    const { language, region } = new Intl.Locale(tag.replaceAll('_', '-')).maximize()
    return region && language !== 'und' ? `${language}_${region}` : undefined
  } catch {
    return undefined
  }
}
