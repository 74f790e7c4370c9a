package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const tileHeight = 8
const tileWidth = 1 << tileHeight

// files gives the bytes under a path of the log.
type files func(path string) ([]byte, error)

func below(directory string) files {
	return func(path string) ([]byte, error) { return os.ReadFile(filepath.Join(directory, path)) }
}

// changed is what somebody serves who has changed one file.
func changed(of files, path string, bytes []byte) files {
	return func(asked string) ([]byte, error) {
		if asked == path {
			return bytes, nil
		}
		return of(asked)
	}
}

// A checkpoint has an origin, where the notes of this package's own log have a fixed first line.
func openCheckpoint(bytes []byte, key note.Verifier) (tlog.Tree, error) {
	opened, err := note.Open(bytes, note.VerifierList(key))
	if err != nil {
		return tlog.Tree{}, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[3] != "" || lines[0] != key.Name() {
		return tlog.Tree{}, errors.New("not the checkpoint of this log")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 0 || strconv.FormatInt(size, 10) != lines[1] {
		return tlog.Tree{}, errors.New("no size of a tree")
	}
	root, err := tlog.ParseHash(lines[2])
	if err != nil || root.String() != lines[2] {
		return tlog.Tree{}, errors.New("no root of a tree")
	}
	return tlog.Tree{N: size, Hash: root}, nil
}

// The package puts the height into the path and calls entries "data".
func pathOf(tile tlog.Tile) string {
	return "tile/" + strings.TrimPrefix(tile.Path(), fmt.Sprintf("tile/%d/", tileHeight))
}

func bundlePath(tile tlog.Tile) string {
	tile.L = -1
	return strings.Replace(pathOf(tile), "tile/data/", "tile/entries/", 1)
}

func parseBundle(bytes []byte, width int) ([][]byte, error) {
	var entries [][]byte
	for len(bytes) > 0 {
		if len(bytes) < 2 {
			return nil, errors.New("a bundle ends in a length")
		}
		length := int(bytes[0])<<8 | int(bytes[1])
		if len(bytes) < 2+length {
			return nil, errors.New("a bundle ends in an entry")
		}
		entries = append(entries, bytes[2:2+length])
		bytes = bytes[2+length:]
	}
	if len(entries) != width {
		return nil, fmt.Errorf("a bundle holds %d entries instead of %d", len(entries), width)
	}
	return entries, nil
}

// tree holds every hash that a log stores, in the order of the package.
type tree struct {
	hashes []tlog.Hash
	size   int64
}

func (t *tree) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	found := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		if index >= int64(len(t.hashes)) {
			return nil, errors.New("no such hash")
		}
		found[i] = t.hashes[index]
	}
	return found, nil
}

func (t *tree) add(entry []byte) error {
	hashes, err := tlog.StoredHashes(t.size, entry, t)
	if err != nil {
		return err
	}
	t.hashes = append(t.hashes, hashes...)
	t.size++
	return nil
}

func (t *tree) leaf(index int64) tlog.Hash { return t.hashes[tlog.StoredHashIndex(0, index)] }

func (t *tree) root(size int64) (tlog.Hash, error) {
	if size == 0 { // for which this version of the package gives zeros
		return sha256.Sum256(nil), nil
	}
	return tlog.TreeHash(size, t)
}

// The tiles of hashes that a tree of this size has: tlog.NewTiles gives every width of the last.
func tilesOf(size int64) []tlog.Tile {
	var tiles []tlog.Tile
	for level := 0; size>>(tileHeight*level) > 0; level++ {
		count := size >> (tileHeight * level)
		for first := int64(0); first < count; first += tileWidth {
			width := count - first
			if width > tileWidth {
				width = tileWidth
			}
			tiles = append(tiles, tlog.Tile{H: tileHeight, L: level, N: first / tileWidth, W: int(width)})
		}
	}
	return tiles
}

type counts struct {
	checkpoints, tiles, bundles, entries, inclusions, growths int
}

// readEntries adds to the tree what the bundles of a log of this size hold beyond it.
func (t *tree) readEntries(log files, size int64, n *counts) error {
	for _, tile := range tilesOf(size) {
		first := tile.N * tileWidth
		if tile.L != 0 || first+int64(tile.W) <= t.size {
			continue
		}
		path := bundlePath(tile)
		bytes, err := log(path)
		if err != nil {
			return err
		}
		entries, err := parseBundle(bytes, tile.W)
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		for i, entry := range entries {
			if first+int64(i) < t.size {
				if tlog.RecordHash(entry) != t.leaf(first+int64(i)) {
					return fmt.Errorf("%s: entry %d has changed", path, i)
				}
			} else if err := t.add(entry); err != nil {
				return err
			}
			n.entries++
		}
		n.bundles++
	}
	if t.size != size {
		return fmt.Errorf("%d entries instead of %d", t.size, size)
	}
	return nil
}

// verifyAt checks the log as it was under one checkpoint. The tree holds what was read before.
func (t *tree) verifyAt(log files, checkpoint string, key note.Verifier, n *counts) (tlog.Tree, error) {
	signed, err := log(checkpoint)
	if err != nil {
		return tlog.Tree{}, err
	}
	head, err := openCheckpoint(signed, key)
	if err != nil {
		return head, fmt.Errorf("%s: %w", checkpoint, err)
	}
	if err := t.readEntries(log, head.N, n); err != nil {
		return head, err
	}
	if root, err := t.root(head.N); err != nil || root != head.Hash {
		return head, fmt.Errorf("%s: the entries give another root", checkpoint)
	}
	for _, tile := range tilesOf(head.N) {
		due, err := tlog.ReadTileData(tile, t)
		if err != nil {
			return head, err
		}
		stored, err := log(pathOf(tile))
		if err != nil {
			return head, err
		}
		if !bytes.Equal(due, stored) {
			return head, fmt.Errorf("%s: not the hashes of the entries", pathOf(tile))
		}
		n.tiles++
	}
	n.checkpoints++
	return head, nil
}

// served lets the package read a log of this size by its tiles alone, each checked up to the root.
type served struct{ log files }

func (s served) Height() int                     { return tileHeight }
func (s served) SaveTiles([]tlog.Tile, [][]byte) {}
func (s served) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range tiles {
		bytes, err := s.log(pathOf(tile))
		if err != nil {
			return nil, err
		}
		all = append(all, bytes)
	}
	return all, nil
}

// A proof file: what c2sp.org/tlog-proof says.
type proof struct {
	extra      []byte
	index      int64
	hashes     tlog.RecordProof
	checkpoint []byte
}

func parseProof(file []byte) (proof, error) {
	head, checkpoint, found := bytes.Cut(file, []byte("\n\n"))
	lines := strings.Split(string(head), "\n")
	if !found || len(lines) < 2 || lines[0] != "c2sp.org/tlog-proof@v1" {
		return proof{}, errors.New("no proof of this version")
	}
	lines = lines[1:]
	var read proof
	if extra := strings.TrimPrefix(lines[0], "extra "); extra != lines[0] && len(lines) > 1 {
		var err error
		if read.extra, err = base64.StdEncoding.DecodeString(extra); err != nil {
			return proof{}, err
		}
		lines = lines[1:]
	}
	digits := strings.TrimPrefix(lines[0], "index ")
	index, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || digits == lines[0] || strconv.FormatInt(index, 10) != digits {
		return proof{}, errors.New("no index")
	}
	read.index, read.checkpoint = index, checkpoint
	for _, line := range lines[1:] {
		hash, err := tlog.ParseHash(line)
		if err != nil || hash.String() != line {
			return proof{}, errors.New("no hash")
		}
		read.hashes = append(read.hashes, hash)
	}
	return read, nil
}

func verifyProof(file []byte, leaf tlog.Hash, key note.Verifier) (proof, error) {
	read, err := parseProof(file)
	if err != nil {
		return read, err
	}
	head, err := openCheckpoint(read.checkpoint, key)
	if err != nil {
		return read, err
	}
	return read, tlog.CheckRecord(read.hashes, head.N, head.Hash, read.index, leaf)
}
