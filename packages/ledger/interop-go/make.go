package main

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"filippo.io/torchwood"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// memory holds the hashes of a growing tree.
type memory []tlog.Hash

func (m memory) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	var hashes []tlog.Hash
	for _, i := range indexes {
		hashes = append(hashes, m[i])
	}
	return hashes, nil
}

func write(dir, name string, data []byte) error {
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, data, 0o644)
}

func makeLedger(dir string) error {
	secret, vkey, err := note.GenerateKey(rand.Reader, "go.example/record")
	if err != nil {
		return err
	}
	log, err := note.NewSigner(secret)
	if err != nil {
		return err
	}
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return err
	}
	witness, err := torchwood.NewCosignatureSigner("go.example/witness", key)
	if err != nil {
		return err
	}
	if err := write(dir, "log.vkey", []byte(vkey+"\n")); err != nil {
		return err
	}
	if err := write(dir, "witness.vkey", []byte(witness.Verifier().String()+"\n")); err != nil {
		return err
	}

	const older, newer = 300, 777
	var stored memory
	var bundle []byte
	sign := func(name string, size int64) ([]byte, error) {
		root, err := tlog.TreeHash(size, stored)
		if err != nil {
			return nil, err
		}
		checkpoint := torchwood.Checkpoint{Origin: log.Name(), Tree: tlog.Tree{N: size, Hash: root}}
		signed, err := note.Sign(&note.Note{Text: checkpoint.String()}, log, witness)
		if err != nil {
			return nil, err
		}
		return signed, write(dir, name, signed)
	}
	for i := range int64(newer) {
		if i == older {
			if _, err := sign("older.checkpoint", older); err != nil {
				return err
			}
		}
		entry := fmt.Appendf(nil, "entry %d", i)
		hashes, err := tlog.StoredHashes(i, entry, stored)
		if err != nil {
			return err
		}
		stored = append(stored, hashes...)
		bundle = binary.BigEndian.AppendUint16(bundle, uint16(len(entry)))
		bundle = append(bundle, entry...)
		if width := int(i%256) + 1; width == 256 || i == newer-1 {
			if err := write(dir, bundlePath(i/256, width), bundle); err != nil {
				return err
			}
			bundle = nil
		}
	}
	signed, err := sign("checkpoint", newer)
	if err != nil {
		return err
	}
	for _, tile := range tlog.NewTiles(height, 0, newer) {
		data, err := tlog.ReadTileData(tile, stored)
		if err != nil {
			return err
		}
		if err := write(dir, torchwood.TilePath(tile), data); err != nil {
			return err
		}
	}
	consistency, err := tlog.ProveTree(newer, older, stored)
	if err != nil {
		return err
	}
	var lines strings.Builder
	for _, hash := range consistency {
		fmt.Fprintln(&lines, base64.StdEncoding.EncodeToString(hash[:]))
	}
	if err := write(dir, "consistency", []byte(lines.String())); err != nil {
		return err
	}
	for _, index := range []int64{0, 299, 512, newer - 1} {
		proof, err := tlog.ProveRecord(newer, index, stored)
		if err != nil {
			return err
		}
		if err := write(dir, fmt.Sprintf("proof.%d", index), torchwood.FormatProof(index, proof, signed)); err != nil {
			return err
		}
	}
	return nil
}
