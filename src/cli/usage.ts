export const USAGE = `usage: libssh2-wasm [ssh] [-46AaCfGgKkMNnqsTtVvXxYy] [-B interface] [-b address] [-c ciphers] [-D [address:]port]
         [-E log file] [-e escape character] [-F config file] [-i key file] [-J jump host,...] [-L address] [-l user] [-m macs]
         [-o Keyword=value] [-P tag] [-p port] [-Q what] [-R address] [-W host:port] [user@]host [command [argument ...]]
       libssh2-wasm exec [options] [user@]host command ...
       libssh2-wasm shell [options] [user@]host
       libssh2-wasm scp [-346BCOpqRrsTv] [-F config file] [-i key file] [-J jump host] [-l limit] [-o Keyword=value] [-P port] source ... target
       libssh2-wasm sftp [-46aCNpqrv] [-B size] [-b batch file] [-F config file] [-i key file] [-J jump host] [-l limit] [-o Keyword=value] [-P port] [-R requests] [-X sftp option] [user@]host[:path [local path]]
       libssh2-wasm get [-pr] [options] [user@]host:path [local path]
       libssh2-wasm put [-pr] [options] local path ... [user@]host:path
       libssh2-wasm each [--limit n] [--retries n] [--timeout seconds] [--json] [options] host ... -- command ...

Without a command: a shell. ~/.ssh/config, ~/.ssh/known_hosts and the agent are used as ssh does; ssh(1), scp(1) and sftp(1) say what the options do.`
