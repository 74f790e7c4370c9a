// Checks logs of ours with golang.org/x/mod/sumdb, which runs Go's own checksum database, and
// writes a log with it for our verifier. One line for each thing that was verified.
//
//	tlog growing VKEY DIR        checkpoint.<N>, tiles and proofs of a log at each of its sizes
//	tlog export VKEY DIR         one checkpoint and its tiles
//	tlog cosigned VKEY DIR FILE WITNESS...   a note there, with a line of each of these witnesses;
//	                             where the tiles lie there too, the log under that note
//	tlog write DIR SIZE          a log of its own, and copies in which one thing is wrong
//	tlog witness NAME VKEY DIR   a witness of its own of this log; writes DIR/vkey and DIR/url
//	tlog key DIR                 a key for a log of its own: DIR/key and DIR/vkey
//	tlog show DIR URL WITNESS    has a witness cosign the log of that key as it grows
//	tlog append DIR SIZE BATCH   entries made durable in batches; prints the seconds of one
package main

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func main() {
	words := os.Args[1:]
	var err error
	switch {
	case len(words) == 3 && words[0] == "growing":
		err = withKey(words[1], func(key note.Verifier) error { return growing(key, below(words[2])) })
	case len(words) == 3 && words[0] == "export":
		err = withKey(words[1], func(key note.Verifier) error { return export(key, below(words[2])) })
	case len(words) > 4 && words[0] == "cosigned":
		err = withKey(words[1], func(key note.Verifier) error {
			witnesses, err := parseCosigners(words[4:])
			if err != nil {
				return err
			}
			return cosigned(key, below(words[2]), words[3], witnesses)
		})
	case len(words) == 4 && words[0] == "witness":
		err = withKey(words[2], func(key note.Verifier) error { return watch(words[1], key, words[3]) })
	case len(words) == 2 && words[0] == "key":
		err = writeKey(words[1])
	case len(words) == 4 && words[0] == "show":
		err = show(words[1], words[2], words[3])
	case len(words) == 3 && words[0] == "write":
		var size int
		if size, err = strconv.Atoi(words[2]); err == nil {
			err = write(words[1], size)
		}
	case len(words) == 4 && words[0] == "append":
		var size, batch int
		if _, err = fmt.Sscan(words[2]+" "+words[3], &size, &batch); err == nil {
			err = appendLog(words[1], size, batch)
		}
	default:
		fmt.Fprintln(os.Stderr, "usage: tlog growing|export VKEY DIR | tlog cosigned VKEY DIR FILE WITNESS... | "+
			"tlog write DIR SIZE | tlog witness NAME VKEY DIR | tlog key DIR | tlog show DIR URL WITNESS | "+
			"tlog append DIR SIZE BATCH")
		os.Exit(2)
	}
	if err != nil {
		fmt.Println("FAILED ", err)
		os.Exit(1)
	}
}

func say(format string, values ...interface{}) { fmt.Printf("  "+format+"\n", values...) }

func withKey(vkey string, do func(note.Verifier) error) error {
	key, err := note.NewVerifier(strings.TrimSpace(vkey))
	if err != nil {
		return err
	}
	return do(key)
}

// parallel runs do for each number below n, on every processor.
func parallel(n int64, do func(int64) error) error {
	var wait sync.WaitGroup
	found := make([]error, runtime.NumCPU())
	for worker := range found {
		wait.Add(1)
		go func(worker int) {
			defer wait.Done()
			for i := int64(worker); i < n && found[worker] == nil; i += int64(len(found)) {
				found[worker] = do(i)
			}
		}(worker)
	}
	wait.Wait()
	for _, err := range found {
		if err != nil {
			return err
		}
	}
	return nil
}

// Every entry is in the tree that this head signs.
func verifyInclusions(t *tree, head tlog.Tree, hashes tlog.HashReader) error {
	for index := int64(0); index < head.N; index++ {
		path, err := tlog.ProveRecord(head.N, index, hashes)
		if err != nil {
			return err
		}
		if err := tlog.CheckRecord(path, head.N, head.Hash, index, t.leaf(index)); err != nil {
			return fmt.Errorf("entry %d of %d: %w", index, head.N, err)
		}
	}
	return nil
}

func verifyGrowth(older, newer tlog.Tree, hashes tlog.HashReader) error {
	path, err := tlog.ProveTree(newer.N, older.N, hashes)
	if err != nil {
		return err
	}
	if err := tlog.CheckTree(path, newer.N, newer.Hash, older.N, older.Hash); err != nil {
		return fmt.Errorf("%d is not the beginning of %d: %w", older.N, newer.N, err)
	}
	return nil
}

func growing(key note.Verifier, log files) error {
	t := &tree{}
	var n counts
	var heads []tlog.Tree
	for {
		name := "checkpoint." + strconv.Itoa(len(heads))
		if _, err := log(name); err != nil {
			break
		}
		head, err := t.verifyAt(log, name, key, &n)
		if err != nil {
			return err
		}
		if head.N != int64(len(heads)) {
			return fmt.Errorf("%s is of size %d", name, head.N)
		}
		heads = append(heads, head)
	}
	last := len(heads) - 1
	say("%d checkpoints (sizes 0 to %d): signature, origin, size and root", n.checkpoints, last)
	say("%d entry bundles with %d entries, %d hash tiles, full and partial", n.bundles, n.entries, n.tiles)

	included := int64(last) * int64(last+1) / 2
	grown := int64(last) * int64(last-1) / 2
	err := parallel(int64(len(heads)), func(size int64) error {
		for _, older := range heads[:size] {
			if older.N > 0 {
				if err := verifyGrowth(older, heads[size], t); err != nil {
					return err
				}
			}
		}
		return verifyInclusions(t, heads[size], t)
	})
	if err != nil {
		return err
	}
	say("%d inclusions: every entry under every checkpoint", included)
	say("%d growths: every checkpoint from every earlier one", grown)
	if err := byTilesAlone(log, t, heads[last], heads); err != nil {
		return err
	}
	if err := proofs(key, log, t, heads); err != nil {
		return err
	}
	return refusals(key, log, heads)
}

// As a client does that has nothing but the checkpoint, and believes no tile before its parent.
func byTilesAlone(log files, t *tree, head tlog.Tree, heads []tlog.Tree) error {
	hashes := tlog.TileHashReader(head, served{log})
	if err := verifyInclusions(t, head, hashes); err != nil {
		return err
	}
	for _, older := range heads[1:] {
		if err := verifyGrowth(older, head, hashes); err != nil {
			return err
		}
	}
	say("%d inclusions and %d growths from the tiles served alone", head.N, len(heads)-1)
	return nil
}

func proofs(key note.Verifier, log files, t *tree, heads []tlog.Tree) error {
	checked := 0
	for size := range heads {
		for _, file := range []string{fmt.Sprintf("proof/%d.tlog-proof", size),
			fmt.Sprintf("proof/last/%d.tlog-proof", size)} {
			bytes, err := log(file)
			if err != nil {
				continue
			}
			read, err := parseProof(bytes)
			if err != nil || read.index >= t.size {
				return fmt.Errorf("%s: no proof", file)
			}
			if _, err := verifyProof(bytes, t.leaf(read.index), key); err != nil {
				return fmt.Errorf("%s: %w", file, err)
			}
			checked++
		}
	}
	if checked != 2*(len(heads)-1) {
		return fmt.Errorf("only %d proof files", checked)
	}
	say("%d proof files (.tlog-proof)", checked)
	return nil
}

// Go reads base64 that is not canonical: of the last character before a single "=", it looks at four
// bits of six. Our own reader refuses the others.
func isPartlyUnread(text []byte, at int) bool {
	return at+1 < len(text) && text[at] != '=' && text[at+1] == '='
}

// Nothing of a small log can be changed by a byte.
func refusals(key note.Verifier, log files, heads []tlog.Tree) error {
	const size = 5
	if len(heads) <= 1000 {
		return fmt.Errorf("only %d checkpoints", len(heads))
	}
	whole := func(served files) error {
		var n counts
		_, err := (&tree{}).verifyAt(served, "checkpoint.5", key, &n)
		return err
	}
	t := &tree{}
	var n counts
	if err := t.readEntries(log, size, &n); err != nil {
		return err
	}
	for _, what := range []struct{ name, path string }{{"the checkpoint", "checkpoint.5"},
		{"a hash tile", "tile/0/000.p/5"}, {"an entry bundle", "tile/entries/000.p/5"},
		{"a proof", "proof/5.tlog-proof"}} {
		bytes, err := log(what.path)
		if err != nil {
			return err
		}
		read, _ := parseProof(bytes)
		for at := range bytes {
			if !strings.HasPrefix(what.path, "tile/") && isPartlyUnread(bytes, at) {
				continue
			}
			flipped := append([]byte{}, bytes...)
			flipped[at] ^= 1
			if strings.HasSuffix(what.path, ".tlog-proof") {
				_, err = verifyProof(flipped, t.leaf(read.index), key)
			} else {
				err = whole(changed(log, what.path, flipped))
			}
			if err == nil {
				return fmt.Errorf("%s was accepted with byte %d changed", what.path, at)
			}
		}
		say("%d changes refused: each byte of %s", len(bytes), what.name)
	}
	return nil
}

func export(key note.Verifier, log files) error {
	t := &tree{}
	var n counts
	head, err := t.verifyAt(log, "checkpoint", key, &n)
	if err != nil {
		return err
	}
	if err := verifyInclusions(t, head, t); err != nil {
		return err
	}
	grown := 0
	for size := int64(1); size < head.N; size += 1 + size/16 {
		root, err := t.root(size)
		if err != nil {
			return err
		}
		if err := verifyGrowth(tlog.Tree{N: size, Hash: root}, head, t); err != nil {
			return err
		}
		grown++
	}
	say("%d entries: checkpoint, %d bundles, %d hash tiles, %d inclusions, %d growths", head.N, n.bundles,
		n.tiles, head.N, grown)
	return keyChange(key, log, t)
}

// What is shown of an entry that changed the key of the log: a proof file whose extra line begins
// with the leaf.
func keyChange(key note.Verifier, log files, t *tree) error {
	const path = "key/1.tlog-proof"
	file, err := log(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	read, err := parseProof(file)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	length := 0
	if len(read.extra) > 2 {
		length = int(read.extra[0])<<8 | int(read.extra[1])
	}
	if length == 0 || len(read.extra) < 2+length {
		return fmt.Errorf("%s: no leaf", path)
	}
	leaf := tlog.RecordHash(read.extra[2 : 2+length])
	if _, err := verifyProof(file, leaf, key); err != nil || leaf != t.leaf(read.index) {
		return fmt.Errorf("%s: not the entry %d: %v", path, read.index, err)
	}
	say("entry %d, which changed the key, by its proof file", read.index)
	return nil
}
