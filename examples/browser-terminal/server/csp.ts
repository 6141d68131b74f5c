/**
 * The page's content security policy. The page's server must send it with every file: a worker has the policy of its own response.
 * `wasm-unsafe-eval` compiles libssh2.wasm; `ws:` and `wss:` allow any gateway, since its address is typed in. Name yours there to be
 * stricter.
 */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'self'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "connect-src 'self' ws: wss:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')
