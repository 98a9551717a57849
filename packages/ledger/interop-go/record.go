package main

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"filippo.io/torchwood"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// verifyRecord checks the file that `parley export` writes: unpacked by Go's tar, its newest checkpoints signed by the log and
// cosigned by a witness, its tiles the tree of that checkpoint and its bundles the leaves in the tiles.
func verifyRecord(file string) error {
	dir, err := os.MkdirTemp("", "parley-record-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := unpack(file, dir); err != nil {
		return err
	}
	keys, err := text(dir, "keys.txt")
	if err != nil {
		return err
	}
	lines := strings.Split(keys, "\n")
	log, err := note.NewVerifier(lines[0])
	if err != nil {
		return fmt.Errorf("log key: %w", err)
	}
	checked := 0
	var witnesses []torchwood.Policy
	for _, line := range lines[1:] {
		witness, err := torchwood.NewCosignatureVerifier(line)
		if err != nil {
			return fmt.Errorf("witness key: %w", err)
		}
		witnesses = append(witnesses, torchwood.SingleVerifierPolicy(witness))
		checked++
	}
	data, err := os.ReadFile(filepath.Join(dir, "checkpoints", "0"))
	if err != nil {
		return err
	}
	if _, err := note.Open(data, note.VerifierList(log)); err != nil {
		return fmt.Errorf("x/mod: %w", err)
	}
	policy := torchwood.ThresholdPolicy(3, torchwood.OriginPolicy(log.Name()), torchwood.SingleVerifierPolicy(log),
		torchwood.ThresholdPolicy(1, witnesses...))
	checkpoint, _, err := torchwood.VerifyCheckpoint(data, policy)
	if err != nil {
		return fmt.Errorf("torchwood: %w", err)
	}
	checked += 2
	reader := tlog.TileHashReader(checkpoint.Tree, tiles{dir})
	hash, err := tlog.TreeHash(checkpoint.N, reader)
	if err != nil || hash != checkpoint.Hash {
		return fmt.Errorf("the tiles are not the tree of the checkpoint: %v", err)
	}
	entries, err := checkLeaves(dir, checkpoint.N, reader)
	if err != nil {
		return err
	}
	checked += len(entries)
	fmt.Println(checked)
	return nil
}

func unpack(file, dir string) error {
	opened, err := os.Open(file)
	if err != nil {
		return err
	}
	defer opened.Close()
	for reader := tar.NewReader(opened); ; {
		header, err := reader.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if !fs.ValidPath(header.Name) || header.Typeflag != tar.TypeReg {
			return fmt.Errorf("%s is no plain file", header.Name)
		}
		data, err := io.ReadAll(reader)
		if err != nil {
			return err
		}
		if err := write(dir, header.Name, data); err != nil {
			return err
		}
	}
}
