'use strict'
// Names for `algorithms` of `connect`, for programs that show them: DEFAULT is offered by default, SUPPORTED can be requested.
const DEFAULT_KEX = [
  'mlkem768x25519-sha256', 'sntrup761x25519-sha512', 'sntrup761x25519-sha512@openssh.com', 'mlkem768nistp256-sha256', 'curve25519-sha256', 'curve25519-sha256@libssh.org',
  'ecdh-sha2-nistp256', 'ecdh-sha2-nistp384', 'ecdh-sha2-nistp521',
  'diffie-hellman-group14-sha256', 'diffie-hellman-group-exchange-sha256', 'diffie-hellman-group16-sha512', 'diffie-hellman-group18-sha512',
]
const DEFAULT_SERVER_HOST_KEY = [
  'ssh-ed25519-cert-v01@openssh.com', 'ecdsa-sha2-nistp256-cert-v01@openssh.com', 'ecdsa-sha2-nistp384-cert-v01@openssh.com',
  'ecdsa-sha2-nistp521-cert-v01@openssh.com', 'sk-ssh-ed25519-cert-v01@openssh.com', 'sk-ecdsa-sha2-nistp256-cert-v01@openssh.com',
  'rsa-sha2-512-cert-v01@openssh.com', 'rsa-sha2-256-cert-v01@openssh.com',
  'ssh-ed25519', 'ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp384', 'ecdsa-sha2-nistp521',
  'sk-ssh-ed25519@openssh.com', 'sk-ecdsa-sha2-nistp256@openssh.com', 'rsa-sha2-512', 'rsa-sha2-256',
]
const DEFAULT_CIPHER = ['aes256-gcm@openssh.com', 'aes128-gcm@openssh.com', 'chacha20-poly1305@openssh.com', 'aes256-ctr', 'aes192-ctr', 'aes128-ctr']
const DEFAULT_MAC = ['hmac-sha2-256-etm@openssh.com', 'hmac-sha2-512-etm@openssh.com', 'hmac-sha2-256', 'hmac-sha2-512']
const DEFAULT_COMPRESSION = ['none']

module.exports = {
  DEFAULT_KEX,
  SUPPORTED_KEX: [...DEFAULT_KEX, 'diffie-hellman-group14-sha1', 'diffie-hellman-group-exchange-sha1', 'diffie-hellman-group1-sha1'],
  DEFAULT_SERVER_HOST_KEY,
  SUPPORTED_SERVER_HOST_KEY: [...DEFAULT_SERVER_HOST_KEY, 'ssh-rsa-cert-v01@openssh.com', 'ssh-rsa'],
  DEFAULT_CIPHER,
  SUPPORTED_CIPHER: [...DEFAULT_CIPHER, 'aes256-cbc', 'aes192-cbc', 'aes128-cbc', '3des-cbc'],
  DEFAULT_MAC,
  SUPPORTED_MAC: [...DEFAULT_MAC, 'hmac-sha1-etm@openssh.com', 'hmac-sha1', 'hmac-sha1-96', 'hmac-md5'],
  DEFAULT_COMPRESSION,
  SUPPORTED_COMPRESSION: [...DEFAULT_COMPRESSION, 'zlib@openssh.com'],
  curve25519Supported: true,
  eddsaSupported: true,
}
