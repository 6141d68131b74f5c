'use strict'
throw new Error("ssh2/lib/protocol/Protocol.js is not in ssh2-wasm: the SSH protocol itself is libssh2's. What connect(), exec(), sftp() and forwardOut() do not give, Session of libssh2-wasm/bindings does")
