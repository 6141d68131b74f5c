import type { ITheme } from '@xterm/xterm'

/** All text colours have a contrast of at least 4.5 on the background; `minimumContrastRatio` corrects the colours that programs mix themselves. */
const DARK: ITheme = {
  background: '#0f141b', foreground: '#e3e9f0', cursor: '#7cc7ff', cursorAccent: '#0f141b', selectionBackground: '#2f5d8a',
  black: '#000000', red: '#ff8080', green: '#7ddb8f', yellow: '#f2cc60', blue: '#7cb7ff', magenta: '#d6a0ff', cyan: '#63d8e0', white: '#d5dde6',
  brightBlack: '#8a97a5', brightRed: '#ffa3a3', brightGreen: '#a0ecae', brightYellow: '#ffe08a', brightBlue: '#a6d0ff', brightMagenta: '#e6c3ff', brightCyan: '#97ebf0', brightWhite: '#ffffff',
}

const LIGHT: ITheme = {
  background: '#ffffff', foreground: '#1c2430', cursor: '#0b62c4', cursorAccent: '#ffffff', selectionBackground: '#b9d7f7',
  black: '#000000', red: '#b3261e', green: '#1a6b30', yellow: '#7a5600', blue: '#0b57b0', magenta: '#8126a8', cyan: '#05656e', white: '#4c5866',
  brightBlack: '#5b6673', brightRed: '#b3261e', brightGreen: '#1a6b30', brightYellow: '#7a5600', brightBlue: '#0b57b0', brightMagenta: '#8126a8', brightCyan: '#05656e', brightWhite: '#1c2430',
}

/** The theme, with the colours that the page has set on the element. */
export function themeOf(dark: boolean, host: HTMLElement): ITheme {
  const style = getComputedStyle(host)
  const own = (name: string) => style.getPropertyValue(`--ssh-terminal-${name}`).trim()
  const [background, foreground] = [own('background'), own('foreground')]
  return { ...dark ? DARK : LIGHT, ...background !== '' && { background }, ...foreground !== '' && { foreground } }
}
