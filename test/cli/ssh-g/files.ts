/// Configuration files of our own writing, which `ssh -G` and the program read alike. Between them they name every keyword of the table.

export interface ConfigCase {
  readonly name: string
  readonly text: string
  /** `h` alone by default. */
  readonly hosts?: readonly string[]
  /** Words before the host on the command line. */
  readonly args?: readonly string[]
  /** The first version of OpenSSH that reads the file so. */
  readonly since?: number
}

const variable = (name: string) => ['$', '{', name, '}'].join('')

/** A file of many lines, one for each keyword and value. */
const lines = (...all: readonly string[]) => `${all.join('\n')}\n`

const of = (keyword: string, ...values: readonly string[]): ConfigCase[] => values.map((value) => ({ name: `${keyword} ${value}`, text: `${keyword} ${value}\n` }))

export const CONFIG_CASES: readonly ConfigCase[] = [
  { name: 'an empty file', text: '' },
  { name: 'comments and blank lines', text: '# one\n\n   # two\n\t\nPort 7 # three\n' },
  { name: 'lines that end with CR LF', text: 'Host h\r\n  Port 7\r\n  User windows\r\n  IdentityFile ~/.ssh/x\r\n' },
  { name: 'a last line without its end', text: 'User last' },
  { name: 'tabs, equals signs and capitals', text: lines('\tPORT\t=\t7', 'user=me', 'HostName = real.example', '"Compression" yes') },
  { name: 'the first value counts', text: lines('Host a', 'Port 1', 'Host *', 'Port 2', 'Port 3', 'User x'), hosts: ['a', 'b'] },
  { name: 'a work laptop', text: lines('Host *.corp.example corp', '  User alice', '  ProxyJump bastion.corp.example', '  IdentityFile ~/.ssh/id_work', '  IdentitiesOnly yes', 'Host bastion.corp.example', '  ProxyJump none', '  Port 2222', 'Host *', '  ServerAliveInterval 30', '  ServerAliveCountMax 4', '  AddKeysToAgent yes', '  HashKnownHosts yes'), hosts: ['db.corp.example', 'bastion.corp.example', 'corp', 'elsewhere.example'] },
  { name: 'two accounts of one forge', text: lines('Host github-work', '  HostName github.example', '  User git', '  IdentityFile ~/.ssh/work', '  IdentitiesOnly yes', 'Host github.example', '  User git', '  IdentityFile ~/.ssh/home'), hosts: ['github-work', 'github.example'] },
  { name: 'old devices', text: lines('Host router', '  KexAlgorithms +diffie-hellman-group1-sha1,diffie-hellman-group14-sha1', '  HostKeyAlgorithms +ssh-rsa', '  PubkeyAcceptedAlgorithms +ssh-rsa', '  Ciphers +aes128-cbc,3des-cbc', '  MACs +hmac-sha1'), hosts: ['router', 'h'] },
  { name: 'a password manager\'s agent', text: lines('Host *', '  IdentityAgent "~/Library/Group Containers/agent one/agent.sock"', '  IdentityFile ~/.ssh/one.pub', '  IdentitiesOnly yes') },
  { name: 'a cloud\'s ProxyCommand', text: lines('Host i-* mi-*', '  ProxyCommand sh -c "aws ssm start-session --target %h --document-name AWS-StartSSHSession --parameters \'portNumber=%p\'"', '  User ec2-user', '  StrictHostKeyChecking accept-new', '  UserKnownHostsFile /dev/null'), hosts: ['i-0123', 'h'] },
  { name: 'what Vagrant writes', text: lines('Host default', '  HostName 127.0.0.1', '  User vagrant', '  Port 2222', '  UserKnownHostsFile /dev/null', '  StrictHostKeyChecking no', '  PasswordAuthentication no', '  IdentityFile "/home/me/VMs/my box/private_key"', '  IdentitiesOnly yes', '  LogLevel FATAL', '  ForwardAgent yes', '  PubkeyAcceptedKeyTypes +ssh-rsa', '  HostKeyAlgorithms +ssh-rsa'), hosts: ['default'] },
  { name: 'patterns of Host', text: lines('Host web? !web9', 'Port 1', 'Host *.example !*.test.example', 'Port 2', 'Host "quoted name" other', 'Port 3', 'Host 10.0.*', 'Port 4', 'Host !*', 'Port 5'), hosts: ['web1', 'web9', 'a.example', 'a.test.example', 'other', '10.0.3.4', 'WEB1'] },
  { name: 'Match host, originalhost and user', text: lines('Host nick', 'HostName real.example', 'Match host real.example', 'User found', 'Match originalhost nick user found', 'Port 9', 'Match user root', 'Compression yes', 'Match !host *.example', 'BatchMode yes'), hosts: ['nick', 'other', 'real.example'] },
  { name: 'Match all and exec', text: lines('Match exec "test %h = h"', 'Port 8', 'Match exec "test %n = x" user *', 'Port 9', 'Match all', 'User everybody'), hosts: ['h', 'x', 'y'] },
  { name: 'Match final', text: lines('Host nick', 'HostName real.example', 'Match final host real.example', 'User late', 'Match final', 'Compression yes'), hosts: ['nick', 'other'] },
  { name: 'Match canonical without names to look up', text: lines('CanonicalizeHostname yes', 'CanonicalizeMaxDots 0', 'CanonicalDomains invalid', 'Match canonical', 'Port 7', 'Match host *.example', 'User there'), hosts: ['a.example', '127.0.0.1'] },
  { name: 'Match localuser', text: lines('Match localuser root,nobody', 'Port 4', 'Match localuser !root,*', 'Port 5') },
  { name: 'Match localnetwork', text: lines('Match localnetwork 0.0.0.0/0', 'Port 4', 'Match localnetwork 203.0.113.0/24', 'User far') , since: 9.4 },
  { name: 'Match tagged', text: lines('Host h', 'Tag blue', 'Match tagged blue', 'Port 4', 'Match tagged red', 'User red'), hosts: ['h', 'g'], since: 9.4 },
  { name: 'a tag of the command line', text: lines('Match tagged blue', 'Port 4', 'Match tagged ""', 'User none'), args: ['-P', 'blue'], since: 9.4 },
  { name: 'Match command, sessiontype and version', text: lines('Match sessiontype shell', 'Port 4', 'Match command ""', 'User nobody', 'Match version OpenSSH_10.*', 'Compression yes', 'Match sessiontype exec', 'BatchMode yes'), since: 10 },
  { name: 'a proxy and a jump: the first counts', text: lines('ProxyCommand nc %h %p', 'ProxyJump gate') },
  { name: 'a jump and a proxy: the first counts', text: lines('ProxyJump me@gate:2222,[::1]:22', 'ProxyCommand nc %h %p') },
  { name: 'ProxyJump by URI', text: 'ProxyJump ssh://me@gate:2222\n' },
  { name: 'no proxy', text: lines('ProxyCommand none', 'ProxyJump gate') },
  { name: 'identities and certificates', text: lines('IdentityFile ~/.ssh/%r@%h', 'IdentityFile /a/%u.key', 'IdentityFile ~/.ssh/%r@%h', 'CertificateFile ~/.ssh/%r-cert.pub', 'CertificateFile /b/c-cert.pub', 'IdentityAgent none', 'AddKeysToAgent confirm 1h') },
  { name: 'identities in variables', text: lines(`IdentityFile ${variable('HOME')}/keys/%n`, `UserKnownHostsFile ${variable('HOME')}/known`, `IdentityAgent ${variable('HOME')}/agent`) },
  { name: 'AddKeysToAgent for a time', text: 'AddKeysToAgent 2h30m\n' },
  { name: 'IdentityAgent of a variable', text: 'IdentityAgent $MY_AGENT\nForwardAgent $MY_AGENT\n' },
  { name: 'known hosts', text: lines('UserKnownHostsFile ~/.ssh/known_%h /k/%k', 'GlobalKnownHostsFile /etc/a /etc/b', 'HostKeyAlias other', 'CheckHostIP yes', 'HashKnownHosts yes', 'UpdateHostKeys no', 'VerifyHostKeyDNS ask', 'VisualHostKey yes', 'FingerprintHash md5', 'NoHostAuthenticationForLocalhost yes', 'RevokedHostKeys ~/.ssh/revoked', 'KnownHostsCommand /usr/bin/keys %H', 'StrictHostKeyChecking ask') },
  { name: 'no known hosts', text: lines('UserKnownHostsFile none', 'GlobalKnownHostsFile none', 'KnownHostsCommand none', 'RevokedHostKeys none', 'UpdateHostKeys ask') },
  { name: 'lists of algorithms that replace', text: lines('Ciphers chacha20-poly1305@openssh.com,aes256-ctr', 'MACs hmac-sha2-512', 'KexAlgorithms curve25519-sha256', 'HostKeyAlgorithms ssh-ed25519,rsa-sha2-512', 'PubkeyAcceptedAlgorithms ssh-ed25519', 'HostbasedAcceptedAlgorithms ssh-ed25519', 'CASignatureAlgorithms ssh-ed25519,rsa-sha2-512') },
  { name: 'lists of algorithms that remove', text: lines('Ciphers -aes*-ctr', 'MACs -hmac-sha2-256*', 'KexAlgorithms -diffie-hellman-*', 'HostKeyAlgorithms -ecdsa-*', 'PubkeyAcceptedAlgorithms -rsa*', 'HostbasedAcceptedAlgorithms -ecdsa*', 'CASignatureAlgorithms -ecdsa*') },
  { name: 'lists of algorithms that begin', text: lines('Ciphers ^aes256-ctr', 'MACs ^hmac-sha2-512', 'KexAlgorithms ^ecdh-sha2-nistp384', 'HostKeyAlgorithms ^rsa-sha2-512', 'PubkeyAcceptedAlgorithms ^rsa-sha2-256', 'CASignatureAlgorithms ^rsa-sha2-256') },
  { name: 'logins', text: lines('PreferredAuthentications publickey,password', 'PasswordAuthentication no', 'KbdInteractiveAuthentication no', 'KbdInteractiveDevices pam', 'NumberOfPasswordPrompts 1', 'PubkeyAuthentication unbound', 'BatchMode yes', 'RequiredRSASize 2048', 'HostbasedAuthentication yes', 'EnableSSHKeysign yes', 'PKCS11Provider /usr/lib/p11.so', 'SecurityKeyProvider /usr/lib/sk.so', 'GSSAPIAuthentication yes', 'GSSAPIDelegateCredentials yes') },
  { name: 'Kerberos as Debian has it', text: lines('GSSAPIKeyExchange yes', 'GSSAPIClientIdentity me', 'GSSAPIServerIdentity them', 'GSSAPIRenewalForcesRekey yes', 'GSSAPITrustDns yes', 'GSSAPIKexAlgorithms gss-gex-sha1-') },
  { name: 'older names of keywords', text: lines('ChallengeResponseAuthentication no', 'PubkeyAcceptedKeyTypes ssh-ed25519', 'HostbasedKeyTypes ssh-ed25519', 'KeepAlive no', 'SmartcardDevice /x', 'DSAAuthentication no', 'IdentityFile2 ~/two') },
  { name: 'keywords that are forgotten', text: lines('Protocol 2', 'UsePrivilegedPort no', 'Cipher blowfish', 'RhostsAuthentication no', 'UseRoaming no') },
  { name: 'keywords that are refused', text: 'RSAAuthentication yes\n' },
  { name: 'a keyword that does not exist', text: lines('Port 7', 'Bananas yes') },
  { name: 'a keyword that does not exist, for another host', text: lines('Host other', 'Bananas yes') },
  { name: 'IgnoreUnknown', text: lines('IgnoreUnknown Bananas,Use*', 'Bananas yes', 'UseKeychain yes', 'Port 7') },
  { name: 'IgnoreUnknown behind the line', text: lines('Bananas yes', 'IgnoreUnknown Bananas') },
  { name: 'addresses and times', text: lines('AddressFamily inet6', 'BindAddress 127.0.0.1', 'BindInterface lo', 'ConnectTimeout 1m', 'ConnectionAttempts 3', 'TCPKeepAlive no', 'IPQoS af21 cs1', 'ServerAliveInterval 1h2m3s', 'ServerAliveCountMax 0', 'RekeyLimit 1G 1h', 'Compression yes') },
  { name: 'RekeyLimit default', text: 'RekeyLimit default none\n' },
  { name: 'RekeyLimit by size alone', text: 'RekeyLimit 500M\n' },
  { name: 'IPQoS of one word', text: 'IPQoS throughput\n', since: 10 },
  { name: 'IPQoS of numbers', text: 'IPQoS 184 46\n', since: 10 },
  { name: 'names of hosts that are canonical', text: lines('CanonicalizeHostname always', 'CanonicalDomains a.invalid b.invalid', 'CanonicalizeMaxDots 2', 'CanonicalizeFallbackLocal yes', 'CanonicalizePermittedCNAMEs *.a:*.b,c.d e:f'), hosts: ['127.0.0.1'] },
  { name: 'CanonicalizePermittedCNAMEs *', text: 'CanonicalizePermittedCNAMEs *\nCanonicalDomains none\n', hosts: ['127.0.0.1'], since: 10 },
  { name: 'what the session does', text: lines('RequestTTY force', 'RemoteCommand tmux new -A -s "a b" # kept', 'SessionType none', 'StdinNull yes', 'ForkAfterAuthentication yes', 'EscapeChar ^B', 'EnableEscapeCommandline yes', 'LocalCommand echo %h %T', 'PermitLocalCommand yes', 'SendEnv LANG LC_*', 'SendEnv -LC_* TZ', 'SetEnv A=1 "B=two words"', 'LogLevel DEBUG3', 'LogVerbose kex.c:*:1000', 'SyslogFacility LOCAL7') },
  { name: 'EscapeChar none', text: 'EscapeChar none\nRequestTTY no\nRemoteCommand none\n' },
  { name: 'forwardings', text: lines('LocalForward 8080 localhost:80', 'LocalForward 127.0.0.1:8081 [::1]:80', 'LocalForward *:8082 host:80', 'RemoteForward 9090 localhost:90', 'RemoteForward [::1]:9091 host:90', 'RemoteForward 9092', 'DynamicForward 1080', 'DynamicForward [::1]:1081', 'GatewayPorts yes', 'ExitOnForwardFailure yes', 'ClearAllForwardings yes', 'PermitRemoteOpen a:1 b:*') },
  { name: 'forwardings of Unix sockets', text: lines('LocalForward /run/%u.sock /var/run/docker.sock', 'LocalForward 8080 /x/y', 'RemoteForward /a/b localhost:80', 'StreamLocalBindMask 0117', 'StreamLocalBindUnlink yes') },
  { name: 'PermitRemoteOpen', text: 'PermitRemoteOpen none\n' },
  { name: 'X11 and agents', text: lines('ForwardX11 yes', 'ForwardX11Trusted no', 'ForwardX11Timeout 30m', 'XAuthLocation /opt/xauth', 'ForwardAgent ~/agent.sock') },
  { name: 'ForwardAgent yes', text: 'ForwardAgent yes\n' },
  { name: 'shared connections', text: lines('ControlMaster auto', 'ControlPath ~/.ssh/cm-%r@%h:%p', 'ControlPersist 10m') },
  { name: 'shared connections for ever', text: lines('ControlMaster autoask', 'ControlPath none', 'ControlPersist yes') },
  { name: 'a ControlPath by hash', text: 'ControlPath /tmp/%C\n' },
  { name: 'tunnels of devices', text: lines('TunnelDevice 0:1', 'Tunnel no', 'ProxyUseFdpass no') },
  { name: 'HostName with tokens', text: lines('Host a b', 'HostName %h.example', 'Host c', 'HostName %%%h'), hosts: ['a', 'b', 'c'] },
  { name: 'a host in capitals', text: lines('Host UPPER', 'Port 3', 'HostName MiXeD.Example'), hosts: ['UPPER', 'upper'] },
  { name: 'hosts with names and ports of their own', text: 'Port 99\nUser file\n', hosts: ['me@h', 'ssh://you@h:77', 'h', 'a@b@h', '::1'] },
  { name: 'options of the command line', text: lines('Port 99', 'User file', 'Compression no'), args: ['-p', '5', '-l', 'line', '-C', '-A', '-o', 'BatchMode yes', '-oServerAliveInterval=9', '-i', '/etc/passwd', '-J', 'gate'] },
  { name: 'a key of the command line that is not there', text: 'IdentityFile ~/.ssh/x\n', args: ['-i', '/nowhere/key', '-oIdentityFile=/etc/hosts', '-i', '/etc/passwd'] },
  { name: 'a key of the command line that is not there, alone', text: '', args: ['-i', '/nowhere/key'] },
  { name: 'flags and -o', text: '', args: ['-oForwardAgent=no', '-A', '-oCompression=no', '-o', 'Port=3', '-p', '4', '-x', '-X', '-T', '-t', '-k', '-K', '-oCiphers=aes256-ctr', '-c', 'aes128-ctr'] },
  { name: 'flags of the command line', text: '', args: ['-4', '-g', '-n', '-N', '-T', '-x', '-q', '-a', '-k', '-K', '-M', '-c', 'aes128-ctr', '-m', 'hmac-sha2-256', '-e', 'none', '-S', '/cm', '-b', '127.0.0.1', '-B', 'lo'] },
  { name: 'more flags of the command line', text: '', args: ['-6', '-f', '-N', '-t', '-t', '-X', '-v', '-I', '/p11'] },
  { name: 'forwardings of the command line', text: 'LocalForward 1 a:2\n', args: ['-L', '8080:localhost:80', '-L', '[::1]:81:h:80', '-L', '/a:/b', '-R', '0:x:1', '-R', '9000', '-D', '1080', '-D', '*:1081'] },
  { name: '-W of the command line', text: 'LocalForward 1 a:2\n', args: ['-W', 'inner:22'] },
  { name: '-W and other wishes', text: 'ExitOnForwardFailure no\n', args: ['-W', 'inner:22', '-oClearAllForwardings=no'] },
  { name: '-l before a user', text: '', args: ['-l', 'line'], hosts: ['me@h'] },
  { name: '-s of the command line', text: '', args: ['-s'] },
  { name: '-Y of the command line', text: '', args: ['-Y', '-y'] },
  { name: 'quotes', text: lines('User "two words"', 'IdentityFile "/a b/c d"', 'IdentityFile \'/e f\'', 'ProxyCommand ssh "a b" -W %h:%p gate', 'LocalCommand echo \'x\'') },
  { name: 'a quote that is not closed', text: 'User "open\n' },
  { name: 'words that are too many', text: 'Port 1 2\n' },
  { name: 'a newer file for newer versions', text: lines('ObscureKeystrokeTiming interval:80', 'ChannelTimeout session=5m direct-tcpip=1h', 'Tag some'), since: 9.5 },
  { name: 'keystrokes as they are', text: 'ObscureKeystrokeTiming no\n', since: 9.5 },
  { name: 'a user with tokens', text: lines('User %u-%n', `SetEnv HOST=%n "H=${variable('HOME')}"`), since: 10 },
  { name: 'an identification with more behind it', text: 'VersionAddendum hello there\n', since: 10 },
  ...of('ConnectTimeout', '0', '90', 'soon'), ...of('AddKeysToAgent', 'ask', 'sometimes'), ...of('StrictHostKeyChecking', 'off', 'accept-new', 'maybe'), ...of('ControlPersist', '0', 'no', '90'),
  ...of('LogLevel', 'quiet', 'verbose', 'loud'), ...of('EscapeChar', '%', '^[', 'ab'), ...of('RequestTTY', 'auto', 'often'), ...of('SessionType', 'subsystem', 'default', 'other'), ...of('RequiredRSASize', '1024', 'big'), ...of('SetEnv', 'A', '=x', 'A= B=c'),
  ...of('FingerprintHash', 'SHA256', 'sha1'), ...of('PubkeyAuthentication', 'host-bound', 'no', 'yes', 'perhaps'), ...of('RekeyLimit', '1', '16', '1x', '1K 5 6'), ...of('StreamLocalBindMask', '0', '999', '0777'), ...of('TunnelDevice', 'any', '3', 'any:4', 'x', '1:2:3'), ...of('IPQoS', 'none', 'ef', 'fast', '256'), ...of('IdentityFile', 'none'), ...of('ProxyCommand', 'none', 'a # b'), ...of('ProxyJump', 'none'), ...of('Tunnel', 'no'),
  ...of('SyslogFacility', 'USER', 'local0', 'MAIL'), ...of('ForwardX11Timeout', '0', '1d'), ...of('CanonicalizePermittedCNAMEs', 'none', 'a', 'a:b:c'), ...of('CanonicalDomains', 'a b', '-x', '.x'), ...of('NumberOfPasswordPrompts', '0', '-1'), ...of('PreferredAuthentications', 'publickey', 'a,,b'),
]
