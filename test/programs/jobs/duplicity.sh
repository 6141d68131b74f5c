# program: duplicity
# job: full and incremental backup, verify, restore: through sftp and scp in a terminal of pexpect, and through rsync
# version: duplicity --version
# needs: duplicity sftp rsync
/usr/bin/python3 -c 'import pexpect' 2>/dev/null || cannot "python3-pexpect is not there (scripts/install-peers.sh --programs)"
sample tree
do_it() { ends 0 duplicity "$1" --no-encryption --no-print-statistics --verbosity error "${@:2}"; }
for address in "pexpect+sftp://root@127.0.0.1:$PORT/sftp" "pexpect+scp://root@127.0.0.1:$PORT/scp" "rsync://root@127.0.0.1:$PORT//mnt/rsync"; do
  say "${address%%:*}"
  case $address in rsync*) ssh demo mkdir -p rsync ;; esac
  rm -rf out tree/more
  do_it full tree "$address"
  echo more > tree/more
  do_it incr tree "$address"
  do_it verify "$address" tree
  do_it restore "$address" out
  same tree out
done
