import 'libssh2-wasm-terminal'
import { createApp, h } from 'vue'
import { target, token } from '../target.js'

// In a template: <ssh-terminal :host="target.host" … .ticket="token" @ssh-title="…">, with isCustomElement for tags that begin with `ssh-`.
createApp({
  render: () => h('ssh-terminal', { ...target, '.ticket': token, 'onSsh-title': event => { document.title = event.currentTarget.sessionTitle } }),
}).mount('#app')
