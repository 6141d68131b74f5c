/// The gateway as a Cloudflare Worker, with a Durable Object for each session.
export { default, GatewaySession } from 'libssh2-wasm-gateway/worker'
