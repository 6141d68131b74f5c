// The imports of the module. Each goes to the `host` object that src/ffi/instance.ts
// hands to the factory; a host function never throws (an exception would unwind C frames).
addToLibrary({
  host_random: (buffer, length) => Module['host'].random(buffer, length),
  host_recv: (session, buffer, length) => Module['host'].recv(session, buffer, length),
  host_send: (session, data, length) => Module['host'].send(session, data, length),
  host_sign: (session, algorithm, algorithmLength, data, length) => Module['host'].sign(session, algorithm, algorithmLength, data, length),
  host_prompt: (session, round, length) => Module['host'].prompt(session, round, length),
  host_new_password: (session, prompt, length) => Module['host'].newPassword(session, prompt, length),
  host_take_answer: (session, buffer, length) => Module['host'].takeAnswer(session, buffer, length),
  host_slice: session => Module['host'].slice(session),
  host_news: (session, channel) => Module['host'].news(session, channel),
  host_key_new: (algorithm, key, length, counter) => Module['host'].keyNew(algorithm, key, length, counter),
  host_key_free: key => Module['host'].keyFree(key),
  host_ctr: (key, data, length) => Module['host'].ctr(key, data, length),
  host_gcm_seal: (key, nonce, packet, body) => Module['host'].gcmSeal(key, nonce, packet, body),
  host_gcm_open: (key, nonce, packet, body) => Module['host'].gcmOpen(key, nonce, packet, body),
  host_hmac: (key, sequence, packet, packetLength, more, moreLength, mac) => Module['host'].hmac(key, sequence, packet, packetLength, more, moreLength, mac),
  host_disconnect: (session, reason, message, length) => Module['host'].disconnect(session, reason, message, length),
  host_debug: (session, alwaysDisplay, message, length) => Module['host'].debug(session, alwaysDisplay, message, length),
  host_ignore: (session, message, length) => Module['host'].ignore(session, message, length),
  host_x11_open: (session, channel, originator, port) => Module['host'].x11Open(session, channel, originator, port),
  host_agent_open: (session, channel) => Module['host'].agentOpen(session, channel),
})
