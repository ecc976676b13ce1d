// Packs: see Sources/README.md.
