# program: mosh
# job: its start: ssh -tt with mosh --fake-proxy as ProxyCommand, the key and port that the server tells, a shell in mosh-client
# version: mosh --version
# needs: mosh tmux
export LANG=C.UTF-8 MOSH_TITLE_NOPREFIX=1
tmux -L mosh -f /dev/null new-session -d -x 80 -y 10 "mosh --server='mosh-server new -p 60000:61000' demo; echo ended with \$?; read _"
shows() { tmux -L mosh capture-pane -p | grep -q "$1"; }
until_true shows '[$#]'
tmux -L mosh send-keys 'echo "<$((6*7))>"' Enter
until_true shows '^<42>'
tmux -L mosh send-keys exit Enter
until_true shows 'ended with 0'
tmux -L mosh kill-server
say another address, port and command
tmux -L mosh -f /dev/null new-session -d -x 80 -y 10 "mosh --ssh='$SSH -p $PORT' --no-init --experimental-remote-ip=local 127.0.0.1 -- sh -c 'echo started; read _'; echo ended with \$?; read _"
until_true shows started
tmux -L mosh send-keys Enter
until_true shows 'ended with 0'
tmux -L mosh kill-server
