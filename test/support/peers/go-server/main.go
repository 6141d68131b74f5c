// An SSH server of golang.org/x/crypto/ssh for tests: go-server AUTHORIZED_KEYS HOST_KEY...
// Commands without a PTY, and direct-tcpip. It prints "listening on PORT".
package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"

	"golang.org/x/crypto/ssh"
)

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func main() {
	authorized, err := os.ReadFile(os.Args[1])
	must(err)
	config := &ssh.ServerConfig{
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
	for _, path := range os.Args[2:] {
		text, err := os.ReadFile(path)
		must(err)
		key, err := ssh.ParsePrivateKey(text)
		must(err)
		config.AddHostKey(key)
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
		var payload struct{ Command string }
		known := request.Type == "exec" && ssh.Unmarshal(request.Payload, &payload) == nil
		request.Reply(known, nil)
		if known {
			go run(channel, payload.Command)
		}
	}
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
