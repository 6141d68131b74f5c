# program: borg
# job: init, create, list, extract, check, prune through `borg serve`; an ssh:// address with a port, BORG_RSH, --rsh
# version: borg --version
# needs: borg
sample tree
export BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK=yes BORG_RELOCATED_REPO_ACCESS_IS_OK=yes
repository="ssh://root@127.0.0.1:$PORT/mnt/backup"
ends 0 borg init -e none "$repository"
ends 0 borg create "$repository::one" tree
echo more > tree/more
BORG_RSH="ssh -o ServerAliveInterval=10 -o ServerAliveCountMax=30" ends 0 borg create "$repository::two" tree
ends 0 borg --rsh "$SSH -T" list --short "$repository"
# In the order of inode numbers, which differs between two trees.
ends 0 bash -o pipefail -c "borg list --short demo:backup::one | sort"
mkdir out && (cd out && ends 0 borg extract "demo:backup::two")
same tree out/tree
ends 0 borg check "$repository"
ends 0 borg prune --keep-last 1 "$repository"
ends 2 borg list 'ssh://127.0.0.1:1/mnt/backup'
# varies: .*PLACE.*
# varies: ^Remote: ssh: connect to host .*\n
