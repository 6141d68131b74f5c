# program: unison
# job: synchronises two trees in both directions, -sshargs with a port, -batch
# version: unison -version
# needs: unison
sample tree
export UNISON="$HOME/state"
ends 0 unison tree ssh://demo//mnt/other -batch -ui text -terse -silent -perms -1
ssh demo 'echo there > other/there'
echo here > tree/here
ends 0 unison tree "ssh://root@127.0.0.1//mnt/other" -sshargs "-p $PORT -C" -batch -ui text -silent -ignorearchives
cat tree/there
ssh demo 'ls -R other'
ends 3 unison tree 'ssh://127.0.0.1//mnt/other' -sshargs '-p 1' -batch -ui text -silent
