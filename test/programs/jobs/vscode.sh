# program: VS Code
# job: what Remote-SSH starts: a script on the input of `bash` with -T and -D, connections through that SOCKS port, and a command of 100 kB
# needs: socat
port=$(/usr/bin/python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
{
  echo 'uname -s; echo "id: $$ %%%%" | sed s/[0-9][0-9]*/N/'
  for number in $(seq 3000); do echo "# the installer has several hundred lines of this kind: $number"; done
  echo 'printf "listeningOn==%s==\n" 1234; cat > /dev/null'
} > installer
mkfifo input
ssh -v -T -D "$port" -o ConnectTimeout=15 -o StrictHostKeyChecking=yes demo bash < input > output 2> log &
exec 3> input
cat installer >&3
until_true grep -q listeningOn output
cat output
socat -T 20 - "SOCKS4A:127.0.0.1:localhost:$PORT,socksport=$port" < /dev/null | head -c 7
echo
exec 3>&-
ends 0 wait $!
say a long command
long=$(head -c 100000 /dev/zero | tr '\0' x)
ends 0 ssh -T demo "echo $long | wc -c"
ssh -T demo sh < <(printf 'long=%s\necho ${#long}\n' "$long")
ssh -o RemoteCommand=none -o RequestTTY=no demo 'printf "%s\n" "$0" && exit 3' || echo "exit code $?"
