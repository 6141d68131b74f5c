# program: GNU parallel
# job: jobs on two hosts, files sent, returned and removed, --env, --onall, --retries, exit codes, --sshlogin with options
# version: parallel --version
# needs: parallel rsync
export HOME PARALLEL_HOME="$HOME/.parallel"
mkdir -p .parallel && : > .parallel/will-cite
ends 0 parallel -k -S demo,demo2 'echo {} on $(id -un)' ::: a b c 'd  e' "f'g" '$h'
for name in one two; do echo $name > $name; done
ends 0 parallel -k -S demo --transferfile {} --return {}.sum --cleanup 'sha256sum {} > {}.sum' ::: one two
cat one.sum two.sum
ssh demo 'ls'
export JOB_NAME='a value'
ends 0 parallel -k --env JOB_NAME -S demo 'echo "$JOB_NAME" {}' ::: x
ends 0 parallel -k --onall -S demo,demo2 echo ::: 1 2
ends 0 parallel --nonall -S demo echo all
seq 2000 > numbers
ends 0 parallel -k --pipe -N 500 -S demo wc -l < numbers
ends 2 parallel -k -S "2/ssh -p $PORT root@127.0.0.1" 'exit {}' ::: 0 1 0 1
ends 0 parallel -k --ssh "$SSH" -S demo echo ::: last
