# program: rsync
# job: both ways, --delete, -z, -4, --rsh with a port, --partial, daemon over ssh, a user before the host, filters of names, errors
# version: rsync --version
# needs: rsync
sample tree
say there and back
ends 0 rsync -a -i tree/ demo:got
ends 0 rsync -a -4 -z demo:got/ back
same tree back
say again, with a port, a user and a change
echo changed > tree/text && touch -d '2026-02-03T04:05:06Z' tree/text && rm tree/nothing
ends 0 rsync -a -i --delete -e "ssh -p $PORT" tree/ root@127.0.0.1:got
ends 0 rsync -a -4 --delete --rsh="$SSH -p $PORT -o BatchMode=yes" "127.0.0.1:got/" back
same tree back
say listing and names
ends 0 rsync --list-only demo:got/
ends 0 rsync -a demo:'got/name*' :got/größe one
ls one
RSYNC_RSH="ssh -p $PORT" ends 0 rsync -a --bwlimit=90000 --partial --inplace 127.0.0.1:got/folder/large large
cmp large tree/folder/large
say daemon
ssh demo 'printf "[part]\npath = /mnt/got\nuid = 0\ngid = 0\nuse chroot = no\n" > rsyncd.conf'
ends 0 rsync -a --rsh=ssh --rsync-path="rsync --config=rsyncd.conf" demo::part/text from-daemon
cat from-daemon
say errors
ends 23 rsync -a demo:missing .
# Whether rsync writes before or after ssh has ended decides its own words and code.
if rsync -a -e 'ssh -p 1' 127.0.0.1:missing . 2> refused; then exit 1; fi
grep 'Connection refused' refused
# varies: ^drwx.*$
