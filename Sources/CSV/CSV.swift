// CSV: see Sources/README.md.
