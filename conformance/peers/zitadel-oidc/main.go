// An OpenID provider on zitadel/oidc with the pages and the storage of its own example server, and its userinfo
// endpoint as the resource.
//
// Decides users, clients and the port alone: all else is the library's, or what its example shows to whoever builds on
// it (README.md lists where rules are broken). Everything lives in memory.
package main

import (
	"flag"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"

	"github.com/zitadel/oidc/v3/example/server/exampleop"
	"github.com/zitadel/oidc/v3/example/server/storage"
)

const host = "127.0.0.1"

// users is the store of users that the example's storage asks.
type users map[string]*storage.User

func (u users) GetUserByID(id string) *storage.User         { return u[id] }
func (u users) GetUserByUsername(name string) *storage.User { return u[name] }
func (u users) ExampleClientID() string                     { return storage.ServiceUserID }

func user(name, password string) *storage.User {
	return &storage.User{ID: name, Username: name, Password: password, Email: name + "@example.com"}
}

func main() {
	port := flag.String("port", "9000", "0 picks a free one")
	flag.Parse()
	listener, err := net.Listen("tcp", net.JoinHostPort(host, *port))
	if err != nil {
		fmt.Fprintf(os.Stderr, "cannot listen on %s:%s: %v; name another with --port\n", host, *port, err)
		os.Exit(2)
	}
	issuer := "http://" + listener.Addr().String()

	storage.RegisterClients(
		storage.WebClient("client_1", "client_secret_1", "http://localhost:8000/callback"),
		storage.WebClient("client_2", "client_secret_2", "http://localhost:8001/callback"),
		storage.WebClient("client_3", "a b%+:&c", "http://localhost:8003/callback?tenant=a%26b", "http://localhost:8003/other"),
		storage.NativeClient("public_1", "http://127.0.0.1/callback"),
	)
	known := users{"id001": user("id001", "mypassword"), "id002": user("id002", "otherpassword")}
	// Its log shows each request.
	logger := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))
	handler := exampleop.SetupServer(issuer, storage.NewStorage(known), logger, false)

	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT)
	go func() {
		<-signals
		os.Exit(0)
	}()
	fmt.Println("listening on " + issuer)
	if err := http.Serve(listener, handler); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
