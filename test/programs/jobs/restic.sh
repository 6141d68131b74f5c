# program: restic
# job: init, backup, snapshots, check, restore through sftp: its own command line and sftp.command
# version: restic version
# needs: restic
sample tree
export RESTIC_PASSWORD=x RESTIC_CACHE_DIR="$HOME/cache" RESTIC_PROGRESS_FPS=0.01
ends 0 restic -q -r sftp:demo:backup init
ends 0 restic -q -r sftp:demo:backup backup tree
ends 0 restic -q -r "sftp://root@127.0.0.1:$PORT//mnt/backup" backup tree
ends 0 restic -q -r sftp:demo:backup -o sftp.command="$SSH -p $PORT 127.0.0.1 -s sftp" check
restic -r sftp:demo:backup --json snapshots | grep -o '"paths":[^]]*' | sort
ends 0 restic -q -r sftp:demo:backup restore latest --target out
same tree out/tree
ends 1 restic -q -r sftp:127.0.0.1:backup -o sftp.command='ssh -p 1 127.0.0.1 -s sftp' snapshots
# varies: [0-9]+\.[0-9]+s
# varies: ^\[\d+:\d\d\] .*$
# varies: error: (EOF|read \|0: file already closed)$
