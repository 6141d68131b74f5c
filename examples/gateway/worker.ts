/// The gateway as a Cloudflare Worker: the `main` of wrangler.toml.
export { default, GatewaySession } from '../../packages/gateway/src/worker/worker.ts'
