package main

import (
	"crypto/rand"
	"fmt"
	"os"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// appendLog writes entries and the hashes they complete to two files, forces both to the disk after
// each batch, and signs the head: what a log must do before it may say that an entry is in it.
func appendLog(directory string, count, batch int) error {
	key, _, err := note.GenerateKey(rand.Reader, writtenOrigin)
	if err != nil {
		return err
	}
	signer, err := note.NewSigner(key)
	if err != nil {
		return err
	}
	var files [2]*os.File
	for i, name := range []string{"entries", "hashes"} {
		if files[i], err = os.Create(directory + "/" + name); err != nil {
			return err
		}
		defer files[i].Close()
	}
	entry := make([]byte, 600)
	t := &tree{}
	begin := time.Now()
	for t.size < int64(count) {
		var waiting [2][]byte
		for i := 0; i < batch; i++ {
			known := len(t.hashes)
			if err := t.add(entry); err != nil {
				return err
			}
			waiting[0] = append(waiting[0], entry...)
			for _, hash := range t.hashes[known:] {
				waiting[1] = append(waiting[1], hash[:]...)
			}
		}
		for i, file := range files {
			if _, err := file.Write(waiting[i]); err != nil {
				return err
			}
			if err := file.Sync(); err != nil {
				return err
			}
		}
		root, err := tlog.TreeHash(t.size, t)
		if err != nil {
			return err
		}
		if _, err := signed(tlog.Tree{N: t.size, Hash: root}, signer); err != nil {
			return err
		}
	}
	fmt.Printf("%.9f\n", time.Since(begin).Seconds()/float64(t.size))
	return nil
}
