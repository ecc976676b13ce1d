// Pipeline: see Sources/README.md.
