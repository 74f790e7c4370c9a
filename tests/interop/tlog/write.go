package main

import (
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const writtenOrigin = "go.example/log"

// Entries as they come: empty, short, as long as a bundle can say.
func entryOf(index int) []byte {
	lengths := []int{0, 1, 7, 300, 65535}
	length := lengths[index%4]
	if index == 20 {
		length = lengths[4]
	}
	return []byte(strings.Repeat(fmt.Sprintf("%d.", index), 1+length/2)[:length])
}

func place(directory, path string, bytes []byte) error {
	file := filepath.Join(directory, path)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	return os.WriteFile(file, bytes, 0o644)
}

func signed(head tlog.Tree, signer note.Signer) ([]byte, error) {
	text := fmt.Sprintf("%s\n%d\n%s\n", writtenOrigin, head.N, head.Hash)
	return note.Sign(&note.Note{Text: text}, signer)
}

// The files of a log of this size, by path.
func filesOf(size int, signer note.Signer) (map[string][]byte, tlog.Tree, error) {
	t := &tree{}
	var bundles [][]byte
	for index := 0; index < size; index++ {
		entry := entryOf(index)
		if err := t.add(entry); err != nil {
			return nil, tlog.Tree{}, err
		}
		if index%tileWidth == 0 {
			bundles = append(bundles, nil)
		}
		last := &bundles[len(bundles)-1]
		*last = append(append(*last, byte(len(entry)>>8), byte(len(entry))), entry...)
	}
	all := map[string][]byte{}
	for _, tile := range tilesOf(t.size) {
		data, err := tlog.ReadTileData(tile, t)
		if err != nil {
			return nil, tlog.Tree{}, err
		}
		all[pathOf(tile)] = data
		if tile.L == 0 {
			all[bundlePath(tile)] = bundles[tile.N]
		}
	}
	root, err := t.root(t.size)
	if err != nil {
		return nil, tlog.Tree{}, err
	}
	head := tlog.Tree{N: t.size, Hash: root}
	all["checkpoint"], err = signed(head, signer)
	return all, head, err
}

// flipped is the log with one bit of one file changed.
func flipped(all map[string][]byte, path string, at int) (map[string][]byte, error) {
	bytes, found := all[path]
	if !found {
		return nil, fmt.Errorf("no file %s", path)
	}
	copied := map[string][]byte{}
	for each, data := range all {
		copied[each] = data
	}
	copied[path] = append([]byte{}, bytes...)
	copied[path][at%len(bytes)] ^= 1
	return copied, nil
}

func writeKey(directory string) error {
	secret, vkey, err := note.GenerateKey(rand.Reader, writtenOrigin)
	if err != nil {
		return err
	}
	if err := place(directory, "key", []byte(secret+"\n")); err != nil {
		return err
	}
	return place(directory, "vkey", []byte(vkey+"\n"))
}

func readKey(directory string) (note.Signer, note.Verifier, error) {
	secret, err := os.ReadFile(filepath.Join(directory, "key"))
	if err != nil {
		return nil, nil, err
	}
	vkey, err := os.ReadFile(filepath.Join(directory, "vkey"))
	if err != nil {
		return nil, nil, err
	}
	signer, err := note.NewSigner(strings.TrimSpace(string(secret)))
	if err != nil {
		return nil, nil, err
	}
	key, err := note.NewVerifier(strings.TrimSpace(string(vkey)))
	return signer, key, err
}

// write makes DIR/good and DIR/bad-..., of which only the first may be accepted.
func write(directory string, size int) error {
	if err := writeKey(directory); err != nil {
		return err
	}
	signer, key, err := readKey(directory)
	if err != nil {
		return err
	}
	good, head, err := filesOf(size, signer)
	if err != nil {
		return err
	}
	logs := map[string]map[string][]byte{"good": good}
	for name, what := range map[string]struct {
		path string
		at   int
	}{"bad-bundle": {"tile/entries/000", 2000}, "bad-last-bundle": {bundlePath(lastTile(size, 0)), 2},
		"bad-tile": {"tile/0/001", 77}, "bad-top-tile": {pathOf(lastTile(size, 1)), 0},
		"bad-size":      {"checkpoint", len(writtenOrigin) + 1},
		"bad-signature": {"checkpoint", len(good["checkpoint"]) - 20}} {
		if logs[name], err = flipped(good, what.path, what.at); err != nil {
			return err
		}
	}
	// Signed by the log itself, and still not the root of these entries.
	lie, err := flipped(good, "checkpoint", 0)
	if err != nil {
		return err
	}
	head.Hash[5] ^= 1
	if lie["checkpoint"], err = signed(head, signer); err != nil {
		return err
	}
	logs["bad-root"] = lie
	for name, all := range logs {
		var n counts
		served := func(path string) ([]byte, error) {
			if bytes, found := all[path]; found {
				return bytes, nil
			}
			return nil, os.ErrNotExist
		}
		if _, err := (&tree{}).verifyAt(served, "checkpoint", key, &n); (err == nil) != (name == "good") {
			return fmt.Errorf("%s: %v", name, err)
		}
		for path, bytes := range all {
			if err := place(filepath.Join(directory, name), path, bytes); err != nil {
				return err
			}
		}
	}
	say("wrote a log of %d entries (%d files) and %d wrong ones, which it refuses itself", size, len(good), len(logs)-1)
	return nil
}

func lastTile(size, level int) tlog.Tile {
	var last tlog.Tile
	for _, tile := range tilesOf(int64(size)) {
		if tile.L == level {
			last = tile
		}
	}
	return last
}
