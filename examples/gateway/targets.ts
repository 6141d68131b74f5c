/// The targets that the gateway allows.
export * from '../../packages/gateway/src/policy/targets.ts'
