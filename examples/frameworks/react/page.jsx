import 'libssh2-wasm-terminal'
import { StrictMode, useState } from 'react'
import { createRoot } from 'react-dom/client'
import { target, token } from '../target.js'

// React 19 sets what the element has as properties, and listens to its events by name.
function Terminal() {
  const [title, setTitle] = useState('A terminal in React')
  return (
    <>
      <title>{title}</title>
      <ssh-terminal {...target} ticket={token} onssh-title={event => setTitle(event.currentTarget.sessionTitle)} />
    </>
  )
}

createRoot(document.getElementById('app')).render(<StrictMode><Terminal /></StrictMode>)
