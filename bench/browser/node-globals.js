// The globals of Node that dev-tunnels-ssh expects of a bundler.
export { Buffer } from 'buffer'
export const process = { env: {}, nextTick: queueMicrotask.bind(globalThis) }
