package main

import (
	"encoding/base64"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
)

// testCase is one thing to be checked; which fields it has depends on its kind. Bytes are base64.
type testCase struct {
	ID    string
	Kind  string
	Size  int64
	Root  string
	Index int64
	Leaf  string
	Old   int64
	// OldRoot is the root at the size Old.
	OldRoot string
	Proof   []string
	// Text is a note or a tlog-proof, Key the verifier key it is checked with, Entry what the proof is of.
	Text  string
	Key   string
	Entry string
	// Tiles are files by C2SP path.
	Tiles map[string]string
}

func (c testCase) check() error {
	switch c.Kind {
	case "checkpoint":
		_, err := openCheckpoint(c.Text, c.Key)
		return err
	case "proof":
		return c.checkProof()
	case "inclusion":
		root, leaf, proof, err := c.hashes(c.Root, c.Leaf)
		if err != nil {
			return err
		}
		return tlog.CheckRecord(proof, c.Size, root, c.Index, leaf)
	case "consistency":
		root, old, proof, err := c.hashes(c.Root, c.OldRoot)
		if err != nil {
			return err
		}
		return tlog.CheckTree(proof, c.Size, root, c.Old, old)
	case "tiles":
		return c.checkTiles()
	}
	return fmt.Errorf("there are no cases of kind %q", c.Kind)
}

func (c testCase) hashes(first, second string) (a, b tlog.Hash, proof []tlog.Hash, err error) {
	if a, err = hash(first); err != nil {
		return
	}
	if b, err = hash(second); err != nil {
		return
	}
	proof, err = hashList(c.Proof)
	return
}

func (c testCase) checkProof() error {
	proof, err := parseProof(c.Text)
	if err != nil {
		return err
	}
	tree, err := openCheckpoint(proof.checkpoint, c.Key)
	if err != nil {
		return err
	}
	entry, err := base64.StdEncoding.Strict().DecodeString(c.Entry)
	if err != nil {
		return err
	}
	return tlog.CheckRecord(proof.hashes, tree.N, tree.Hash, proof.index, tlog.RecordHash(entry))
}

// checkTiles reads the leaf at Index out of tiles, which have to lead to the root.
func (c testCase) checkTiles() error {
	root, leaf, _, err := c.hashes(c.Root, c.Leaf)
	if err != nil {
		return err
	}
	reader := tlog.TileHashReader(tlog.Tree{N: c.Size, Hash: root}, tileMap(c.Tiles))
	got, err := reader.ReadHashes([]int64{tlog.StoredHashIndex(0, c.Index)})
	if err != nil {
		return err
	}
	if got[0] != leaf {
		return fmt.Errorf("the tiles have another leaf at %d", c.Index)
	}
	// x/mod 0.7.0 holds a full tile against its parent only where each subtree of the tree's right edge lies in a tile of its own; the
	// proof that the tiles make holds the leaf against the root in any case.
	proof, err := tlog.ProveRecord(c.Size, c.Index, reader)
	if err != nil {
		return err
	}
	return tlog.CheckRecord(proof, c.Size, root, c.Index, leaf)
}

// tileMap has tiles by path, base64.
type tileMap map[string]string

func (m tileMap) Height() int                         { return 8 }
func (m tileMap) SaveTiles(_ []tlog.Tile, _ [][]byte) {}

func (m tileMap) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	data := make([][]byte, len(tiles))
	for i, t := range tiles {
		bytes, err := base64.StdEncoding.Strict().DecodeString(m[pathOf(t)])
		if err != nil {
			return nil, err
		}
		if len(bytes) != t.W*tlog.HashSize {
			return nil, fmt.Errorf("%s has %d bytes", pathOf(t), len(bytes))
		}
		data[i] = bytes
	}
	return data, nil
}
