/** What tells programs that this terminal knows all colours, and speaks the person's language in UTF-8; servers that refuse it are not asked twice. */
export function environment(languages: readonly string[]): Record<string, string> {
  const [language = 'en-US'] = languages
  const { language: spoken, region } = new Intl.Locale(language).maximize()
  return { LANG: `${spoken}_${region ?? 'US'}.UTF-8`, COLORTERM: 'truecolor' }
}
