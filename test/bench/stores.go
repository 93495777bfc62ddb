package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/stormlock/stormlock/test/servers"
)

// A store is a backend and the settings that lead to its server.
type store struct {
	backend  string
	settings []string // KEY=VALUE
}

// startStores starts every server, or that of one backend, as durable as one that
// keeps locks has to be. stop stops those that were started, whatever the error.
func startStores(dir, only string) (stores []store, stop func(), err error) {
	var stops []func()
	stop = func() {
		for _, s := range slices.Backward(stops) {
			s()
		}
	}
	for _, backend := range []string{"local", "redis", "etcd", "postgres", "mysql", "dynamodb"} {
		if only != "" && backend != only {
			continue
		}
		// Not in dir, which the user that runs PostgreSQL may not enter.
		place, err := os.MkdirTemp("", "stormlock-bench")
		if err != nil {
			return nil, stop, err
		}
		stops = append(stops, func() { _ = os.RemoveAll(place) })
		s, stopOne, err := starts[backend](place)
		if err != nil {
			return nil, stop, err
		}
		stores, stops = append(stores, s), append(stops, stopOne)
	}
	return stores, stop, nil
}

var starts = map[string]func(dir string) (store, func(), error){
	"local": localStore, "redis": redisStore, "etcd": etcdStore, "postgres": postgresStore, "mysql": mysqlStore,
	"dynamodb": dynamoDBStore,
}

func localStore(dir string) (store, func(), error) {
	return store{"local", []string{"path=" + filepath.Join(dir, "locks.db")}}, func() {}, nil
}

func redisStore(dir string) (store, func(), error) {
	server, err := servers.StartRedis(dir, "--appendonly", "yes", "--appendfsync", "always")
	if err != nil {
		return store{}, nil, err
	}
	return store{"redis", []string{"url=" + server.URL}}, server.Stop, nil
}

func etcdStore(dir string) (store, func(), error) {
	server, err := servers.StartEtcd(dir, "--unsafe-no-fsync=false")
	if err != nil {
		return store{}, nil, err
	}
	return store{"etcd", []string{"endpoints=" + server.URL, "timeout=10m"}}, server.Stop, nil
}

func postgresStore(dir string) (store, func(), error) {
	server, err := servers.StartPostgres(dir, "-c", "fsync=on", "-c", "synchronous_commit=on")
	if err != nil {
		return store{}, nil, err
	}
	return store{"postgres", []string{"connection=" + server.URL}}, server.Stop, nil
}

func mysqlStore(dir string) (store, func(), error) {
	server, err := servers.StartMySQL(dir, "--innodb-flush-log-at-trx-commit=1")
	if err != nil {
		return store{}, nil, err
	}
	if _, err := server.SQL("CREATE DATABASE bench; SET GLOBAL max_recursive_iterations = 1000000"); err != nil {
		server.Stop()
		return store{}, nil, err
	}
	host, port, _ := strings.Cut(server.Addr, ":")
	return store{"mysql", []string{"host=" + host, "port=" + port, "user=root", "database=bench"}}, server.Stop, nil
}

// dynamoDBStore keeps its data in memory: how fast AWS stores is not ours to
// tell.
func dynamoDBStore(dir string) (store, func(), error) {
	server, err := servers.StartDynamoDB(dir)
	if err != nil {
		return store{}, nil, err
	}
	return store{"dynamodb", []string{
		"endpoint=" + server.URL, "region=eu-central-1", "table=stormlock",
		"access_key_id=bench", "secret_access_key=bench",
	}}, server.Stop, nil
}
