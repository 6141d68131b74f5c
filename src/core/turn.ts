/** Calls back after the other work of the event loop: input, timers, painting. A microtask would come before them. */
export function inAnotherTurn(callback: () => void): void {
  if (typeof setImmediate === 'function') setImmediate(callback)
  else if (typeof MessageChannel === 'function') viaMessage(callback)
  else setTimeout(callback)
}

/** Timers wait 4 ms in browsers, and a second in hidden pages. */
function viaMessage(callback: () => void): void {
  const { port1, port2 } = new MessageChannel()
  port1.onmessage = () => {
    port1.close()
    callback()
  }
  port2.postMessage(0)
}
