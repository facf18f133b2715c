package ledger_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"

	"golang.org/x/mod/sumdb/note"

	"github.com/incidentkit/incidentkit/audit/ledger"
)

func Example() {
	dir, err := os.MkdirTemp("", "audit")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	private, public, _ := note.GenerateKey(rand.Reader, "contoso.example/audit")
	signer, _ := note.NewSigner(private)
	verifier, _ := note.NewVerifier(public)
	trusted := note.VerifierList(verifier)

	log, err := ledger.Open(dir, signer, trusted)
	if err != nil {
		fmt.Println(err)
		return
	}
	number, _ := log.Append(context.Background(), entry(0), entry(1))
	kept := log.Head() // give it to somebody else
	fmt.Println("number", number, "size", kept.Size, log.Close())

	report, _ := ledger.Verify(dir, trusted, kept)
	fmt.Println("complete:", report.Complete(), report.Err())

	reader, _ := ledger.NewReader(dir, trusted)
	proof, _ := reader.Inclusion(1)
	proved, err := proof.Check(trusted) // needs no log
	fmt.Println("proved:", proved.ID, err)
	// Output:
	// number 0 size 2 <nil>
	// complete: true <nil>
	// proved: e1 <nil>
}
