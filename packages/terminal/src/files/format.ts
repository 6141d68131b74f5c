const UNITS = ['B', 'kB', 'MB', 'GB', 'TB']

export function formatSize(bytes: number): string {
  const unit = Math.min(UNITS.length - 1, bytes < 1000 ? 0 : Math.floor(Math.log10(bytes) / 3))
  const value = bytes / 1000 ** unit
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit]}`
}

/** `42 s`, `3 min`, `2 h 5 min`. */
export function formatSeconds(seconds: number): string {
  if (seconds < 100) return `${Math.max(1, Math.round(seconds))} s`
  const minutes = Math.round(seconds / 60)
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

const whole = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' })
const thisYear = new Intl.DateTimeFormat(undefined, { month: 'short', day: 'numeric', hour: 'numeric', minute: '2-digit' })

/** Date and time of a file. @param time milliseconds since 1970 */
export function formatDate(time: number): string {
  return whole.format(time)
}

/** The same, for narrow places: as `ls` does, without the year if it is this one. */
export function formatRecent(time: number): string {
  return new Date(time).getFullYear() === new Date().getFullYear() ? thisYear.format(time) : whole.format(time)
}

/** Permissions as `ls` shows them: `rwxr-xr-x`. */
export function formatMode(mode: number): string {
  return [6, 3, 0].map((shift) => ['r', 'w', 'x'].map((letter, bit) => (mode >> shift) & (4 >> bit) ? letter : '-').join('')).join('')
}
