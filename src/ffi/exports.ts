/// The C functions that `wasm/exports.txt` lists, typed.

/** An address in linear memory. The brand says of what; 0 is NULL. */
export type Pointer<Kind extends string = string> = number & { readonly __pointer: Kind }
export type SessionPointer = Pointer<'LIBSSH2_SESSION'>
export type ChannelPointer = Pointer<'LIBSSH2_CHANNEL'>
export type OpeningPointer = Pointer<'struct opening'>
export type SftpPointer = Pointer<'LIBSSH2_SFTP'>
export type ListenerPointer = Pointer<'LIBSSH2_LISTENER'>
export type KnownHostsPointer = Pointer<'LIBSSH2_KNOWNHOSTS'>
/** An entry of a collection, owned by it. */
export type KnownHostPointer = Pointer<'struct libssh2_knownhost'>
export type SftpHandlePointer = Pointer<'LIBSSH2_SFTP_HANDLE'>
/** Memory that the caller allocated, or reads before C changes it again. */
export type Bytes = Pointer<'bytes'>

export interface WasmExports {
  _malloc(size: number): Bytes
  _free(pointer: Pointer): void
  _glue_heap_used(): number

  _glue_channel_exit(channel: ChannelPointer, state: Bytes): Bytes
  _glue_channel_notify(channel: ChannelPointer, type: Bytes, typeLength: number, body: Bytes, bodyLength: number): number
  _glue_channel_number(channel: ChannelPointer): number
  _glue_channel_open(session: SessionPointer, opening: OpeningPointer, type: Bytes, typeLength: number, windowSize: number, packetSize: number, message: Bytes, messageLength: number): ChannelPointer
  _glue_channel_open_reason(session: SessionPointer): number
  _glue_channel_originator(channel: ChannelPointer, port: Bytes): Bytes
  _glue_channel_peer_closed(channel: ChannelPointer): number
  _glue_channel_window_size(channel: ChannelPointer, size: number): void
  _glue_channel_write_pending(channel: ChannelPointer): number
  _glue_opening_free(session: SessionPointer, opening: OpeningPointer): void
  _glue_opening_new(session: SessionPointer): OpeningPointer
  _glue_session_exchange(session: SessionPointer, facts: Bytes): number
  _glue_session_extensions(session: SessionPointer, length: Bytes): Bytes
  _glue_session_global_request(session: SessionPointer, name: Bytes, nameLength: number, wantReply: number, body: Bytes, bodyLength: number): number
  _glue_session_new(id: number): SessionPointer
  _glue_session_free(session: SessionPointer): void
  _glue_session_handshake(session: SessionPointer): number
  _glue_session_keepalive(session: SessionPointer): number
  _glue_session_limit(session: SessionPointer, limit: number): void
  _glue_session_refused(session: SessionPointer): number
  _glue_session_rekey(session: SessionPointer): number
  _glue_session_rekey_after(session: SessionPointer, bytes: number, seconds: number): void
  _glue_session_listen(session: SessionPointer, callback: number, on: number): number
  _glue_session_ignore(session: SessionPointer): number
  _glue_session_service(session: SessionPointer): number
  _glue_userauth_keyboard_interactive(session: SessionPointer, user: Bytes, userLength: number): number
  _glue_userauth_password(session: SessionPointer, user: Bytes, userLength: number, password: Bytes, passwordLength: number, mayChange: number): number
  _glue_userauth_publickey(session: SessionPointer, user: Bytes, userLength: number, key: Bytes, keyLength: number, algorithms: Bytes): number

  _libssh2_init(flags: number): number
  _libssh2_exit(): void
  _libssh2_session_disconnect_ex(session: SessionPointer, reason: number, description: Bytes, language: Bytes): number
  _libssh2_session_banner_set(session: SessionPointer, banner: Bytes): number
  _libssh2_session_banner_get(session: SessionPointer): Bytes
  _libssh2_session_block_directions(session: SessionPointer): number
  _libssh2_session_flag(session: SessionPointer, flag: number, value: number): number
  _libssh2_session_hostkey(session: SessionPointer, length: Bytes, type: Bytes): Bytes
  _libssh2_hostkey_hash(session: SessionPointer, type: number): Bytes
  _libssh2_session_last_error(session: SessionPointer, message: Bytes, length: Bytes, wantCopy: number): number
  _libssh2_session_last_errno(session: SessionPointer): number
  _libssh2_session_set_last_error(session: SessionPointer, errno: number, message: Bytes): number
  _libssh2_session_method_pref(session: SessionPointer, type: number, methods: Bytes): number
  _libssh2_session_methods(session: SessionPointer, type: number): Bytes
  _libssh2_session_supported_algs(session: SessionPointer, type: number, list: Bytes): number
  _libssh2_session_get_timeout(session: SessionPointer): number
  _libssh2_session_set_timeout(session: SessionPointer, milliseconds: number): void
  _libssh2_session_get_read_timeout(session: SessionPointer): number
  _libssh2_session_set_read_timeout(session: SessionPointer, seconds: number): void
  _libssh2_keepalive_config(session: SessionPointer, wantReply: number, interval: number): void
  _libssh2_keepalive_send(session: SessionPointer, secondsToNext: Bytes): number
  _libssh2_free(session: SessionPointer, pointer: Pointer): void
  _libssh2_userauth_authenticated(session: SessionPointer): number
  _libssh2_userauth_banner(session: SessionPointer, banner: Bytes): number
  _libssh2_userauth_list(session: SessionPointer, user: Bytes, userLength: number): Bytes
  _libssh2_userauth_methods_left(session: SessionPointer, partialSuccess: Bytes): Bytes

  _libssh2_channel_open_ex(session: SessionPointer, type: Bytes, typeLength: number, windowSize: number, packetSize: number, message: Bytes, messageLength: number): ChannelPointer
  _libssh2_channel_direct_tcpip_ex(session: SessionPointer, host: Bytes, port: number, originator: Bytes, originatorPort: number): ChannelPointer
  _libssh2_channel_direct_streamlocal_ex(session: SessionPointer, path: Bytes, originator: Bytes, originatorPort: number): ChannelPointer
  _libssh2_channel_forward_listen_ex(session: SessionPointer, host: Bytes, port: number, boundPort: Bytes, queueMaxsize: number): ListenerPointer
  _libssh2_channel_forward_listen_streamlocal(session: SessionPointer, path: Bytes, queueMaxsize: number): ListenerPointer
  _libssh2_channel_forward_accept(listener: ListenerPointer): ChannelPointer
  _libssh2_channel_forward_cancel(listener: ListenerPointer): number
  _libssh2_channel_free(channel: ChannelPointer): number
  _libssh2_channel_request_pty_ex(channel: ChannelPointer, term: Bytes, termLength: number, modes: Bytes, modesLength: number, columns: number, rows: number, widthPx: number, heightPx: number): number
  _libssh2_channel_request_pty_size_ex(channel: ChannelPointer, columns: number, rows: number, widthPx: number, heightPx: number): number
  _libssh2_channel_request_auth_agent(channel: ChannelPointer): number
  _libssh2_channel_process_startup(channel: ChannelPointer, request: Bytes, requestLength: number, message: Bytes, messageLength: number): number
  _libssh2_channel_setenv_ex(channel: ChannelPointer, name: Bytes, nameLength: number, value: Bytes, valueLength: number): number
  _libssh2_channel_signal_ex(channel: ChannelPointer, name: Bytes, nameLength: number): number
  _libssh2_channel_x11_req_ex(channel: ChannelPointer, singleConnection: number, authProto: Bytes, authCookie: Bytes, screen: number): number
  _libssh2_channel_read_ex(channel: ChannelPointer, streamId: number, buffer: Bytes, length: number): number
  _libssh2_channel_write_ex(channel: ChannelPointer, streamId: number, buffer: Bytes, length: number): number
  _libssh2_channel_flush_ex(channel: ChannelPointer, streamId: number): number
  _libssh2_channel_eof(channel: ChannelPointer): number
  _libssh2_channel_send_eof(channel: ChannelPointer): number
  _libssh2_channel_wait_eof(channel: ChannelPointer): number
  _libssh2_channel_close(channel: ChannelPointer): number
  _libssh2_channel_wait_closed(channel: ChannelPointer): number
  _libssh2_channel_get_exit_status(channel: ChannelPointer): number
  _libssh2_channel_get_exit_signal(channel: ChannelPointer, signal: Bytes, signalLength: Bytes, message: Bytes, messageLength: Bytes, language: Bytes, languageLength: Bytes): number
  _libssh2_channel_window_read_ex(channel: ChannelPointer, readAvail: Bytes, windowSizeInitial: Bytes): number
  _libssh2_channel_window_write_ex(channel: ChannelPointer, windowSizeInitial: Bytes): number
  _libssh2_channel_receive_window_adjust(channel: ChannelPointer, adjustment: number, force: number): number
  _libssh2_channel_receive_window_adjust2(channel: ChannelPointer, adjustment: number, force: number, window: Bytes): number
  _libssh2_channel_handle_extended_data(channel: ChannelPointer, mode: number): void
  _libssh2_channel_handle_extended_data2(channel: ChannelPointer, mode: number): number
  _libssh2_poll_channel_read(channel: ChannelPointer, extended: number): number

  _libssh2_knownhost_init(session: SessionPointer): KnownHostsPointer
  _libssh2_knownhost_add(hosts: KnownHostsPointer, host: Bytes, salt: Bytes, key: Bytes, keyLength: number, typemask: number, store: Bytes): number
  _libssh2_knownhost_addc(hosts: KnownHostsPointer, host: Bytes, salt: Bytes, key: Bytes, keyLength: number, comment: Bytes, commentLength: number, typemask: number, store: Bytes): number
  _libssh2_knownhost_check(hosts: KnownHostsPointer, host: Bytes, key: Bytes, keyLength: number, typemask: number, found: Bytes): number
  _libssh2_knownhost_checkp(hosts: KnownHostsPointer, host: Bytes, port: number, key: Bytes, keyLength: number, typemask: number, found: Bytes): number
  _libssh2_knownhost_del(hosts: KnownHostsPointer, entry: KnownHostPointer): number
  _libssh2_knownhost_free(hosts: KnownHostsPointer): void
  _libssh2_knownhost_readline(hosts: KnownHostsPointer, line: Bytes, length: number, type: number): number
  _libssh2_knownhost_writeline(hosts: KnownHostsPointer, entry: KnownHostPointer, buffer: Bytes, size: number, written: Bytes, type: number): number
  _libssh2_knownhost_get(hosts: KnownHostsPointer, store: Bytes, previous: KnownHostPointer): number

  _glue_scp_recv(session: SessionPointer, path: Bytes, facts: Bytes): ChannelPointer
  _libssh2_scp_send64(session: SessionPointer, path: Bytes, mode: number, size: bigint, mtime: bigint, atime: bigint): ChannelPointer

  _libssh2_sftp_close_handle(handle: SftpHandlePointer): number
  _libssh2_sftp_fstat_ex(handle: SftpHandlePointer, attributes: Bytes, set: number): number
  _libssh2_sftp_fstatvfs(handle: SftpHandlePointer, figures: Bytes): number
  _libssh2_sftp_fsync(handle: SftpHandlePointer): number
  _libssh2_sftp_get_channel(sftp: SftpPointer): ChannelPointer
  _libssh2_sftp_init(session: SessionPointer): SftpPointer
  _libssh2_sftp_last_error(sftp: SftpPointer): number
  _libssh2_sftp_mkdir_ex(sftp: SftpPointer, path: Bytes, pathLength: number, mode: number): number
  _libssh2_sftp_open_ex(sftp: SftpPointer, path: Bytes, pathLength: number, flags: number, mode: number, openType: number): SftpHandlePointer
  _libssh2_sftp_open_ex_r(sftp: SftpPointer, path: Bytes, pathLength: number, flags: number, mode: number, openType: number, attributes: Bytes): SftpHandlePointer
  _libssh2_sftp_posix_rename_ex(sftp: SftpPointer, source: Bytes, sourceLength: number, target: Bytes, targetLength: number): number
  _libssh2_sftp_read(handle: SftpHandlePointer, buffer: Bytes, length: number): number
  _libssh2_sftp_readdir_ex(handle: SftpHandlePointer, name: Bytes, nameLength: number, longentry: Bytes, longentryLength: number, attributes: Bytes): number
  _libssh2_sftp_rename_ex(sftp: SftpPointer, source: Bytes, sourceLength: number, target: Bytes, targetLength: number, flags: number): number
  _libssh2_sftp_rmdir_ex(sftp: SftpPointer, path: Bytes, pathLength: number): number
  _libssh2_sftp_seek64(handle: SftpHandlePointer, offset: bigint): void
  _libssh2_sftp_shutdown(sftp: SftpPointer): number
  _libssh2_sftp_stat_ex(sftp: SftpPointer, path: Bytes, pathLength: number, type: number, attributes: Bytes): number
  _libssh2_sftp_statvfs(sftp: SftpPointer, path: Bytes, pathLength: number, figures: Bytes): number
  _libssh2_sftp_symlink_ex(sftp: SftpPointer, path: Bytes, pathLength: number, target: Bytes, targetLength: number, type: number): number
  _libssh2_sftp_tell64(handle: SftpHandlePointer): bigint
  _libssh2_sftp_unlink_ex(sftp: SftpPointer, path: Bytes, pathLength: number): number
  _libssh2_sftp_write(handle: SftpHandlePointer, buffer: Bytes, length: number): number
}
