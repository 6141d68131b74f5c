/** Limits for one client, one user and all of them together. Times are in milliseconds. */
export interface GatewayLimits {
  /** Sessions at once, in total. */
  readonly sessions: number
  /** Sessions at once of one user, including detached ones. */
  readonly sessionsPerUser: number
  /** Sessions at once of one client group: an IPv4 address, or a /64 of IPv6. */
  readonly sessionsPerClient: number
  /** Connections to targets that may be opening at once. */
  readonly dials: number
  /** Time to resolve a name and connect. */
  readonly connectMs: number
  /** Time for `authorize`. */
  readonly authorizeMs: number
  /** Time for a request's headers. */
  readonly headersMs: number
  /** Time without a byte in either direction. By default 15 minutes for clients whose loss nobody can detect (`binary`, `ssh`), otherwise no limit. */
  readonly idleMs?: number | undefined
  /** How long a session may last if its ticket does not say. */
  readonly lifeMs: number
  /** Bytes of one message from a client without frames. */
  readonly messageBytes: number
  /** Bytes that may wait in each direction for a client without frames. */
  readonly bufferBytes: number
  /** Sockets that have not been admitted, in total and from one client group. */
  readonly strangers: number
  readonly strangersPerClient: number
  /** Refusals of one client group per second that are answered; the rest are dropped. */
  readonly refusalsPerSecond: number
  /** Attempts of one client group per minute to resume without a valid session or secret. */
  readonly wrongResumesPerMinute: number
}

export const DEFAULT_LIMITS: GatewayLimits = {
  sessions: 200, sessionsPerUser: 20, sessionsPerClient: 40, dials: 64, connectMs: 10_000, authorizeMs: 5000, headersMs: 5000, lifeMs: 12 * 3600_000,
  messageBytes: 1 << 20, bufferBytes: 1 << 20, strangers: 256, strangersPerClient: 16, refusalsPerSecond: 5, wrongResumesPerMinute: 10,
}

export interface ResumeLimits {
  /** How long a session without a client is kept; at most a day. 0: none is kept. */
  readonly seconds: number
  /** Unacknowledged bytes in each direction. */
  readonly window: number
  /** Bytes that all sessions together may hold. */
  readonly budget: number
  /** Whether a client that resumes must be authorized again. */
  readonly reauthorize: boolean
}

export const DEFAULT_RESUME: ResumeLimits = { seconds: 900, window: 4 << 20, budget: 256 << 20, reauthorize: false }
/** Seconds. */
const LONGEST_RESUME = 86_400

/** @throws TypeError for an invalid limit. */
export function checkedLimits(limits: Partial<GatewayLimits> | undefined): GatewayLimits {
  return checked({ ...DEFAULT_LIMITS, ...withoutUndefined(limits) }, 'limits', [...Object.keys(DEFAULT_LIMITS), 'idleMs'])
}

/** @throws TypeError for an invalid limit. */
export function checkedResume(resume: Partial<ResumeLimits> | false | undefined): ResumeLimits {
  const merged = { ...DEFAULT_RESUME, ...withoutUndefined(resume === false ? { seconds: 0 } : resume) }
  const { reauthorize, ...counts } = merged
  if (typeof reauthorize !== 'boolean') throw new TypeError('resume.reauthorize must be true or false')
  checked(counts, 'resume', ['seconds', 'window', 'budget'])
  if (merged.seconds > LONGEST_RESUME) throw new TypeError(`resume.seconds must be at most ${LONGEST_RESUME}`)
  if (merged.window < 64 << 10) throw new TypeError('resume.window must be at least 65536 bytes')
  if (merged.budget < RESERVE) throw new TypeError(`resume.budget must be at least ${RESERVE} bytes, what one session reserves`)
  return merged
}

/** Bytes of the budget that each session has for itself. */
export const RESERVE = 256 << 10

function checked<T extends object>(limits: T, where: string, names: readonly string[]): T {
  for (const [name, value] of Object.entries(limits)) {
    if (!names.includes(name)) throw new TypeError(`there is no ${where}.${name}`)
    if (value !== undefined && !(Number.isFinite(value) && (value as number) >= 0)) throw new TypeError(`${where}.${name} must be a number, 0 or more`)
  }
  return limits
}

function withoutUndefined<T extends object>(values: T | undefined): Partial<T> {
  return Object.fromEntries(Object.entries(values ?? {}).filter(([, value]) => value !== undefined)) as Partial<T>
}
