# program: sftp
# job: -S: batch files, get and put with -r and -p, reget, rename, links, globs, df, -D, -s, -P, -J, -l, exit codes
# version: ssh -V
# needs: sftp
sample tree
cat > batch <<END
mkdir got
put -rp tree got
cd got/tree
ls -la text
chmod 640 text
rename text renamed
symlink renamed link
ls
get renamed
get name*
-get missing
df
bye
END
ends 0 sftp -S "$SSH" -q -b batch demo
ends 0 sftp -S "$SSH" -q -r -p -P "$PORT" 127.0.0.1:got/tree/folder got-folder
same tree/folder got-folder
ends 0 sftp -S "$SSH" -q -R 8 -B 4096 -l 100000 -J demo2 "sftp://127.0.0.1:$PORT/got/tree/folder/large" large
cmp large tree/folder/large
head -c 1000000 large > part
echo 'reget got/tree/folder/large part' | ends 0 sftp -S "$SSH" -q -b - demo
cmp part large
echo 'get missing' | ends 1 sftp -S "$SSH" -q -b - demo
ends 0 sftp -S "$SSH" -q -s /usr/lib/openssh/sftp-server demo <<< 'pwd'
ends 255 sftp -S "$SSH" -q -P 1 127.0.0.1 < /dev/null
# varies: ^.*%.*$
# varies: ^-rw.*text$
