package servers

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"
)

// Leader finds the member that leads an etcd cluster now. A member that was cut
// off may still believe in an older leader, so the latest term counts. It asks
// without a password.
func Leader(members []*EtcdServer) (*EtcdServer, error) {
	var latest etcdStatus
	answered := make(map[uint64]*EtcdServer, len(members))
	for _, m := range members {
		status, err := m.status()
		if err != nil {
			continue // it was stopped, or is frozen: the others know
		}
		answered[status.Header.Member] = m
		if status.Leader != 0 && status.Term > latest.Term {
			latest = status
		}
	}
	if leader := answered[latest.Leader]; leader != nil {
		return leader, nil
	}
	return nil, errors.New("no member of the etcd cluster leads it; try again once it has elected one")
}

// An etcdStatus is what a member knows. The gateway writes numbers of 64 bits as
// strings, and leaves out those that are 0.
type etcdStatus struct {
	Header struct {
		Member uint64 `json:"member_id,string"`
	} `json:"header"`
	Leader uint64 `json:"leader,string"`
	Term   uint64 `json:"raftTerm,string"`
}

func (e *EtcdServer) status() (status etcdStatus, err error) {
	client := http.Client{Timeout: time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	answer, err := client.Post(e.URL+"/v3/maintenance/status", "application/json", strings.NewReader("{}"))
	if err != nil {
		return status, err
	}
	defer answer.Body.Close()
	return status, json.NewDecoder(answer.Body).Decode(&status)
}
