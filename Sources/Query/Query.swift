// Query: see Sources/README.md.
