/* What TinySSH's configuration would find: nothing; wasm/crypto-sntrup761.c gives what its code asks for. */
