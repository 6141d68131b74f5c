# program: scp
# job: -S, both protocols (-O, -s): both ways, -r, -p, -3, -R, -C, -l, -P, -o, -J, globs, and what is refused
# version: ssh -V
# needs: scp
sample tree
for protocol in '' -O -s; do
  say "protocol $protocol"
  ssh demo 'rm -rf got; mkdir got'
  ends 0 scp $protocol -S "$SSH" -q -r -p tree demo:got
  ends 0 scp $protocol -S "$SSH" -q -r -p "scp://127.0.0.1:$PORT/got/tree" "back$protocol"
  same tree "back$protocol"
  ends 0 scp $protocol -S "$SSH" -q -P "$PORT" -C -l 80000 -o BatchMode=yes 127.0.0.1:'got/tree/name*' "back$protocol/empty"
  ls "back$protocol/empty"
  ends 0 scp $protocol -S "$SSH" -q -3 -r demo:got/tree demo2:third
  ends 0 scp $protocol -S "$SSH" -q -r demo:third "third$protocol"
  ls -R "third$protocol"
  ssh demo 'rm -r third'
  ends 1 scp $protocol -S "$SSH" -q demo:missing .
  ends 1 scp $protocol -S "$SSH" -q demo:got .
  ends 1 scp $protocol -S "$SSH" -q tree/text demo:missing/folder/
  ends 0 scp $protocol -S "$SSH" -q -J demo2 demo:got/tree/text "jumped$protocol"
  cat "jumped$protocol"
done
say no server
ends 255 scp -S "$SSH" -q -P 1 127.0.0.1:text .
ends 1 scp -O -S "$SSH" -q -P 1 127.0.0.1:text .
