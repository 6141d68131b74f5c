const WIDTH = 17
const HEIGHT = 9
/** The symbols for the number of visits to a square; the last two mark the start and the end of the walk. */
const SYMBOLS = ' .o+=*BOX@%&#/^SE'
const MOST_VISITS = SYMBOLS.length - 3

/**
 * Draws a hash as OpenSSH does: a bishop starts in the middle and walks one diagonal step for each two bits, low bits first, sliding along the walls.
 * The first of `titles` that fits goes above the picture, and `footer` below it.
 */
export function drunkenBishop(hash: Uint8Array, titles: readonly string[], footer: string): string {
  const visits = new Uint8Array(WIDTH * HEIGHT)
  const start = square(WIDTH >> 1, HEIGHT >> 1)
  let x = WIDTH >> 1, y = HEIGHT >> 1
  for (const byte of hash) {
    for (let shift = 0; shift < 8; shift += 2) {
      x = Math.min(Math.max(x + (byte >> shift & 1 ? 1 : -1), 0), WIDTH - 1)
      y = Math.min(Math.max(y + (byte >> shift & 2 ? 1 : -1), 0), HEIGHT - 1)
      if (visits[square(x, y)]! < MOST_VISITS) visits[square(x, y)]!++
    }
  }
  visits[start] = SYMBOLS.length - 2
  visits[square(x, y)] = SYMBOLS.length - 1
  const rows = Array.from({ length: HEIGHT }, (_, row) => [...visits.subarray(row * WIDTH, (row + 1) * WIDTH)].map((count) => SYMBOLS[count]).join(''))
  return [border(titles.find((title) => title.length < WIDTH) ?? ''), ...rows.map((row) => `|${row}|`), border(footer)].join('\n')
}

function square(x: number, y: number): number {
  return y * WIDTH + x
}

function border(label: string): string {
  const before = (WIDTH - label.length) >> 1
  return `+${(label.padStart(label.length + before, '-')).padEnd(WIDTH, '-')}+`
}
