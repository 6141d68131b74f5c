/// The gateway as a Cloudflare Worker: what wrangler.toml names as `main`.
export { default, GatewaySession } from '../../packages/gateway/src/worker/worker.ts'
