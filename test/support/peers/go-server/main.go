// An SSH server of golang.org/x/crypto/ssh for tests: go-server REKEY_BYTES AUTHORIZED_KEYS HOST_KEY...
// Commands and a shell without a PTY, SFTP, and direct-tcpip. It prints "listening on PORT". REKEY_BYTES 0: the package's default.
package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strconv"

	"github.com/pkg/sftp"
	"golang.org/x/crypto/ssh"
)

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func main() {
	rekey, err := strconv.ParseUint(os.Args[1], 10, 64)
	must(err)
	authorized, err := os.ReadFile(os.Args[2])
	must(err)
	config := &ssh.ServerConfig{
		Config: ssh.Config{RekeyThreshold: rekey},
		PublicKeyCallback: func(_ ssh.ConnMetadata, offered ssh.PublicKey) (*ssh.Permissions, error) {
			for rest := authorized; len(rest) > 0; {
				key, _, _, next, err := ssh.ParseAuthorizedKey(rest)
				if err != nil {
					break
				}
				if bytes.Equal(key.Marshal(), offered.Marshal()) {
					return &ssh.Permissions{}, nil
				}
				rest = next
			}
			return nil, errors.New("unknown key")
		},
	}
	for _, path := range os.Args[3:] {
		text, err := os.ReadFile(path)
		must(err)
		key, err := ssh.ParsePrivateKey(text)
		must(err)
		config.AddHostKey(tellingSigner{key.(ssh.AlgorithmSigner)})
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(err)
	fmt.Println("listening on", listener.Addr().(*net.TCPAddr).Port)
	for {
		connection, err := listener.Accept()
		must(err)
		go serve(connection, config)
	}
}

// Says so whenever its key signs an exchange hash.
type tellingSigner struct{ ssh.AlgorithmSigner }

func (signer tellingSigner) Sign(rand io.Reader, data []byte) (*ssh.Signature, error) {
	fmt.Println("key exchange")
	return signer.AlgorithmSigner.Sign(rand, data)
}

func (signer tellingSigner) SignWithAlgorithm(rand io.Reader, data []byte, algorithm string) (*ssh.Signature, error) {
	fmt.Println("key exchange")
	return signer.AlgorithmSigner.SignWithAlgorithm(rand, data, algorithm)
}

func serve(connection net.Conn, config *ssh.ServerConfig) {
	server, channels, requests, err := ssh.NewServerConn(connection, config)
	if err != nil {
		fmt.Println("handshake:", err)
		return
	}
	defer server.Close()
	go ssh.DiscardRequests(requests)
	for offer := range channels {
		switch offer.ChannelType() {
		case "session":
			if channel, requests, err := offer.Accept(); err == nil {
				go session(channel, requests)
			}
		case "direct-tcpip":
			go directTCP(offer)
		default:
			offer.Reject(ssh.UnknownChannelType, "not here")
		}
	}
}

func session(channel ssh.Channel, requests <-chan *ssh.Request) {
	for request := range requests {
		var payload struct{ Word string }
		switch {
		case request.Type == "shell":
			request.Reply(true, nil)
			go run(channel, "exec /bin/sh")
		case request.Type == "exec" && ssh.Unmarshal(request.Payload, &payload) == nil:
			request.Reply(true, nil)
			go run(channel, payload.Word)
		case request.Type == "subsystem" && ssh.Unmarshal(request.Payload, &payload) == nil && payload.Word == "sftp":
			request.Reply(true, nil)
			go files(channel)
		default:
			request.Reply(false, nil)
		}
	}
}

func files(channel ssh.Channel) {
	defer channel.Close()
	server, err := sftp.NewServer(channel)
	must(err)
	server.Serve()
}

func run(channel ssh.Channel, command string) {
	defer channel.Close()
	child := exec.Command("/bin/sh", "-c", command)
	stdin, err := child.StdinPipe()
	must(err)
	child.Stdout, child.Stderr = channel, channel.Stderr()
	must(child.Start())
	go func() {
		io.Copy(stdin, channel)
		stdin.Close()
	}()
	child.Wait()
	channel.CloseWrite()
	status := struct{ Status uint32 }{uint32(child.ProcessState.ExitCode())}
	channel.SendRequest("exit-status", false, ssh.Marshal(&status))
}

func directTCP(offer ssh.NewChannel) {
	var target struct {
		Host       string
		Port       uint32
		OriginHost string
		OriginPort uint32
	}
	if err := ssh.Unmarshal(offer.ExtraData(), &target); err != nil {
		offer.Reject(ssh.ConnectionFailed, err.Error())
		return
	}
	socket, err := net.Dial("tcp", net.JoinHostPort(target.Host, fmt.Sprint(target.Port)))
	if err != nil {
		offer.Reject(ssh.ConnectionFailed, err.Error())
		return
	}
	channel, requests, err := offer.Accept()
	if err != nil {
		socket.Close()
		return
	}
	go ssh.DiscardRequests(requests)
	go func() {
		io.Copy(socket, channel)
		socket.(*net.TCPConn).CloseWrite()
	}()
	io.Copy(channel, socket)
	channel.Close()
	socket.Close()
}
