/** Variables that tell programs that this terminal supports all colours, and the user's language in UTF-8; if the server refuses them, they are not requested again. */
export function environment(languages: readonly string[]): Record<string, string> {
  const [language = 'en-US'] = languages
  const { language: spoken, region } = new Intl.Locale(language).maximize()
  return { LANG: `${spoken}_${region ?? 'US'}.UTF-8`, COLORTERM: 'truecolor' }
}
