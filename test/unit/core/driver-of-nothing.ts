import { Driver } from '../../../src/core/driver.ts'
import { LIBSSH2_ERROR_EAGAIN as EAGAIN } from '../../../src/ffi/constants.gen.ts'

/** A driver of nothing, whose bytes the test counts. */
export function driverOfNothing() {
  const driven = { wire: { bytesRead: 0, flush: () => {} } }
  return { driver: new Driver(driven.wire, () => {}), driven }
}

/** A call that would block until it is let go. */
export function gate<T>(result: T) {
  const state = { open: false, calls: 0 }
  return { state, call: () => { state.calls += 1; return state.open ? result : EAGAIN } }
}

export const settled = () => new Promise<void>((resolve) => { setImmediate(resolve) })
