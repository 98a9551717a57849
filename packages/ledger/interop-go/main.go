// Interop holds Parley's ledger against two other implementations of the same formats: golang.org/x/mod (RFC 6962 tree, signed
// notes) and filippo.io/torchwood (C2SP cosignatures, proofs, tile paths).
//
//	interop verify DIR   checks a ledger that Parley wrote
//	interop make DIR     writes one with Go alone, for Parley to check
//	interop record FILE  checks a file that parley export wrote
//
// DIR holds log.vkey, witness.vkey, checkpoint, older.checkpoint, the tiles under tile/, the entry bundles under tile/entries/,
// consistency (lines of base64), and for some entries proof.N; `verify` prints how many things it checked.
package main

import (
	"errors"
	"fmt"
	"os"

	"filippo.io/torchwood"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8

func main() {
	if len(os.Args) != 3 {
		fail(errors.New("usage: interop verify|make DIR, interop record FILE"))
	}
	run := map[string]func(string) error{"verify": verify, "make": makeLedger, "record": verifyRecord}[os.Args[1]]
	if run == nil {
		fail(errors.New("usage: interop verify|make DIR, interop record FILE"))
	}
	if err := run(os.Args[2]); err != nil {
		fail(err)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

func bundlePath(n int64, width int) string {
	return torchwood.TilePath(tlog.Tile{H: height, L: -1, N: n, W: width})
}
