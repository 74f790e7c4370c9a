package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// What a log says to a witness (c2sp.org/tlog-witness).
type addCheckpoint struct {
	old   int64
	proof tlog.TreeProof
	note  []byte
}

func parseAddCheckpoint(body []byte) (addCheckpoint, error) {
	var request addCheckpoint
	head, signed, found := bytes.Cut(body, []byte("\n\n"))
	lines := strings.Split(string(head), "\n")
	old, err := strconv.ParseInt(strings.TrimPrefix(lines[0], "old "), 10, 64)
	if !found || err != nil || !strings.HasPrefix(lines[0], "old ") || len(lines) > 64 {
		return request, errors.New("no request of a log")
	}
	request.old, request.note = old, signed
	for _, line := range lines[1:] {
		hash, err := tlog.ParseHash(line)
		if err != nil {
			return request, err
		}
		request.proof = append(request.proof, hash)
	}
	return request, nil
}

func (r addCheckpoint) body() []byte {
	text := fmt.Sprintf("old %d\n", r.old)
	for _, hash := range r.proof {
		text += hash.String() + "\n"
	}
	return append([]byte(text+"\n"), r.note...)
}

// watcher is a witness of one log, for as long as it runs.
type watcher struct {
	log  note.Verifier
	key  *cosigner
	lock sync.Mutex
	seen tlog.Tree
}

func (w *watcher) answer(body []byte) (int, string) {
	w.lock.Lock()
	defer w.lock.Unlock()
	request, err := parseAddCheckpoint(body)
	if err != nil {
		return 400, err.Error()
	}
	head, err := openCheckpoint(request.note, w.log)
	if err != nil {
		return 403, err.Error()
	}
	if request.old != w.seen.N {
		return 409, fmt.Sprintf("%d\n", w.seen.N)
	}
	if w.seen.N > 0 {
		if err := tlog.CheckTree(request.proof, head.N, head.Hash, w.seen.N, w.seen.Hash); err != nil {
			return 422, err.Error()
		}
	}
	opened, err := note.Open(request.note, note.VerifierList(w.log))
	if err != nil {
		return 403, err.Error()
	}
	signed, err := note.Sign(&note.Note{Text: opened.Text}, w.key)
	if err != nil {
		return 500, err.Error()
	}
	w.seen = head
	return 200, string(signed[len(opened.Text)+1:])
}

// watch is a witness that writes DIR/vkey and DIR/url, and stops by itself.
func watch(name string, log note.Verifier, directory string) error {
	key, err := newCosigner(name)
	if err != nil {
		return err
	}
	w := &watcher{log: log, key: key}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	http.HandleFunc("/add-checkpoint", func(to http.ResponseWriter, request *http.Request) {
		body, err := io.ReadAll(io.LimitReader(request.Body, 1<<20))
		if err != nil {
			return
		}
		status, text := w.answer(body)
		if status == 409 {
			to.Header().Set("Content-Type", "text/x.tlog.size")
		}
		to.WriteHeader(status)
		io.WriteString(to, text)
	})
	if err := place(directory, "vkey", []byte(key.vkey()+"\n")); err != nil {
		return err
	}
	if err := place(directory, "url", []byte("http://"+listener.Addr().String()+"/\n")); err != nil {
		return err
	}
	time.AfterFunc(5*time.Minute, func() { os.Exit(1) })
	return http.Serve(listener, nil)
}

// A log of this package's own before a witness of ours.
type shownLog struct {
	url    string
	signer note.Signer
	tree   *tree
	heads  []tlog.Tree // by size
}

func (l *shownLog) grow(size int) error {
	for len(l.heads) <= size {
		if len(l.heads) > 0 {
			if err := l.tree.add(entryOf(len(l.heads))); err != nil {
				return err
			}
		}
		root, err := l.tree.root(l.tree.size)
		if err != nil {
			return err
		}
		l.heads = append(l.heads, tlog.Tree{N: l.tree.size, Hash: root})
	}
	return nil
}

func (l *shownLog) request(old, size int) (addCheckpoint, error) {
	request := addCheckpoint{old: int64(old)}
	var err error
	if request.note, err = signed(l.heads[size], l.signer); err != nil {
		return request, err
	}
	if old > 0 && old < size {
		request.proof, err = tlog.ProveTree(int64(size), int64(old), l.tree)
	}
	return request, err
}

func (l *shownLog) post(request addCheckpoint) (int, string, error) {
	client := http.Client{Timeout: 20 * time.Second}
	answer, err := client.Post(l.url+"add-checkpoint", "text/plain", bytes.NewReader(request.body()))
	if err != nil {
		return 0, "", err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	return answer.StatusCode, string(body), err
}

// show has a witness cosign a log as it grows, and refuse what no witness may cosign.
func show(directory, url, witness string) error {
	watched, err := parseCosigner(witness)
	if err != nil {
		return err
	}
	signer, key, err := readKey(directory)
	if err != nil {
		return err
	}
	log := &shownLog{url: strings.TrimSpace(url), signer: signer, tree: &tree{}}
	sizes := []int{0, 1, 2, 3, 7, 8, 64, 100, 255, 256, 257, 300}
	if err := log.grow(sizes[len(sizes)-1]); err != nil {
		return err
	}
	last := 0
	for _, size := range sizes {
		request, err := log.request(last, size)
		if err != nil {
			return err
		}
		status, lines, err := log.post(request)
		if err != nil || status != 200 {
			return fmt.Errorf("from %d to %d: %d %s %v", last, size, status, lines, err)
		}
		note := append(append([]byte{}, request.note...), lines...)
		if _, _, err := openCosigned(note, key, []*cosigner{watched}); err != nil {
			return fmt.Errorf("the line for %d entries: %w", size, err)
		}
		last = size
	}
	say("a log that grows to %d entries in %d steps: cosigned at each", last, len(sizes))
	return log.refusals(last)
}

func (l *shownLog) refusals(last int) error {
	if err := l.grow(last + 5); err != nil {
		return err
	}
	next, err := l.request(last, last+5)
	if err != nil {
		return err
	}
	older, err := l.request(last-10, last+5)
	if err != nil {
		return err
	}
	unproved := next
	unproved.proof = nil
	forked := l.heads[last]
	forked.Hash[3] ^= 1
	fork := addCheckpoint{old: int64(last)}
	if fork.note, err = signed(forked, l.signer); err != nil {
		return err
	}
	unsigned := next
	unsigned.note = bytes.Replace(next.note, []byte("\n305\n"), []byte("\n306\n"), 1)
	stranger := next
	stranger.note = bytes.ReplaceAll(next.note, []byte(writtenOrigin), []byte("xx.example/log"))
	for _, each := range []struct {
		what   string
		sent   addCheckpoint
		status int
	}{{"growth from a size that was not cosigned last", older, 409},
		{"growth without a proof", unproved, 422}, {"two roots of one size", fork, 422},
		{"a checkpoint that the log did not sign", unsigned, 403},
		{"a log that it does not know", stranger, 404}} {
		status, text, err := l.post(each.sent)
		if err != nil || status != each.status {
			return fmt.Errorf("%s: %d %s %v", each.what, status, text, err)
		}
	}
	say("5 refusals: 409, 422 twice, 403, 404")
	if status, text, err := l.post(next); err != nil || status != 200 {
		return fmt.Errorf("and then: %d %s %v", status, text, err)
	}
	return nil
}
