/// IP addresses as the gateway understands them.
export * from '../../packages/gateway/src/policy/address.ts'
