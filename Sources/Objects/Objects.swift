// Objects: see Sources/README.md.
