package main

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"filippo.io/torchwood"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func text(dir, name string) (string, error) {
	data, err := os.ReadFile(filepath.Join(dir, name))
	return strings.TrimSuffix(string(data), "\n"), err
}

// tiles reads tiles from files, as C2SP tlog-tiles names them.
type tiles struct{ dir string }

func (t tiles) Height() int                     { return height }
func (t tiles) SaveTiles([]tlog.Tile, [][]byte) {}
func (t tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range wanted {
		data, err := os.ReadFile(filepath.Join(t.dir, torchwood.TilePath(tile)))
		if err != nil {
			return nil, err
		}
		all = append(all, data)
	}
	return all, nil
}

func verify(dir string) error {
	logKey, err := text(dir, "log.vkey")
	if err != nil {
		return err
	}
	witnessKey, err := text(dir, "witness.vkey")
	if err != nil {
		return err
	}
	log, err := note.NewVerifier(logKey)
	if err != nil {
		return fmt.Errorf("log key: %w", err)
	}
	witness, err := torchwood.NewCosignatureVerifier(witnessKey)
	if err != nil {
		return fmt.Errorf("witness key: %w", err)
	}
	policy := torchwood.ThresholdPolicy(3, torchwood.OriginPolicy(log.Name()),
		torchwood.SingleVerifierPolicy(log), torchwood.SingleVerifierPolicy(witness))
	checked := 0
	open := func(name string) (torchwood.Checkpoint, error) {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			return torchwood.Checkpoint{}, err
		}
		if _, err := note.Open(data, note.VerifierList(log)); err != nil {
			return torchwood.Checkpoint{}, fmt.Errorf("%s: x/mod: %w", name, err)
		}
		checkpoint, _, err := torchwood.VerifyCheckpoint(data, policy)
		if err != nil {
			return torchwood.Checkpoint{}, fmt.Errorf("%s: torchwood: %w", name, err)
		}
		checked += 2
		return checkpoint, nil
	}
	newer, err := open("checkpoint")
	if err != nil {
		return err
	}
	older, err := open("older.checkpoint")
	if err != nil {
		return err
	}

	reader := tlog.TileHashReader(newer.Tree, tiles{dir})
	hashes, err := tlog.TreeHash(newer.N, reader)
	if err != nil || hashes != newer.Hash {
		return fmt.Errorf("the tiles are not the tree of the checkpoint: %v", err)
	}
	checked++

	consistency, err := text(dir, "consistency")
	if err != nil {
		return err
	}
	var proof tlog.TreeProof
	for _, line := range strings.Fields(consistency) {
		hash, err := tlog.ParseHash(line)
		if err != nil {
			return err
		}
		proof = append(proof, hash)
	}
	if err := tlog.CheckTree(proof, newer.N, newer.Hash, older.N, older.Hash); err != nil {
		return fmt.Errorf("consistency: %w", err)
	}
	own, err := tlog.ProveTree(newer.N, older.N, reader)
	if err != nil || fmt.Sprint(own) != fmt.Sprint(proof) {
		return fmt.Errorf("Go proves the consistency otherwise: %v", err)
	}
	checked += 2

	entries, err := checkLeaves(dir, newer.N, reader)
	if err != nil {
		return err
	}
	checked += len(entries)

	proofs, err := filepath.Glob(filepath.Join(dir, "proof.*"))
	if err != nil || len(proofs) == 0 {
		return fmt.Errorf("no proofs: %v", err)
	}
	for _, path := range proofs {
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		index, err := strconv.Atoi(strings.TrimPrefix(filepath.Ext(path), "."))
		if err != nil {
			return err
		}
		if err := torchwood.VerifyProof(policy, tlog.RecordHash(entries[index]), data); err != nil {
			return fmt.Errorf("proof of %d: %w", index, err)
		}
		checked++
	}
	fmt.Println(checked)
	return nil
}

// checkLeaves reads all entries and holds each against the leaf that its tile has.
func checkLeaves(dir string, size int64, reader tlog.HashReader) ([][]byte, error) {
	entries, err := readBundles(dir, size)
	if err != nil {
		return nil, err
	}
	for i, entry := range entries {
		found, err := reader.ReadHashes([]int64{tlog.StoredHashIndex(0, int64(i))})
		if err != nil || found[0] != tlog.RecordHash(entry) {
			return nil, fmt.Errorf("entry %d is not the leaf in its tile: %v", i, err)
		}
	}
	return entries, nil
}

func readBundles(dir string, size int64) ([][]byte, error) {
	var entries [][]byte
	for n := int64(0); n*256 < size; n++ {
		width := int(min(256, size-n*256))
		data, err := os.ReadFile(filepath.Join(dir, bundlePath(n, width)))
		if err != nil {
			return nil, err
		}
		for i := 0; i < width; i++ {
			if len(data) < 2 {
				return nil, fmt.Errorf("bundle %d is cut short", n)
			}
			length := int(binary.BigEndian.Uint16(data))
			if len(data) < 2+length {
				return nil, fmt.Errorf("bundle %d is cut short", n)
			}
			entries = append(entries, data[2:2+length])
			data = data[2+length:]
		}
		if len(data) != 0 {
			return nil, fmt.Errorf("bundle %d has bytes left over", n)
		}
	}
	return entries, nil
}
