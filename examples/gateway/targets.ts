/// Which targets the gateway may be asked for.
export * from '../../packages/gateway/src/policy/targets.ts'
