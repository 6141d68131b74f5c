# program: git
# job: push, clone, fetch, shallow clone, submodules, archive, protocol 2; by alias, by ssh:// with a port and without, -4; GIT_SSH and GIT_SSH_COMMAND under other names, no GIT_SSH_VARIANT
# version: git --version
# needs: git
export GIT_CONFIG_COUNT=2 GIT_CONFIG_KEY_0=init.defaultBranch GIT_CONFIG_VALUE_0=main GIT_CONFIG_KEY_1=protocol.file.allow GIT_CONFIG_VALUE_1=always
ssh demo 'git init -q --bare --initial-branch main repo.git && git init -q --bare --initial-branch main part.git && git -C repo.git config uploadpack.allowFilter true'

say push
git init -q work && cd work
sample tree && chmod 644 tree/text && git add . && git commit -q -m one
git remote add origin demo:repo.git
ends 0 git push -u origin main

say clone by alias and by URL, with a port and without
ends 0 git clone -q demo:repo.git ../by-alias
ends 0 git clone -q "ssh://127.0.0.1:$PORT/mnt/repo.git" ../by-port
ends 0 git clone -q 'ssh://demo/~/repo.git' ../by-url
ends 0 git clone -q -4 "ssh://root@127.0.0.1:$PORT/mnt/repo.git" ../by-4
find . -type d -empty -not -path "./.git/*" -delete
for clone in by-alias by-port by-url by-4; do same tree "../$clone/tree"; done

say fetch and pull
echo two > two && git add two && git commit -q -m two && git push -q
(cd ../by-port && ends 0 git fetch && ends 0 git pull -q && git log --format='%h %s')

say shallow
ends 0 git clone -q --depth 1 demo:repo.git ../shallow
git -C ../shallow rev-list --count HEAD
(cd ../shallow && ends 0 git fetch -q --unshallow && git rev-list --count HEAD)
ends 0 git clone -q --filter=blob:none --sparse demo:repo.git ../partial
(cd ../partial && ends 0 git sparse-checkout set tree/folder && same tree/folder ../work/tree/folder)

say submodules
git init -q ../part && (cd ../part && echo part > part && git add part && git commit -q -m part && git push -q demo:part.git main)
# By its name: the port differs between two runs, and would be part of the commit.
ends 0 git submodule -q add ssh://demo/mnt/part.git part
git commit -q -m submodule && git push -q
ends 0 git clone -q --recurse-submodules demo:repo.git ../with-submodules
cat ../with-submodules/part/part

say archive and protocol 2
git archive --remote=demo:repo.git main two | tar -x -O
GIT_TRACE_PACKET=1 git ls-remote demo:repo.git 2>&1 | grep -c 'version 2'
GIT_PROTOCOL=version=0 git -c protocol.version=0 ls-remote demo:repo.git

say other names, whose kind git finds out
ln -s "$SSH" ../another-ssh
GIT_SSH=../another-ssh ends 0 git ls-remote "ssh://127.0.0.1:$PORT/mnt/repo.git" main
GIT_SSH_COMMAND="$SSH -o ServerAliveInterval=5 -F ~/.ssh/config" ends 0 git ls-remote "ssh://127.0.0.1:$PORT/mnt/repo.git" main
GIT_SSH_COMMAND="../another-ssh -q" ends 0 git fetch -4 "ssh://127.0.0.1:$PORT/mnt/repo.git" main
ends 0 git -c core.sshCommand="$SSH -T" ls-remote demo:repo.git main

say errors
ends 128 git clone -q demo:missing.git ../missing
ends 128 git clone -q 'ssh://127.0.0.1:1/mnt/repo.git' ../refused
