/// TCP on Node, Deno and Bun, for `connect({ host, port })`.
export { connectTcp } from '../node.ts'
