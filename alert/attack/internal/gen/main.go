// Gen writes the ATT&CK tables of package attack.
//
// It reads a folder of tab-separated facts about one release (techniques.tsv, tactics.tsv and
// revoked-by.tsv, defense-evasion changes in a file named like v18.1-to-v19.1.tsv, the licence in
// LICENSE-ATTACK.txt, and README.md, which names the release), checks that they agree with each other, and writes
// tables_gen.go and LICENSE-ATTACK.txt into the package's folder. The same facts always give the same
// bytes, in whatever order the rows come.
//
// It is run by go generate in the package's folder, with the environment variable INCIDENTKIT_DATA
// naming the folder that holds the folder attack:
//
//	INCIDENTKIT_DATA=/path/to/data go generate ./alert/attack
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// dataVariable is the environment variable that names the folder of data.
const dataVariable = "INCIDENTKIT_DATA"

// tablesFile is the file written.
const tablesFile = "tables_gen.go"

func main() {
	if err := run(os.Args[1:], os.Getenv(dataVariable), os.Stderr); err != nil {
		if !errors.Is(err, flag.ErrHelp) {
			fmt.Fprintln(os.Stderr, "gen:", err)
		}
		os.Exit(1)
	}
}

// run is main without the process: args are the command line, data is the value of INCIDENTKIT_DATA
// and messages takes the usage text.
func run(args []string, data string, messages io.Writer) error {
	flags := flag.NewFlagSet("gen", flag.ContinueOnError)
	flags.SetOutput(messages)
	in := flags.String("data", attackFolder(data), "folder of the TSV files")
	out := flags.String("out", ".", "folder of package attack")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q: the folders are given by -data and -out", flags.Arg(0))
	}
	if *in == "" {
		return fmt.Errorf("no folder to read: set %s or give -data", dataVariable)
	}
	rel, err := read(os.DirFS(*in))
	if err != nil {
		return err
	}
	tables, err := rel.source()
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(*out, tablesFile), tables, 0o644); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(*out, licenceFile), rel.licence, 0o644)
}

// attackFolder is the folder of the ATT&CK facts within the folder of data, or "" when that is not set.
func attackFolder(data string) string {
	if data == "" {
		return ""
	}
	return filepath.Join(data, "attack")
}
