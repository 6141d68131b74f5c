# program: ansible
# job: ping, command, copy by sftp, scp and piped, fetch, pipelining, become, a playbook, shared connections and without, a host that is down
# version: ansible --version
# needs: ansible su
sample tree
export ANSIBLE_NOCOLOR=1 ANSIBLE_LOCALHOST_WARNING=0 ANSIBLE_PYTHON_INTERPRETER=/usr/bin/python3 ANSIBLE_HOME="$HOME/.ansible" ANSIBLE_DEPRECATION_WARNINGS=0
printf 'demo\n[all:vars]\nansible_python_interpreter=/usr/bin/python3\n' > hosts
do_it() { ends 0 ansible -i hosts demo -o "$@"; }
say ping and command
do_it -m ping
do_it -m command -a 'echo hello'
do_it -m shell -a 'echo out; echo err >&2; pwd'
ends 2 ansible -i hosts demo -o -m command -a false
say pipelining, become
ANSIBLE_PIPELINING=1 do_it -m ping
ANSIBLE_PIPELINING=1 do_it -m command -a id --become --become-method su --become-user nobody -e '{"ansible_become_flags": "-s /bin/sh"}'
do_it -m command -a id --become --become-method su
for way in sftp scp piped; do
  say "copy and fetch by $way"
  ANSIBLE_SSH_TRANSFER_METHOD=$way do_it -m copy -a "src=tree/folder/large dest=/mnt/by-$way"
  ANSIBLE_SSH_TRANSFER_METHOD=$way do_it -m fetch -a "src=/mnt/by-$way dest=fetched-$way flat=yes"
  cmp "fetched-$way" tree/folder/large
done
say without a shared connection
ANSIBLE_SSH_ARGS='-C' do_it -m ping
ANSIBLE_SSH_ARGS='-o ControlMaster=no -o ServerAliveInterval=10' do_it -m raw -a 'echo raw'
say a playbook
cat > play.yml <<END
- hosts: all
  gather_facts: yes
  tasks:
    - copy: { content: "{{ ansible_system }}\n", dest: /mnt/made }
    - script: given.sh one
      register: said
    - debug: var=said.stdout_lines
    - slurp: { src: /mnt/made }
      register: made
    - debug: msg="{{ made.content | b64decode }}"
END
printf '#!/bin/sh\necho "script $1"\n' > given.sh
ends 0 ansible-playbook -i hosts play.yml
say a host that is down
ends 4 ansible -i '127.0.0.1,' all -o -m ping -e ansible_port=1
# varies: "(?:mtime|ctime|atime|start|end|delta|inode|uid|src)": ?"?[^,}]*
# varies: /mnt/\.ansible/(?:tmp|cp)/[^ ,/"]*
