// A verifier of the log that is not MemSync's: notes, proofs and tiles are checked by golang.org/x/mod/sumdb, as Go's own
// module checksums are. What is written here only reads files and the formats around them (C2SP tlog-checkpoint, tlog-tiles, tlog-proof).
//
//	verifier mirror DIR KEY   checks a static mirror of the log; prints one verdict
//	verifier cases            checks cases, a line of JSON each; prints a verdict for each
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
)

// verdict is what is printed: OK, or why not.
type verdict struct {
	ID   string `json:"id"`
	OK   bool   `json:"ok"`
	Why  string `json:"why,omitempty"`
	Size int64  `json:"size,omitempty"`
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
}

func run(args []string) error {
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	print := json.NewEncoder(out)
	switch {
	case len(args) == 3 && args[0] == "mirror":
		size, err := checkMirror(args[1], args[2])
		return print.Encode(verdictOf("mirror", size, err))
	case len(args) == 1 && args[0] == "cases":
		in := bufio.NewScanner(os.Stdin)
		in.Buffer(nil, 16<<20)
		for in.Scan() {
			var c testCase
			if err := json.Unmarshal(in.Bytes(), &c); err != nil {
				return err
			}
			if err := print.Encode(verdictOf(c.ID, 0, c.check())); err != nil {
				return err
			}
		}
		return in.Err()
	}
	return fmt.Errorf("usage: verifier mirror DIR KEY | verifier cases")
}

func verdictOf(id string, size int64, err error) verdict {
	if err != nil {
		return verdict{ID: id, Why: err.Error()}
	}
	return verdict{ID: id, OK: true, Size: size}
}
