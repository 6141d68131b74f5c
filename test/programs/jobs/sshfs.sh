# program: sshfs
# job: mounts by alias, with -p, -o reconnect and -C; a tree copied in and out, rename, truncate, links, statfs, unmounts
# version: sshfs --version
# needs: sshfs fusermount3
[ -c /dev/fuse ] || cannot 'this machine has no /dev/fuse'
sample tree
mkdir mounted again
sshfs -o reconnect demo: mounted 2>error || { cat error >&2; grep -q 'not permitted\|denied' error && cannot 'this machine allows no FUSE mounts'; exit 1; }
ends 0 cp -a tree mounted/copied
same tree mounted/copied
mv mounted/copied/text mounted/copied/renamed && truncate -s 3 mounted/copied/renamed && cat mounted/copied/renamed
ln -s renamed mounted/copied/link && readlink mounted/copied/link
ends 1 cat mounted/missing
echo appended >> mounted/copied/nothing && cat mounted/copied/nothing
df mounted | wc -l
ends 0 sshfs -C -p "$PORT" -o IdentityFile="$HOME/.ssh/id_ed25519" 127.0.0.1:copied again
cmp again/folder/large tree/folder/large
ends 0 fusermount3 -u again
ends 0 fusermount3 -u mounted
ls mounted
ends 1 sshfs -p 1 127.0.0.1: again
