/// Metrics in the text format of Prometheus, version 0.0.4.

/** Seconds. */
const BUCKETS = [0.005, 0.02, 0.1, 0.5, 2, 10, 60, 300, 900]

class Histogram {
  readonly #counts = BUCKETS.map(() => 0)
  #sum = 0
  #count = 0

  observe(seconds: number): void {
    this.#sum += seconds
    this.#count++
    for (const [at, bound] of BUCKETS.entries()) if (seconds <= bound) this.#counts[at] = (this.#counts[at] as number) + 1
  }

  lines(name: string): string[] {
    return [...BUCKETS.map((bound, at) => `${name}_bucket{le="${bound}"} ${this.#counts[at]}`), `${name}_bucket{le="+Inf"} ${this.#count}`, `${name}_sum ${this.#sum}`, `${name}_count ${this.#count}`]
  }
}

/** Values that are counted as events happen. */
export class Metrics {
  opened = 0
  resumed = 0
  lost = 0
  endedWhileDetached = 0
  readonly bytes = { up: 0, down: 0 }
  readonly refused = new Map<number, number>()
  readonly dial = new Histogram()
  readonly detached = new Histogram()

  refuse(code: number): void {
    this.refused.set(code, (this.refused.get(code) ?? 0) + 1)
  }

  /** @param now values that are measured on request */
  text(now: { readonly attached: number, readonly detached: number, readonly kept: number, readonly budgetUsed: number, readonly budget: number, readonly strangers: number, readonly strangersCut: number, readonly lag: number }): string {
    const lines: string[] = []
    const metric = (name: string, type: 'gauge' | 'counter' | 'histogram', help: string, values: readonly string[]) => lines.push(`# HELP ssh_gateway_${name} ${help}`, `# TYPE ssh_gateway_${name} ${type}`, ...values)
    const one = (name: string, type: 'gauge' | 'counter', help: string, value: number) => metric(name, type, help, [`ssh_gateway_${name} ${value}`])
    metric('sessions', 'gauge', 'Sessions, with a client or detached.', [`ssh_gateway_sessions{state="attached"} ${now.attached}`, `ssh_gateway_sessions{state="detached"} ${now.detached}`])
    one('opened_total', 'counter', 'Sessions that were opened.', this.opened)
    metric('refused_total', 'counter', 'Requests that were refused, by close code.', [...this.refused].map(([code, count]) => `ssh_gateway_refused_total{code="${code}"} ${count}`))
    one('resumed_total', 'counter', 'Times that a client resumed its session.', this.resumed)
    one('lost_total', 'counter', 'Sessions that no client resumed in time.', this.lost)
    one('ended_while_detached_total', 'counter', 'Sessions whose target ended while no client was attached.', this.endedWhileDetached)
    metric('bytes_total', 'counter', 'Bytes from clients (up) and from targets (down).', [`ssh_gateway_bytes_total{direction="up"} ${this.bytes.up}`, `ssh_gateway_bytes_total{direction="down"} ${this.bytes.down}`])
    one('kept_bytes', 'gauge', 'Bytes that wait for an acknowledgement.', now.kept)
    one('budget_used_bytes', 'gauge', 'Bytes of the budget that are reserved.', now.budgetUsed)
    one('budget_bytes', 'gauge', 'Bytes that all sessions together may hold.', now.budget)
    one('strangers', 'gauge', 'Sockets that are not admitted yet.', now.strangers)
    one('strangers_cut_total', 'counter', 'Sockets that were closed because there were too many.', now.strangersCut)
    one('event_loop_lag_seconds', 'gauge', 'How late the event loop was at the latest check.', now.lag)
    metric('dial_seconds', 'histogram', 'Time to connect to a target.', this.dial.lines('ssh_gateway_dial_seconds'))
    metric('detached_seconds', 'histogram', 'Time without a client, of sessions that were resumed.', this.detached.lines('ssh_gateway_detached_seconds'))
    return `${lines.join('\n')}\n`
  }
}
