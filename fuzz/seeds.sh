#!/bin/sh
# Fills corpus/ from what is in the repository. Run in fuzz/.
set -e
seeds() {
    target=$1
    mkdir -p "corpus/$target"
    n=0
    while read -r file; do
        n=$((n + 1))
        cp "$file" "corpus/$target/seed-$n"
    done
}
find ../fixtures ../tests -path '*processes/*.yaml' | sort | seeds definition
find ../tests/definitions -name '*.yaml' | sort | sed 's/^/ /' | while read -r file; do cp "$file" "corpus/definition/$(basename "$file")"; done
find ../fixtures ../tests -path '*services/*.yaml' | sort | seeds service
find ../fixtures ../tests -path '*scenarios/*.yaml' | sort | seeds scenario
find ../fixtures ../tests -path '*specs/*.yaml' | sort | seeds spec
find ../fixtures ../tests -name 'anyorder.yaml' | sort | seeds workspace
mkdir -p corpus/line corpus/expression
n=0
find ../fixtures ../tests -name '*.jsonl' | sort | head -40 | while read -r file; do head -n 5 "$file"; done | while IFS= read -r line; do
    n=$((n + 1))
    printf '%s' "$line" > "corpus/line/seed-$n"
done
n=0
sed -n 's/^| `\([^`]*\)` |.*/\1/p' ../docs/expressions.md | sed 's/\\|/|/g' | while IFS= read -r text; do
    n=$((n + 1))
    printf '%s\n{"a":[1,2.5],"items":[{"n":1}]}' "$text" > "corpus/expression/seed-$n"
done
mkdir -p corpus/log
find ../fixtures ../tests -name '*.jsonl' | sort | head -40 | while read -r file; do head -n 6 "$file" > "corpus/log/$(echo "$file" | tr / -)"; done
mkdir -p corpus/incoming
for file in corpus/log/*; do
    cp "$file" corpus/incoming/
    sed '1s/^/[/; $!s/$/,/; $s/$/]/' "$file" > "corpus/incoming/array-$(basename "$file")"
done
