// Plays a recording (asciicast, version 2) into a terminal.

/** Pauses are not shown longer than this, in seconds. */
const LONGEST_PAUSE = 1

/** @typedef {{ size: { cols: number, rows: number }, events: readonly (readonly [seconds: number, text: string])[] }} Recording */

/** @param {string} text @returns {Recording} */
export function parseRecording(text) {
  const [header, ...lines] = text.trim().split('\n').map(line => JSON.parse(line))
  let before = 0
  let at = 0
  const events = lines.filter(([, kind]) => kind === 'o').map(([seconds, , output]) => {
    at += Math.min(seconds - before, LONGEST_PAUSE)
    before = seconds
    return /** @type {const} */ ([at, output])
  })
  return { size: { cols: header.width, rows: header.height }, events }
}

/** @param {Recording} recording @param {{ reset(): void, write(text: string): void }} terminal @param {() => void} ended */
export function makePlayer({ events }, terminal, ended) {
  let next = 0
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer
  const pause = () => {
    clearTimeout(timer)
    timer = undefined
  }
  const step = () => {
    const event = events[next++]
    if (!event) return
    terminal.write(event[1])
    const following = events[next]
    timer = following && setTimeout(step, (following[0] - event[0]) * 1000)
    if (!following) ended()
  }
  return {
    /** From where it was paused; from the start after the end. */
    play() {
      if (next >= events.length) {
        terminal.reset()
        next = 0
      }
      step()
    },
    pause,
    /** The last screen at once. */
    finish() {
      pause()
      for (; next < events.length; next++) terminal.write(events[next]?.[1] ?? '')
      ended()
    },
  }
}
