package main

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// c2sp.org/tlog-cosignature, of which the package knows nothing: the signature is over a time and
// the text of the checkpoint, and the time stands before it.
const cosignatureType = 0x04

type cosigner struct {
	name   string
	public ed25519.PublicKey
	secret ed25519.PrivateKey
	now    func() int64
}

func (c *cosigner) Name() string { return c.name }

func (c *cosigner) KeyHash() uint32 {
	hash := sha256.Sum256([]byte(c.name + "\n" + string([]byte{cosignatureType}) + string(c.public)))
	return binary.BigEndian.Uint32(hash[:])
}

func (c *cosigner) vkey() string {
	key := append([]byte{cosignatureType}, c.public...)
	return fmt.Sprintf("%s+%08x+%s", c.name, c.KeyHash(), base64.StdEncoding.EncodeToString(key))
}

func statement(at uint64, text []byte) []byte {
	return append([]byte(fmt.Sprintf("cosignature/v1\ntime %d\n", at)), text...)
}

func (c *cosigner) Verify(text, signature []byte) bool {
	if len(signature) != 8+ed25519.SignatureSize {
		return false
	}
	at := binary.BigEndian.Uint64(signature)
	return ed25519.Verify(c.public, statement(at, text), signature[8:])
}

func (c *cosigner) Sign(text []byte) ([]byte, error) {
	signature := make([]byte, 8)
	binary.BigEndian.PutUint64(signature, uint64(c.now()))
	return append(signature, ed25519.Sign(c.secret, statement(uint64(c.now()), text))...), nil
}

func newCosigner(name string) (*cosigner, error) {
	public, secret, err := ed25519.GenerateKey(rand.Reader)
	return &cosigner{name, public, secret, func() int64 { return time.Now().Unix() }}, err
}

func parseCosigner(vkey string) (*cosigner, error) {
	parts := strings.SplitN(strings.TrimSpace(vkey), "+", 3)
	if len(parts) != 3 {
		return nil, errors.New("no key of a witness: " + vkey)
	}
	key, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil || len(key) != 1+ed25519.PublicKeySize || key[0] != cosignatureType {
		return nil, errors.New("no key of a witness: " + vkey)
	}
	c := &cosigner{name: parts[0], public: key[1:]}
	if strconv.FormatUint(1<<32|uint64(c.KeyHash()), 16)[1:] != parts[1] {
		return nil, errors.New("the id of another key: " + vkey)
	}
	return c, nil
}

func parseCosigners(vkeys []string) ([]*cosigner, error) {
	var all []*cosigner
	for _, vkey := range vkeys {
		one, err := parseCosigner(vkey)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, nil
}

// A note on which the log and every one of the witnesses has a line, and the times of theirs.
func openCosigned(bytes []byte, key note.Verifier, witnesses []*cosigner) (tlog.Tree, []int64, error) {
	head, err := openCheckpoint(bytes, key)
	if err != nil {
		return head, nil, err
	}
	known := []note.Verifier{key}
	for _, each := range witnesses {
		known = append(known, each)
	}
	opened, err := note.Open(bytes, note.VerifierList(known...))
	if err != nil {
		return head, nil, err
	}
	if len(opened.Sigs) != len(known) {
		return head, nil, fmt.Errorf("%d lines of %d", len(opened.Sigs), len(known))
	}
	var times []int64
	for _, signature := range opened.Sigs {
		line, err := base64.StdEncoding.DecodeString(signature.Base64)
		if err != nil {
			return head, nil, err
		}
		if signature.Name != key.Name() {
			times = append(times, int64(binary.BigEndian.Uint64(line[4:])))
		}
	}
	return head, times, nil
}

// cosigned verifies a note of ours with the lines of witnesses, and each change of it.
func cosigned(key note.Verifier, log files, path string, witnesses []*cosigner) error {
	bytes, err := log(path)
	if err != nil {
		return err
	}
	head, times, err := openCosigned(bytes, key, witnesses)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	for i, at := range times {
		if age := time.Now().Unix() - at; age < -60 || age > 3600 {
			return fmt.Errorf("%s: cosigned %d seconds ago", path, age)
		}
		say("%d entries, cosigned by %s at %s", head.N, witnesses[i].name,
			time.Unix(at, 0).UTC().Format(time.RFC3339))
	}
	refused := 0
	for at := range bytes {
		if isPartlyUnread(bytes, at) {
			continue
		}
		flipped := append([]byte{}, bytes...)
		flipped[at] ^= 1
		if _, _, err := openCosigned(flipped, key, witnesses); err == nil {
			return fmt.Errorf("%s was accepted with byte %d changed", path, at)
		}
		refused++
	}
	say("%d changes refused: each byte of the cosigned note", refused)
	if _, err := log("tile"); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	t := &tree{}
	var n counts
	if _, err := t.verifyAt(log, path, key, &n); err != nil {
		return err
	}
	say("%d entries under it: %d bundles, %d hash tiles", head.N, n.bundles, n.tiles)
	return nil
}
