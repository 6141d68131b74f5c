/** In Chromium, and not in TypeScript's library: https://wicg.github.io/keyboard-lock/ */
interface Keyboard {
  lock?(codes: readonly string[]): Promise<void>
}

/** Keys that browsers keep for themselves, and shells need. */
const KEYS = ['KeyW', 'KeyT', 'KeyN', 'Escape']

/** Shows an element on the whole screen, or no longer. Escape then goes to the server; holding it leaves. */
export async function toggleFullScreen(element: Element): Promise<void> {
  if (document.fullscreenElement) return document.exitFullscreen()
  await element.requestFullscreen()
  await (navigator as { readonly keyboard?: Keyboard }).keyboard?.lock?.(KEYS).catch(() => {})
}
