package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

const tileHeight = 8

// checkMirror checks all of a static mirror: the tree that its entries make, built anew from the first to the last, has the root that the
// checkpoint signs, and each tile is as that tree has it; then, as a client does who has no tree, that leaves are proven by tiles alone.
func checkMirror(dir, vkey string) (int64, error) {
	checkpoint, err := os.ReadFile(filepath.Join(dir, "checkpoint"))
	if err != nil {
		return 0, err
	}
	tree, err := openCheckpoint(string(checkpoint), vkey)
	if err != nil {
		return 0, err
	}
	key, err := os.ReadFile(filepath.Join(dir, "key"))
	if err != nil {
		return 0, err
	}
	if first, _, _ := strings.Cut(string(key), "\n"); first != vkey {
		return 0, fmt.Errorf("the mirror names another key: %s", first)
	}
	if tree.N == 0 {
		// RFC 6962; x/mod has zeros there.
		if tree.Hash != sha256.Sum256(nil) {
			return 0, fmt.Errorf("the empty tree has another root")
		}
		return 0, nil
	}
	stored, err := storedHashes(dir, tree.N)
	if err != nil {
		return 0, err
	}
	root, err := tlog.TreeHash(tree.N, stored)
	if err != nil {
		return 0, err
	}
	if root != tree.Hash {
		return 0, fmt.Errorf("the entries lead to another root than the checkpoint signs")
	}
	for _, t := range tilesOf(tree.N) {
		want, err := tlog.ReadTileData(t, stored)
		if err != nil {
			return 0, err
		}
		got, err := os.ReadFile(filepath.Join(dir, pathOf(t)))
		if err != nil {
			return 0, err
		}
		if !bytes.Equal(got, want) {
			return 0, fmt.Errorf("%s is not as the entries make it", pathOf(t))
		}
	}
	return tree.N, checkByTiles(dir, tree, stored)
}

// tilesOf has every tile of a tree, each as wide as the tree fills it.
func tilesOf(size int64) []tlog.Tile {
	var tiles []tlog.Tile
	for level, hashes := 0, size; hashes > 0; level, hashes = level+1, hashes>>tileHeight {
		for n := int64(0); n<<tileHeight < hashes; n++ {
			width := hashes - n<<tileHeight
			if width > 1<<tileHeight {
				width = 1 << tileHeight
			}
			tiles = append(tiles, tlog.Tile{H: tileHeight, L: level, N: n, W: int(width)})
		}
	}
	return tiles
}

// checkByTiles makes proofs out of the tiles alone and checks them.
func checkByTiles(dir string, tree tlog.Tree, stored hashStore) error {
	reader := tlog.TileHashReader(tree, folder(dir))
	for i := int64(0); i < 64; i++ {
		n := i * 7919 % tree.N
		proof, err := tlog.ProveRecord(tree.N, n, reader)
		if err != nil {
			return err
		}
		if err := tlog.CheckRecord(proof, tree.N, tree.Hash, n, stored[tlog.StoredHashIndex(0, n)]); err != nil {
			return err
		}
		old, err := tlog.TreeHash(n+1, stored)
		if err != nil {
			return err
		}
		between, err := tlog.ProveTree(tree.N, n+1, reader)
		if err != nil {
			return err
		}
		if err := tlog.CheckTree(between, tree.N, tree.Hash, n+1, old); err != nil {
			return err
		}
	}
	return nil
}

// hashStore has the hashes of a tree in the order in which x/mod stores them.
type hashStore []tlog.Hash

func (s hashStore) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		if index < 0 || index >= int64(len(s)) {
			return nil, fmt.Errorf("there is no hash %d", index)
		}
		hashes[i] = s[index]
	}
	return hashes, nil
}

// storedHashes makes them out of the entry bundles.
func storedHashes(dir string, size int64) (hashStore, error) {
	var stored hashStore
	for first := int64(0); first < size; first += 1 << tileHeight {
		width := size - first
		if width > 1<<tileHeight {
			width = 1 << tileHeight
		}
		t := tlog.Tile{H: tileHeight, L: -1, N: first >> tileHeight, W: int(width)}
		path := strings.Replace(t.Path(), "tile/8/data/", "tile/entries/", 1)
		bundle, err := os.ReadFile(filepath.Join(dir, path))
		if err != nil {
			return nil, err
		}
		entries, err := parseBundle(bundle)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		if int64(len(entries)) != width {
			return nil, fmt.Errorf("%s has %d entries", path, len(entries))
		}
		for i, entry := range entries {
			more, err := tlog.StoredHashes(first+int64(i), entry, stored)
			if err != nil {
				return nil, err
			}
			stored = append(stored, more...)
		}
	}
	return stored, nil
}

func parseBundle(bundle []byte) ([][]byte, error) {
	var entries [][]byte
	for len(bundle) > 0 {
		if len(bundle) < 2 {
			return nil, fmt.Errorf("the bundle is cut short")
		}
		length := int(binary.BigEndian.Uint16(bundle))
		if len(bundle) < 2+length {
			return nil, fmt.Errorf("the bundle is cut short")
		}
		entries = append(entries, bundle[2:2+length])
		bundle = bundle[2+length:]
	}
	return entries, nil
}

// folder is a mirror as x/mod reads tiles.
type folder string

func (dir folder) Height() int                         { return tileHeight }
func (dir folder) SaveTiles(_ []tlog.Tile, _ [][]byte) {}

func (dir folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	data := make([][]byte, len(tiles))
	for i, t := range tiles {
		bytes, err := os.ReadFile(filepath.Join(string(dir), pathOf(t)))
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
