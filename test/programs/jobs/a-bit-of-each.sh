# program: git, rsync, scp and sftp
# job: once each way, in `npm test` too
# needs: git rsync scp sftp openssl
# short
sample tree && find tree -type d -empty -delete && chmod 644 tree/text
export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=init.defaultBranch GIT_CONFIG_VALUE_0=main
ssh demo 'git init -q --bare --initial-branch main repo.git'
git init -q work && cd work && cp -a ../tree . && git add . && git commit -q -m one
ends 0 git push -q "ssh://127.0.0.1:$PORT/mnt/repo.git" main
ends 0 git clone -q demo:repo.git ../clone
cd .. && same tree clone/tree
ends 0 rsync -a -4 -i tree demo:
ends 0 scp -S "$SSH" -q -r -p demo:tree by-scp
same tree by-scp
ends 0 scp -S "$SSH" -q -O by-scp/text demo:tree/another
echo 'get tree/another' | ends 0 sftp -S "$SSH" -q -b - demo
cat another
