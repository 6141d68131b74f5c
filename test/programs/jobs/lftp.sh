# program: lftp
# job: sftp:// and fish:// through ssh in its own terminal: mirror both ways, get, put, rename, chmod, parallel files
# version: lftp --version
# needs: lftp
sample tree
do_it() { ends 0 lftp -c "set sftp:auto-confirm yes; set net:max-retries 1; set net:timeout 20; set cmd:fail-exit yes; set mirror:set-permissions yes; $*"; }
do_it "open sftp://root:@demo; mirror -R --parallel=3 tree got; cd got; chmod 644 text; mv text renamed; get renamed; put renamed -o again; cls -1; pget -n 3 folder/large"
cmp large tree/folder/large && cat renamed
do_it "set sftp:connect-program 'ssh -a -x -p $PORT'; open sftp://root:@127.0.0.1; mirror got back"
same tree/folder back/folder
do_it "open fish://root:@demo; cd got; cat again; mirror folder fish"
same tree/folder fish
