//go:build linux

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/stormlock/stormlock/test/servers"
)

// redisClients counts connections with Redis's own command.
func redisClients(addr string) (string, error) {
	conn, err := net.DialTimeout("tcp", addr, time.Second)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(time.Second))
	if _, err := conn.Write([]byte("CLIENT LIST\r\n")); err != nil {
		return "", err
	}
	text := make([]byte, 64<<10)
	n, err := conn.Read(text)
	if err != nil {
		return "", err
	}
	if others := bytes.Count(text[:n], []byte("id=")) - 1; others > 0 {
		return fmt.Sprintf("%d connections to Redis", others), nil
	}
	return "", nil
}

func postgresClients(server *servers.PostgresServer) (string, error) {
	count, err := server.Psql("SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()")
	if err != nil || count == "0" {
		return "", err
	}
	return count + " connections to PostgreSQL", nil
}

// strayLeases are the etcd leases that there still are at the end of a history,
// and were not at its beginning. Every lock is released by then, so none may have
// keys. One without keys is what an acquire leaves that was killed, or cut off,
// between its two requests: there may be as many as acquires that met the fault,
// and they end by themselves.
type strayLeases struct {
	url   string
	known map[string]bool // before the history
}

func (l *strayLeases) ids() (ids []string, err error) {
	var found struct {
		Leases []struct {
			ID string `json:"ID"`
		} `json:"leases"`
	}
	err = askEtcd(l.url+"/v3/lease/leases", "{}", &found)
	for _, lease := range found.Leases {
		ids = append(ids, lease.ID)
	}
	return ids, err
}

// forget makes all that there is now known.
func (l *strayLeases) forget() error {
	ids, err := l.ids()
	l.known = map[string]bool{}
	for _, id := range ids {
		l.known[id] = true
	}
	return err
}

func (l *strayLeases) left(struck int) (string, error) {
	ids, err := l.ids()
	if err != nil {
		return "", err
	}
	ids = slices.DeleteFunc(ids, func(id string) bool { return l.known[id] })
	for _, id := range ids {
		var one struct {
			Keys []string `json:"keys"`
		}
		if err := askEtcd(l.url+"/v3/lease/timetolive", `{"ID":"`+id+`","keys":true}`, &one); err != nil {
			return "", err
		}
		if len(one.Keys) > 0 {
			return fmt.Sprintf("an etcd lease with %d keys", len(one.Keys)), nil
		}
	}
	if len(ids) > struck {
		return fmt.Sprintf("%d etcd leases, with %d acquires during the fault", len(ids), struck), nil
	}
	return "", nil
}

func askEtcd(url, question string, answer any) error {
	client := http.Client{Timeout: 2 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Post(url, "application/json", strings.NewReader(question))
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if err := json.NewDecoder(response.Body).Decode(answer); err != nil {
		return fmt.Errorf("%s: %w", url, err)
	}
	return nil
}

// processes returns those that run an executable of a folder.
func processes(bin string) []int {
	var pids []int
	links, _ := filepath.Glob("/proc/[0-9]*/exe")
	for _, link := range links {
		target, err := os.Readlink(link)
		if err != nil || filepath.Dir(strings.TrimSuffix(target, " (deleted)")) != bin {
			continue
		}
		if pid, err := strconv.Atoi(strings.Split(link, "/")[2]); err == nil {
			pids = append(pids, pid)
		}
	}
	return pids
}
