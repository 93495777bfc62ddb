//go:build unix

package main

import (
	"net"
	"path/filepath"
	"strings"
)

// A slot is where a secret can be. In its texts MARK is the secret, ADDR, HOST and
// PORT are where the store is, FILE is a file with the text of file, and CA one with
// the certificate of the mirrors' authority.
type slot struct {
	name  string
	lines string            // of section [backend.NAME]
	file  string            // of FILE
	env   string            // of the variable SECRET
	aws   map[string]string // files of ~/.aws
	head  string            // lines of section [default] in place of those that are right

	wrong  bool // it is refused before a store is asked anything
	code   int  // acquire's exit code, unless it is the usual one
	public bool // its key is that of no secret, so that "config show" shows it
	sent   bool // a store is sent it

	backend    string
	everything bool // is tried with every command
}

// secretVariable is the environment variable of the slots KEY_env.
const secretVariable = "SECRET"

func (s slot) config() string {
	head := s.head
	if head == "" {
		head = "backend = " + s.backend + "\nprincipal = ana@ops\nttl = 5m"
	}
	return "[default]\n" + head + "\n\n[backend." + s.backend + "]\n" + s.lines + "\n"
}

// filler fills in texts of the slot.
func (c *canary) filler(addr string) func(string) string {
	host, port, _ := net.SplitHostPort(addr)
	return strings.NewReplacer("MARK", c.mark, "ADDR", addr, "HOST", host, "PORT", port,
		"FILE", filepath.Join(c.given, "secret"), "CA", c.ca).Replace
}

// slots are those of each backend. The first is tried with every command.
var slots = map[string][]slot{
	"redis": {
		{name: "password", lines: "url = redis://:MARK@ADDR", sent: true},
		{name: "user and password", lines: "url = redis://lock:MARK@ADDR/1", sent: true},
		{name: "user", lines: "url = redis://MARK@ADDR"},
		{name: "at in a password", lines: "url = redis://:MARK@MARK@ADDR", sent: true},
		{name: "query", lines: "mode = sentinel\nurl = redis://ADDR?master_name=locks&username=lock&password=MARK", sent: true},
		{name: "of Sentinels", lines: "mode = sentinel\nurl = redis://lock:MARK@ADDR?master_name=locks", sent: true},
		{name: "cluster", lines: "mode = cluster\nurl = redis://lock:MARK@ADDR?addr=ADDR", sent: true},
		{name: "file", lines: "url_file = FILE", file: "redis://:MARK@ADDR\n", sent: true},
		{name: "environment", lines: "url_env = SECRET", env: "redis://:MARK@ADDR", sent: true},
		{name: "unix socket", lines: "url = unix://lock:MARK@/nowhere/redis.sock", wrong: true, code: exitUnavailable},
		{name: "key of a certificate", lines: "url = rediss://ADDR\ncert_cert = FILE\ncert_key = FILE", file: "MARK", wrong: true},
		{name: "query of one server", lines: "url = redis://ADDR?password=MARK", wrong: true},
		{name: "database", lines: "url = redis://ADDR/MARK", wrong: true},
		{name: "port", lines: "url = redis://HOST:MARK", wrong: true},
		{name: "missing at", lines: "url = redis://:MARK.ADDR", wrong: true},
		{name: "missing scheme", lines: "url = lock:MARK@ADDR", wrong: true},
		{name: "another scheme", lines: "url = reddis://:MARK@ADDR", wrong: true},
		{name: "space", lines: "url = redis://:x MARK@ADDR", wrong: true},
		{name: "slash", lines: "url = redis://:x/MARK@ADDR", wrong: true},
		{name: "question mark", lines: "url = redis://:x?MARK@ADDR", wrong: true},
		{name: "number sign", lines: "url = redis://:x#MARK@ADDR", wrong: true},
		{name: "percent", lines: "url = redis://:MARK%zzMARK@ADDR", wrong: true},
		{name: "nothing but a password", lines: "url_file = FILE", file: "MARK\n", wrong: true},
		{name: "URL in the place of a file", lines: "url_file = redis://:MARK@ADDR", wrong: true},
		{name: "password in the place of a variable", lines: "url_env = MARK", wrong: true},
		{name: "password as mode", lines: "mode = MARK", wrong: true, public: true},
		{name: "password as path", lines: "url = rediss://ADDR\nca_cert = MARK", wrong: true, public: true},
		{name: "misspelled", lines: "ulr = redis://:MARK@ADDR", wrong: true},
		{name: "key of others", lines: "password = MARK", wrong: true},
	},
	"etcd": {
		{name: "password", lines: etcdUser + "password = MARK", sent: true},
		{name: "file", lines: etcdUser + "password_file = FILE", file: "MARK\n", sent: true},
		{name: "environment", lines: etcdUser + "password_env = SECRET", env: "MARK", sent: true},
		{name: "without TLS", lines: "endpoints = http://ADDR\nuser = lock\npassword = MARK", wrong: true},
		{name: "key of a certificate", lines: "endpoints = https://ADDR\ncert_cert = FILE\ncert_key = FILE", file: "MARK", wrong: true},
		{name: "user in an endpoint", lines: "endpoints = https://lock:MARK@ADDR", wrong: true},
		{name: "user in the second endpoint", lines: "endpoints = https://ADDR,https://lock:MARK@ADDR", wrong: true},
		{name: "percent in an endpoint", lines: "endpoints = https://lock:MARK%zz@ADDR", wrong: true},
		{name: "user in host", lines: "host = lock:MARK@HOST", wrong: true},
		{name: "password as port", lines: "port = MARK", wrong: true, public: true},
		{name: "password as duration", lines: "timeout = MARK", wrong: true, public: true},
		{name: "password in the place of a file", lines: etcdUser + "password_file = /MARK", wrong: true},
		{name: "password in the place of a variable", lines: etcdUser + "password_env = MARK", wrong: true},
		{name: "twice", lines: etcdUser + "password = MARK\npassword_file = FILE", file: "MARK", wrong: true},
		{name: "misspelled", lines: etcdUser + "pasword = MARK", wrong: true},
	},
	"postgres": {
		{name: "URL", lines: "connection = postgres://ops:MARK@ADDR/postgres?sslmode=disable", sent: true},
		{name: "query", lines: "connection = postgres://ops@ADDR/postgres?sslmode=disable&password=MARK", sent: true},
		{name: "keywords", lines: "connection = " + postgresKeys + " password='MARK'", sent: true},
		{name: "password of a key", lines: "connection = " + postgresKeys + " sslpassword=MARK"},
		{name: "passfile", lines: "connection = " + postgresKeys + " passfile=FILE", file: "*:*:*:*:MARK\n", sent: true},
		{name: "file", lines: "connection_file = FILE", file: postgresKeys + " password=MARK\n", sent: true},
		{name: "environment", lines: "connection_env = SECRET", env: postgresKeys + " password=MARK", sent: true},
		{name: "key of a certificate", lines: "connection = host=HOST dbname=postgres user=ops sslmode=verify-full sslcert=FILE sslkey=FILE sslpassword=MARK", file: "MARK", wrong: true},
		{name: "space", lines: "connection = " + postgresKeys + " password=MARK MARK", wrong: true},
		{name: "missing quote", lines: "connection = " + postgresKeys + " password='MARK", wrong: true},
		{name: "unknown key", lines: "connection = " + postgresKeys + " password=x MARK=y", wrong: true},
		{name: "service", lines: "connection = service=locks password=MARK", wrong: true},
		{name: "port", lines: "connection = postgres://ops:x@HOST:MARK/postgres", wrong: true},
		{name: "port as keyword", lines: "connection = host=HOST dbname=postgres port=MARK", wrong: true},
		{name: "sslmode", lines: "connection = postgres://ops@ADDR/postgres?sslmode=MARK", wrong: true},
		{name: "connect_timeout", lines: "connection = postgres://ops@ADDR/postgres?connect_timeout=MARK", wrong: true},
		{name: "missing at", lines: "connection = postgres://ops:MARK.ADDR/postgres", wrong: true},
		{name: "space in a URL", lines: "connection = postgres://ops:x MARK@ADDR/postgres", wrong: true},
		{name: "slash in a URL", lines: "connection = postgres://ops:x/MARK@ADDR/postgres", wrong: true},
		{name: "question mark in a URL", lines: "connection = postgres://ops:x?MARK@ADDR/postgres?sslmode=disable", sent: true},
		{name: "number sign in a URL", lines: "connection = postgres://ops:x#MARK@ADDR/postgres?sslmode=disable", sent: true},
		{name: "percent in a URL", lines: "connection = postgres://ops:MARK%zzMARK@ADDR/postgres", wrong: true},
		{name: "connection as table", lines: "connection = postgres://ops@ADDR/postgres\ntable = postgres://ops:MARK@ADDR/postgres", wrong: true},
		{name: "connection in the place of a file", lines: "connection_file = host=HOST password=MARK", wrong: true},
		{name: "password in the place of a variable", lines: "connection_env = MARK", wrong: true},
		{name: "misspelled", lines: "connections = postgres://ops:MARK@ADDR/postgres", wrong: true},
	},
	"mysql": {
		{name: "password", lines: mysqlPlace + "password = MARK"},
		{name: "file", lines: mysqlPlace + "password_file = FILE", file: "MARK\n"},
		{name: "environment", lines: mysqlPlace + "password_env = SECRET", env: "MARK"},
		{name: "user and password in host", lines: "host = ops:MARK@HOST\nuser = ops\ndatabase = ops", wrong: true},
		{name: "password as port", lines: "host = HOST\nport = MARK\nuser = ops\ndatabase = ops", wrong: true, public: true},
		{name: "URL as database", lines: "host = HOST\nuser = ops\ndatabase = mysql://ops:MARK@HOST", wrong: true},
		{name: "password as mode", lines: mysqlPlace + "tls = MARK", wrong: true, public: true},
		{name: "password as path", lines: mysqlPlace + "ca_cert = MARK", wrong: true, public: true},
		{name: "key of a certificate", lines: mysqlPlace + "cert_cert = FILE\ncert_key = FILE", file: "MARK", wrong: true},
		{name: "password in the place of a file", lines: mysqlPlace + "password_file = /MARK", wrong: true},
		{name: "password in the place of a variable", lines: mysqlPlace + "password_env = MARK", wrong: true},
		{name: "twice", lines: mysqlPlace + "password = MARK\npassword_file = FILE", file: "MARK", wrong: true},
		{name: "misspelled", lines: mysqlPlace + "pasword = MARK", wrong: true},
	},
	"dynamodb": {
		{name: "secret key", lines: dynamoDBPlace + "access_key_id = AKIA\nsecret_access_key = MARK"},
		{name: "access key", lines: dynamoDBPlace + "access_key_id = MARK\nsecret_access_key = sesame", sent: true},
		{name: "file of the secret key", lines: dynamoDBPlace + "access_key_id = AKIA\nsecret_access_key_file = FILE", file: "MARK\n"},
		{name: "file of the access key", lines: dynamoDBPlace + "access_key_id_file = FILE\nsecret_access_key = sesame", file: "MARK\n", sent: true},
		{name: "environment", lines: dynamoDBPlace + "access_key_id_env = SECRET\nsecret_access_key_env = SECRET", env: "MARK", sent: true},
		{name: "profile", lines: dynamoDBPlace + "profile = ops", aws: map[string]string{
			"credentials": "[ops]\naws_access_key_id = AKIA\naws_secret_access_key = MARK\n",
		}},
		{name: "program", lines: dynamoDBPlace + "profile = ops", aws: map[string]string{
			"config": "[profile ops]\ncredential_process = cat FILE\n",
		}, file: `{"Version": 1, "AccessKeyId": "MARK", "SecretAccessKey": "MARK"}`, sent: true},
		{name: "program that breaks off", lines: dynamoDBPlace + "profile = ops", aws: map[string]string{
			"config": "[profile ops]\ncredential_process = cat FILE\n",
		}, file: `{"Version": 1, "SecretAccessKey": "MARK`, wrong: true, code: exitRefused},
		{name: "malformed profile", lines: dynamoDBPlace + "profile = ops", aws: map[string]string{
			"credentials": "[ops\naws_secret_access_key MARK\n",
		}, wrong: true},
		{name: "user in the endpoint", lines: "region = eu-west-1\nendpoint = http://lock:MARK@ADDR", wrong: true},
		{name: "query of the endpoint", lines: "region = eu-west-1\nendpoint = http://ADDR?key=MARK", wrong: true},
		{name: "percent in the endpoint", lines: "region = eu-west-1\nendpoint = http://lock:MARK%zz@ADDR", wrong: true},
		{name: "half", lines: dynamoDBPlace + "secret_access_key = MARK", wrong: true},
		{name: "key in the place of a file", lines: dynamoDBPlace + "access_key_id = AKIA\nsecret_access_key_file = /MARK", wrong: true},
		{name: "key in the place of a variable", lines: dynamoDBPlace + "access_key_id = AKIA\nsecret_access_key_env = MARK", wrong: true},
		{name: "misspelled", lines: dynamoDBPlace + "access_key_id = AKIA\nsecret_acess_key = MARK", wrong: true},
	},
	// These are of all backends.
	"local": {
		{name: "key of others", lines: "password = MARK", wrong: true},
		{name: "line without a key", lines: "path = /nowhere/locks.db\nMARK", wrong: true},
		{name: "pin", lines: "sha256 = MARK", wrong: true, public: true},
		{name: "key of the wrong section", head: "backend = local\nttl = 5m\npassword = MARK", wrong: true},
		{name: "URL as backend", head: "backend = redis://:MARK@HOST\nttl = 5m", wrong: true},
	},
}

const (
	etcdUser      = "endpoints = https://ADDR\nca_cert = CA\nuser = lock\n"
	postgresKeys  = "host=HOST port=PORT dbname=postgres user=ops sslmode=disable"
	mysqlPlace    = "host = HOST\nport = PORT\nuser = ops\ndatabase = ops\n"
	dynamoDBPlace = "endpoint = http://ADDR\nregion = eu-west-1\n"
)
