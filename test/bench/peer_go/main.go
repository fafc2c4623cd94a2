// A health agent for Redis as one writes it in Go in an afternoon: each round
// starts a goroutine per instance, which dials, asks PING and tells a channel;
// one goroutine reads the channel and keeps a ZooKeeper node per instance.
//
//	peer_go -zookeeper HOST:PORT -root /go -interval 1s -timeout 1s NAME=HOST:PORT...
//
// It is here to be measured beside sentinel-agent, so it is the good version
// of itself: no goroutine is left behind, no two ask the same instance, fifty
// at most are under way, a node is written only when it changes, a refused
// connection is believed at once and a timeout asked about again after half a
// second. It does not guard itself: a library that hangs or dies takes all of
// it along. Runs until it is killed.
package main

import (
	"errors"
	"flag"
	"log"
	"strings"
	"syscall"
	"time"

	"github.com/gomodule/redigo/redis"
	"github.com/samuel/go-zookeeper/zk"
)

const (
	underWayMost = 50
	retryPause   = 500 * time.Millisecond
)

type instance struct {
	name, address string
	isAsked       bool   // a goroutine is under way
	published     string // what its node says
}

type result struct {
	of    *instance
	state string
}

type agent struct {
	timeout    time.Duration
	root       string
	everyRound bool
	instances  []*instance
	results    chan result
	underWay   chan struct{}
	keeper     *zk.Conn
}

func (a *agent) ping(of *instance) error {
	conn, err := redis.Dial("tcp", of.address,
		redis.DialConnectTimeout(a.timeout),
		redis.DialReadTimeout(a.timeout),
		redis.DialWriteTimeout(a.timeout))
	if err != nil {
		return err
	}
	defer conn.Close()
	_, err = conn.Do("PING")
	return err
}

func (a *agent) probe(of *instance) {
	a.underWay <- struct{}{}
	err := a.ping(of)
	if err != nil && !errors.Is(err, syscall.ECONNREFUSED) {
		time.Sleep(retryPause)
		err = a.ping(of)
	}
	<-a.underWay
	state := "up"
	if err != nil {
		state = "down"
	}
	a.results <- result{of, state}
}

func (a *agent) publish(of *instance, state string) error {
	if state == of.published && !a.everyRound {
		return nil
	}
	path := a.root + "/" + of.name
	data := []byte(`{"addr":"` + of.address + `","state":"` + state + `"}`)
	_, err := a.keeper.Set(path, data, -1)
	if err == zk.ErrNoNode {
		_, err = a.keeper.Create(path, data, zk.FlagEphemeral,
			zk.WorldACL(zk.PermAll))
	}
	if err == nil {
		of.published = state
	}
	return err
}

func (a *agent) run(interval time.Duration) {
	rounds := time.NewTicker(interval)
	for {
		select {
		case <-rounds.C:
			for _, of := range a.instances {
				if !of.isAsked {
					of.isAsked = true
					go a.probe(of)
				}
			}
		case found := <-a.results:
			found.of.isAsked = false
			if err := a.publish(found.of, found.state); err != nil {
				log.Printf("publish %s: %v", found.of.name, err)
			}
		}
	}
}

func connect(server, root string) *zk.Conn {
	keeper, _, err := zk.Connect([]string{server}, 12*time.Second)
	if err != nil {
		log.Fatal(err)
	}
	_, err = keeper.Create(root, nil, 0, zk.WorldACL(zk.PermAll))
	if err != nil && err != zk.ErrNodeExists {
		log.Fatal(err)
	}
	return keeper
}

func main() {
	server := flag.String("zookeeper", "", "host:port")
	root := flag.String("root", "/go", "parent of the nodes")
	interval := flag.Duration("interval", time.Second, "from round to round")
	timeout := flag.Duration("timeout", time.Second, "of dial and of PING")
	everyRound := flag.Bool("every-round", false, "write each node each round")
	flag.Parse()

	a := &agent{timeout: *timeout, root: *root, everyRound: *everyRound,
		results:  make(chan result, underWayMost),
		underWay: make(chan struct{}, underWayMost),
		keeper:   connect(*server, *root)}
	for _, word := range flag.Args() {
		name, address, isPair := strings.Cut(word, "=")
		if !isPair {
			log.Fatalf("%s is not NAME=HOST:PORT", word)
		}
		a.instances = append(a.instances,
			&instance{name: name, address: address})
	}
	a.run(*interval)
}
