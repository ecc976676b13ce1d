// Lake: see Sources/README.md.
