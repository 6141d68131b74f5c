/// TCP of Cloudflare Workers, for `connect({ host, port })`.
export { connectTcp } from '../cloudflare.ts'
export { connectAgent } from './no-agent.ts'
